"""Sign-in: refresh tokens are one client's, end with the person, and can be revoked."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from sandbox.browsing import Person
from sandbox.pool import RETRY_GRACE
from tests.security.watched import directory_says
from tests.support.sign_in import (
    BOTH,
    DESK,
    READ,
    Client,
    SignInSandbox,
    assert_refused,
    tokens_of,
)
from wpp_mcp.access.opaque import MAX_CHARACTERS
from wpp_mcp.http_client import Answer
from wpp_mcp.models import strict_json
from wpp_mcp.sign_in.parts import SESSION_LIFETIME


def slow(*_: Any) -> Answer:
    raise TimeoutError


REFRESH: dict[str, tuple[dict[str, str | None], str]] = {
    "another client": ({"client_id": DESK}, "invalid_grant"),
    "an unknown client": ({"client_id": "x"}, "invalid_client"),
    "no client": ({"client_id": None}, "invalid_request"),
    "no token": ({"refresh_token": None}, "invalid_request"),
    "more scope": ({"scope": BOTH}, "invalid_scope"),
    "less scope": ({"scope": "tools/write"}, "invalid_scope"),
    "a foreign scope": ({"scope": "access/manage"}, "invalid_scope"),
    "another resource": ({"resource": "https://evil.example/mcp"}, "invalid_target"),
}


@pytest.mark.parametrize("case", REFRESH)
def test_a_refresh_that_is_refused(signing: SignInSandbox, visitor: Person, case: str) -> None:
    client = Client(signing)
    token = tokens_of(visitor, client, scope=READ)["refresh_token"]
    changes, error = REFRESH[case]
    signing.posted.clear()

    assert_refused(client.refresh(token, **changes), error)
    assert signing.posted == []
    same = client.refresh(token, scope=READ, resource=f"{signing.url}/mcp")
    assert same.json()["scope"] == READ


@pytest.mark.parametrize("change", [lambda t: t[:-2], lambda t: t[::-1], lambda t: "x"])
def test_a_refresh_token_that_is_not_ours(
    signing: SignInSandbox, visitor: Person, change: Callable[[str], str]
) -> None:
    client = Client(signing)
    token = tokens_of(visitor, client)["refresh_token"]
    signing.posted.clear()
    for value in (change(token), "a" * (MAX_CHARACTERS + 1), "sandbox-refresh-x"):
        assert_refused(client.refresh(value), "invalid_grant")
    assert signing.posted == []


def test_a_consent_is_no_refresh_token(signing: SignInSandbox, visitor: Person) -> None:
    client = Client(signing)
    visitor.open(client.query())
    consent = visitor.forms[0].fields["consent"]
    assert_refused(client.refresh(consent), "invalid_grant")


@pytest.mark.parametrize("changes", [{"active": False}, {"employee_id": "EXT-9001"}])
def test_a_person_who_may_not_any_more_gets_no_fresh_token(
    signing: SignInSandbox, visitor: Person, changes: dict[str, Any]
) -> None:
    client = Client(signing)
    token = tokens_of(visitor, client)["refresh_token"]
    with directory_says(signing, "practitioner", **changes):
        assert_refused(client.refresh(token), "invalid_grant")
    assert client.refresh(token).status_code == 200


def test_a_session_ends_after_thirty_days_however_it_is_rotated(
    signing: SignInSandbox, visitor: Person
) -> None:
    client = Client(signing)
    token = tokens_of(visitor, client)["refresh_token"]

    signing.clock.advance(SESSION_LIFETIME - timedelta(minutes=5))
    rotated = client.refresh(token).json()["refresh_token"]
    still = client.refresh(rotated)
    signing.clock.advance(timedelta(minutes=6))

    assert len({token, rotated, still.json()["refresh_token"]}) == 3
    signing.posted.clear()
    assert_refused(client.refresh(still.json()["refresh_token"]), "invalid_grant")
    assert signing.posted == []


def test_a_refresh_token_that_was_rotated_away_serves_for_a_retry_only(
    signing: SignInSandbox, visitor: Person
) -> None:
    """OAuth 2.1 §4.3.1: those of public clients rotate. The pool does it; here it is sealed."""
    client = Client(signing)
    token = tokens_of(visitor, client)["refresh_token"]
    fresh = client.refresh(token).json()["refresh_token"]

    assert client.refresh(token).status_code == 200
    signing.clock.advance(RETRY_GRACE)
    assert_refused(client.refresh(token), "invalid_grant")
    assert client.refresh(fresh).status_code == 200


def test_a_pool_that_does_not_rotate_leaves_the_token_as_it_is(
    signing: SignInSandbox, visitor: Person
) -> None:
    client = Client(signing)
    token = tokens_of(visitor, client)["refresh_token"]

    def keeping(_: str, __: Mapping[str, str], usual: Callable[[], Answer]) -> Answer:
        body = strict_json.loads(usual().body)
        return Answer(200, strict_json.dumps(body | {"refresh_token": None}).encode())

    def without(url: str, form: Mapping[str, str], usual: Callable[[], Answer]) -> Answer:
        body = strict_json.loads(usual().body)
        del body["refresh_token"]
        return Answer(200, strict_json.dumps(body).encode())

    with signing.pool_answers(without):
        assert client.refresh(token).json()["refresh_token"] == token
    with signing.pool_answers(keeping):
        assert_refused(client.refresh(token), "server_error", 503)


def test_revoking_ends_the_refresh_token(signing: SignInSandbox, visitor: Person) -> None:
    client = Client(signing)
    token = tokens_of(visitor, client)["refresh_token"]
    answer = client.revoke(token, token_type_hint="refresh_token")

    assert (answer.status_code, answer.json()) == (200, {})
    assert_refused(client.refresh(token), "invalid_grant")
    assert client.revoke(token).status_code == 200


@pytest.mark.parametrize("who", [DESK, "x"])
def test_nobody_revokes_anothers(signing: SignInSandbox, visitor: Person, who: str) -> None:
    client = Client(signing)
    token = tokens_of(visitor, client)["refresh_token"]
    signing.posted.clear()
    for value in (token, token[:-2], "x"):
        assert client.revoke(value, client_id=who).status_code == 200
    assert signing.posted == []
    assert client.refresh(token).status_code == 200


def test_a_revocation_that_did_not_happen_is_said(signing: SignInSandbox, visitor: Person) -> None:
    client = Client(signing)
    token = tokens_of(visitor, client)["refresh_token"]
    with signing.pool_answers(slow):
        answer = client.revoke(token)
    assert_refused(answer, "server_error", 503)
    assert_refused(client.revoke(token, client_id=None), "invalid_request")
    assert_refused(client.revoke("", client_id=None), "invalid_request")
    # Revocation that is switched off at the pool is none.
    with signing.pool_answers(lambda *_: Answer(400, b'{"error":"unsupported_token_type"}')):
        assert_refused(client.revoke(token), "server_error", 503)
    assert client.refresh(token).status_code == 200


@pytest.mark.parametrize("name", ["unauthorized_client", "invalid_client", "invalid_request", ""])
def test_a_refusal_that_is_about_us_costs_nobody_their_sign_in(
    signing: SignInSandbox, visitor: Person, name: str
) -> None:
    client = Client(signing)
    token = tokens_of(visitor, client)["refresh_token"]
    body = strict_json.dumps({"error": name} if name else {}).encode()
    with signing.pool_answers(lambda *_: Answer(400, body)):
        assert_refused(client.refresh(token), "server_error", 503)
    assert client.refresh(token).status_code == 200
