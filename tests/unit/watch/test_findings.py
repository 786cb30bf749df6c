"""Findings reach OMA signed and without what they are about, or they are not lost."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.unit.support.aws import Aws
from tests.unit.support.surroundings import NOW, Surroundings
from wpp_mcp.http_client import Answer
from wpp_mcp.notices import signature
from wpp_mcp.secret_store import SecretUnavailableError
from wpp_mcp.watch.findings import (
    FindingForwarder,
    NotAFindingError,
    NotTakenError,
    level,
)

SAMPLE = Path(__file__).resolve().parents[3] / "events/forward_findings.json"
ENVIRON = {
    "WPP_ENVIRONMENT": "prod",
    "AWS_REGION": "us-east-1",
    "WPP_SECRET_PREFIX": "wpp-mcp/",
    "WPP_SECRET_TTL_SECONDS": "0",
    "WPP_OMA_WEBHOOKS": "https://oma.agency.example/api/webhook",
}
SECRET = "not-a-secret-of-anybody"


class Oma:
    """Takes webhooks, or does not."""

    def __init__(self, answer: Answer | OSError) -> None:
        self.answer = answer
        self.heard: list[tuple[str, str, Mapping[str, str]]] = []

    def __call__(self, url: str, body: str, headers: Mapping[str, str]) -> Answer:
        self.heard.append((url, body, headers))
        if isinstance(self.answer, OSError):
            raise self.answer
        return self.answer


def finding(**changes: Any) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(SAMPLE.read_text())
    event["detail"] |= changes
    return event


@pytest.fixture
def with_secret(aws: Aws) -> Aws:
    manager = aws("secretsmanager")
    manager.create_secret(Name="wpp-mcp/oma-webhook-key", SecretString=SECRET)
    return aws


def forwarder(around: Surroundings, aws: Aws, oma: Oma) -> FindingForwarder:
    return FindingForwarder(replace(around.runtime(ENVIRON, aws=aws), post_json=oma))


def test_oma_hears_what_kind_how_bad_and_when_and_nothing_more(
    around: Surroundings, with_secret: Aws
) -> None:
    oma = Oma(Answer(204, b""))

    answer = forwarder(around, with_secret, oma)(finding(), None)

    assert answer == {"forwarded": "16afba5c5c43e07c9e3e5e2e544e95df"}
    ((url, body, _),) = oma.heard
    assert url == "https://oma.agency.example/api/webhook/mcp-security-finding"
    assert json.loads(body) == {
        "event": "security-finding",
        "environment": "prod",
        "id": "16afba5c5c43e07c9e3e5e2e544e95df",
        "type": "UnauthorizedAccess:Lambda/MaliciousIPCaller.Custom",
        "severity": "HIGH",
        "region": "us-east-1",
        "at": "2026-11-21T15:34:55.104Z",
    }


def test_it_is_signed_with_a_key_of_its_own_and_carries_no_secret(
    around: Surroundings, with_secret: Aws
) -> None:
    oma = Oma(Answer(200, b""))
    forwarder(around, with_secret, oma)(finding(), None)
    ((_, body, headers),) = oma.heard

    at, event_id = headers["X-WPP-MCP-Timestamp"], headers["X-WPP-MCP-Event-Id"]
    assert int(at) == int(NOW.timestamp())
    assert event_id == finding()["detail"]["id"]
    expected = hmac.digest(SECRET.encode(), f"{at}.{event_id}.{body}".encode(), sha256).hex()
    assert headers["X-WPP-MCP-Signature"] == f"v1={expected}"
    assert SECRET not in str(oma.heard) + around.log.getvalue()


def test_a_signature_is_of_the_time_the_event_and_the_body() -> None:
    one = signature("s", "1", "a", "{}")
    others = {
        signature("t", "1", "a", "{}"),
        signature("s", "2", "a", "{}"),
        signature("s", "1", "b", "{}"),
        signature("s", "1", "a", "[]"),
    }
    assert len(others) == 4
    assert one not in others


@pytest.mark.parametrize(
    "answer", [Answer(500, b""), Answer(302, b""), Answer(401, b""), TimeoutError("timed out")]
)
def test_what_oma_does_not_take_is_an_error_so_that_lambda_tries_again(
    around: Surroundings, with_secret: Aws, answer: Answer | OSError
) -> None:
    oma = Oma(answer)

    with pytest.raises(NotTakenError):
        forwarder(around, with_secret, oma)(finding(), None)
    assert len(oma.heard) == 1


def test_without_its_secret_nothing_is_sent(around: Surroundings, aws: Aws) -> None:
    oma = Oma(Answer(200, b""))

    with pytest.raises(SecretUnavailableError):
        forwarder(around, aws, oma)(finding(), None)
    assert oma.heard == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"severity": "8"}, "detail.severity"),
        ({"severity": 11}, "detail.severity"),
        ({"severity": float("nan")}, "detail.severity"),
        ({"type": "x\ny"}, "detail.type"),
        ({"id": "198.51.100.7"}, "detail.id"),
        ({"updatedAt": "yesterday"}, "detail.updatedAt"),
    ],
)
def test_what_is_no_finding_is_sent_nowhere(
    around: Surroundings, with_secret: Aws, changes: dict[str, Any], named: str
) -> None:
    oma = Oma(Answer(200, b""))

    with pytest.raises(NotAFindingError, match=named):
        forwarder(around, with_secret, oma)(finding(**changes), None)
    assert oma.heard == []


@pytest.mark.parametrize(
    ("severity", "name"),
    [(0, "LOW"), (3.9, "LOW"), (4, "MEDIUM"), (7, "HIGH"), (8.9, "HIGH"), (9, "CRITICAL")],
)
def test_levels_are_guarddutys(severity: float, name: str) -> None:
    assert level(severity) == name
