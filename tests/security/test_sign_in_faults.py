"""Sign-in with the pool, a table, the audit or a secret away: nothing is issued."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from sandbox.browsing import Person
from sandbox.faults import FaultKind
from tests.support.sign_in import (
    Client,
    SignInSandbox,
    assert_refused,
    code_of,
    sign_ins,
    tokens_of,
)
from wpp_mcp.http_client import Answer


def slow(*_: Any) -> Answer:
    raise TimeoutError


@pytest.mark.parametrize("kind", [FaultKind.UNAVAILABLE, FaultKind.TIMEOUT, FaultKind.THROTTLED])
@pytest.mark.parametrize("operation", ["TransactWriteItems", "BatchGetItem"])
def test_no_entry_no_token(
    signing: SignInSandbox, visitor: Person, operation: str, kind: FaultKind
) -> None:
    client = Client(signing)
    code = code_of(visitor, client)
    held = set(signing.pool._refresh)
    before = len(sign_ins(signing))
    signing.posted.clear()
    if operation == "BatchGetItem":
        # The first read is of the code; what fails is that of the person.
        signing.pool_fault = lambda: signing.faults.arm("dynamodb:BatchGetItem", kind, 9)
    else:
        signing.faults.arm(f"dynamodb:{operation}", kind, 20)

    with signing.pool_answers(_then(signing)):
        answer = client.exchange(code)
    signing.faults.clear()

    assert_refused(answer, "server_error", 503)
    assert answer.headers["Retry-After"] == "5"
    assert "access_token" not in answer.text
    assert set(signing.pool._refresh) == held
    assert len(sign_ins(signing)) == before


def _then(signing: SignInSandbox) -> Callable[..., Answer]:
    """Let what was ordered for after the exchange happen then."""

    def odd(_url: str, _fields: Mapping[str, str], usual: Callable[[], Answer]) -> Answer:
        answer = usual()
        happens, signing.pool_fault = signing.pool_fault, None
        if happens is not None:
            happens()
        return answer

    return odd


def down(*_: Any) -> Answer:
    return Answer(503, b"{}")


def odd_answer(body: bytes) -> Callable[..., Answer]:
    return lambda *_: Answer(200, body)


POOL = [
    slow,
    down,
    odd_answer(b""),
    odd_answer(b"[]"),
    odd_answer(b"{}"),
    odd_answer(b'{"access_token":"","expires_in":1}'),
    odd_answer(b'{"access_token":1,"expires_in":1}'),
    odd_answer(b'{"access_token":"a","access_token":"b","expires_in":1}'),
    odd_answer(b'{"access_token":"a","expires_in":1}'),
    lambda *_: Answer(302, b""),
]


@pytest.mark.parametrize("odd", POOL)
@pytest.mark.parametrize("grant", ["code", "refresh"])
def test_a_pool_that_does_not_answer_as_it_should(
    signing: SignInSandbox, visitor: Person, grant: str, odd: Callable[..., Answer]
) -> None:
    client = Client(signing)
    token = tokens_of(visitor, client)["refresh_token"]
    code = code_of(visitor, client)
    with signing.pool_answers(odd):
        answer = client.exchange(code) if grant == "code" else client.refresh(token)
    if grant == "refresh" and odd is POOL[8]:
        # An answer without a new refresh token is a good one here, but for its access token.
        assert_refused(answer, "invalid_grant")
        return
    assert_refused(answer, "server_error", 503)
    assert answer.headers["Retry-After"] == "5"
    assert client.refresh(token).status_code == 200


def test_what_the_pool_refuses(signing: SignInSandbox, visitor: Person) -> None:
    client = Client(signing)
    token = tokens_of(visitor, client)["refresh_token"]
    code = code_of(visitor, client)
    signing.faults.arm("cognito:Token", FaultKind.DENIED, 2)
    assert_refused(client.exchange(code), "invalid_grant")
    assert_refused(client.refresh(token), "invalid_grant")


@pytest.mark.parametrize("kind", [FaultKind.UNAVAILABLE, FaultKind.TIMEOUT])
@pytest.mark.parametrize(
    "operation", ["dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:BatchGetItem"]
)
def test_a_table_that_does_not_answer(
    signing: SignInSandbox, visitor: Person, operation: str, kind: FaultKind
) -> None:
    client = Client(signing)
    if operation.endswith("PutItem"):
        visitor.open(client.query())
        signing.faults.arm(operation, kind)
        answer = visitor.submit("allow").answer
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "does not answer" in visitor.page
        return
    code = code_of(visitor, client)
    signing.faults.arm(operation, kind, 9)
    assert_refused(client.exchange(code), "server_error", 503)
    assert signing.posted == []


def test_without_the_session_key_nothing_begins_and_nothing_is_issued(
    signing: SignInSandbox, visitor: Person
) -> None:
    client = Client(signing)
    token = tokens_of(visitor, client)["refresh_token"]
    with signing.reconfigured({"WPP_SECRET_TTL_SECONDS": "0"}):
        for act in (lambda: visitor.open(client.query()).answer, lambda: client.refresh(token)):
            # The first secret of a call is the edge's.
            signing.faults.arm("secretsmanager:GetSecretValue", FaultKind.UNAVAILABLE, 9)
            assert act().status_code in (403, 503)
            signing.faults.clear()


def test_while_the_pools_keys_cannot_be_had_nobody_loses_a_sign_in(
    signing: SignInSandbox, visitor: Person
) -> None:
    """RFC 6749: after ``invalid_grant`` a client throws its refresh token away."""
    client = Client(signing)
    token = tokens_of(visitor, client)["refresh_token"]
    code = code_of(visitor, client)
    signing.cold_start()
    signing.keys_fail = True
    try:
        assert_refused(client.refresh(token), "server_error", 503)
        assert_refused(client.exchange(code), "server_error", 503)
    finally:
        signing.keys_fail = False
    signing.clock.advance(timedelta(seconds=31))  # it asks again after thirty

    assert client.refresh(token).status_code == 200
