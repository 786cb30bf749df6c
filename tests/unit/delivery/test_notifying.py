"""The notice to OMA: signed with a key of its own, and never in the way of a deployment."""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from delivery.__main__ import main
from delivery.account import DeliveryError
from delivery.notifying import notify
from tests.unit.delivery.deployed import Deployed

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEY = "a key of the test"


def with_key(deployed: Deployed, value: str = KEY) -> None:
    deployed.clients["secretsmanager"].create_secret(
        Name="wpp-mcp/oma-webhook-key", SecretString=value
    )


@pytest.mark.parametrize("stored", [KEY, f'{{"current": "{KEY}", "previous": "another"}}'])
def test_the_notice_is_signed_over_time_and_body(deployed: Deployed, stored: str) -> None:
    with_key(deployed, stored)
    sent = []

    def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        sent.append((url, body, headers))
        return 204

    told = notify(deployed.account, version="0.1.0+a", status="success", at=AT, post=post)

    ((url, body, headers),) = sent
    signed = f"{int(AT.timestamp())}.prod-0.1.0+a-success.{body.decode()}".encode()
    assert told == "OMA took the notice: 204"
    assert url == "https://oma.wpp.com/api/webhook/mcp-deployed"
    assert body.replace(b" ", b"") == b'{"version":"0.1.0+a","status":"success"}'
    assert headers["X-WPP-MCP-Timestamp"] == str(int(AT.timestamp()))
    assert headers["X-WPP-MCP-Event-Id"] == "prod-0.1.0+a-success"
    assert headers["X-WPP-MCP-Signature"] == (
        f"v1={hmac.digest(KEY.encode(), signed, 'sha256').hex()}"
    )
    assert KEY not in f"{url}{body!r}{headers}{told}"


@pytest.mark.parametrize("stored", ["", '{"previous": "x"}', "{"])
def test_without_a_key_nothing_is_sent(deployed: Deployed, stored: str) -> None:
    if stored:
        with_key(deployed, stored)
    with pytest.raises(DeliveryError, match="no usable secret wpp-mcp/oma-webhook-key"):
        notify(deployed.account, version="1", status="success", at=AT, post=lambda *_: 200)


@pytest.mark.parametrize("status", [302, 401, 500])
def test_a_refused_notice_is_told(deployed: Deployed, status: int) -> None:
    with_key(deployed)
    with pytest.raises(DeliveryError, match=f"OMA answered {status}"):
        notify(deployed.account, version="1", status="success", at=AT, post=lambda *_: status)


def test_a_notice_that_fails_fails_no_deployment(
    monkeypatch: pytest.MonkeyPatch, deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("delivery.__main__._account", lambda _: deployed.account)

    assert main(["notify", "--env", "prod", "--version", "1", "--status", "failure"]) == 0

    assert capsys.readouterr().out.startswith("::warning::OMA was not told: no usable secret")
