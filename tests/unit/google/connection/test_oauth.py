"""Google's OAuth endpoints, as answers that a test writes down."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.support.surroundings import Surroundings
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.call import OAuthClient
from wpp_mcp.google.connection.oauth import GoogleConsent
from wpp_mcp.http_client import Answer
from wpp_mcp.models.strict_json import dumps

GOOD = {
    "access_token": "a",
    "refresh_token": "r",
    "expires_in": 3599,
    "scope": "one two",
    "token_type": "Bearer",
}


class Google:
    def __init__(self, around: Surroundings, answer: Any) -> None:
        self.sent: list[tuple[str, Mapping[str, str]]] = []
        self._answer = answer
        runtime = replace(around.runtime(), post=self._post)
        client = OAuthClient("the client", "the secret")
        self.consent = GoogleConsent(runtime, lambda: client, "https://mcp.example/back")

    def _post(self, url: str, fields: Mapping[str, str]) -> Answer:
        self.sent.append((url, fields))
        if isinstance(self._answer, Exception):
            raise self._answer
        status, body = self._answer
        return Answer(status, body if isinstance(body, bytes) else dumps(body).encode())


def test_a_code_is_exchanged_with_everything_that_proves_it(around: Surroundings) -> None:
    google = Google(around, (200, GOOD))
    found = google.consent.exchange("the code", "the verifier")
    assert google.sent == [
        (
            "https://oauth2.googleapis.com/token",
            {
                "grant_type": "authorization_code",
                "code": "the code",
                "code_verifier": "the verifier",
                "client_id": "the client",
                "client_secret": "the secret",
                "redirect_uri": "https://mcp.example/back",
            },
        )
    ]
    assert (found.access_token, found.refresh_token) == ("a", "r")
    assert found.scopes == {"one", "two"}
    assert found.lasts == timedelta(seconds=3599)


@pytest.mark.parametrize("lacking", ["refresh_token", "scope"])
def test_what_google_may_leave_out(around: Surroundings, lacking: str) -> None:
    said = {name: value for name, value in GOOD.items() if name != lacking}
    found = Google(around, (200, said)).consent.exchange("c", "v")
    assert not (found.refresh_token if lacking == "refresh_token" else found.scopes)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((400, {"error": "invalid_grant"}), ErrorCode.INVALID_REQUEST),
        ((401, {"error": "invalid_client"}), ErrorCode.GOOGLE_UNAVAILABLE),
        ((400, {"error": "redirect_uri_mismatch"}), ErrorCode.GOOGLE_UNAVAILABLE),
        ((500, b"oops"), ErrorCode.GOOGLE_UNAVAILABLE),
        ((302, b""), ErrorCode.GOOGLE_UNAVAILABLE),
        ((200, b"[]"), ErrorCode.GOOGLE_UNAVAILABLE),
        ((200, {**GOOD, "access_token": ""}), ErrorCode.GOOGLE_UNAVAILABLE),
        ((200, {**GOOD, "expires_in": "soon"}), ErrorCode.GOOGLE_UNAVAILABLE),
        ((200, {**GOOD, "refresh_token": 1}), ErrorCode.GOOGLE_UNAVAILABLE),
        (OSError("no way"), ErrorCode.GOOGLE_UNAVAILABLE),
    ],
    ids=str,
)
def test_what_is_no_consent(around: Surroundings, answer: Any, code: ErrorCode) -> None:
    with pytest.raises(WppError) as caught:
        Google(around, answer).consent.exchange("c", "v")
    assert caught.value.code is code


@pytest.mark.parametrize(
    ("answer", "ended"),
    [
        ((200, b""), True),
        ((400, {"error": "invalid_token"}), True),
        ((400, {"error": "unsupported_token_type"}), False),
        ((503, b""), False),
        ((200 + 1, b"x"), False),
        (OSError("no way"), False),
    ],
    ids=str,
)
def test_whether_a_consent_has_ended(around: Surroundings, answer: Any, ended: bool) -> None:
    google = Google(around, answer)
    assert google.consent.revoke("the token") is ended
    assert google.sent == [("https://oauth2.googleapis.com/revoke", {"token": "the token"})]


def test_the_client_shows_no_secret(around: Surroundings) -> None:
    found = Google(around, (200, GOOD)).consent.exchange("c", "v")
    assert "'a'" not in repr(found)
    assert "the secret" not in repr(OAuthClient("the client", "the secret"))
