"""D1-D5, D7, D9, D12: a confirmation is of one operation, one person, one time, once."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

import httpx2
import pytest

from tests.security.deciding import code
from tests.security.stored import entries, forget_audit
from tests.security.watched import WatchedSandbox
from tests.support import operations
from tests.support.api import EUR, Api
from tests.support.spare_writes import (
    OUTCOME,
    TRANSACT,
    Raised,
    SpareWrites,
    before_call,
)
from tests.support.writing import job
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.accounts import Api as GoogleApi
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.states import Status

INVALID: Final = {"code": "CONFIRMATION_INVALID", "message": "The confirmation is not valid"}
WITHIN: Final = timedelta(minutes=15)


@pytest.fixture(scope="module")
def every_write(one_client: Api) -> SpareWrites:
    return SpareWrites(one_client)


@pytest.fixture
def writes(attacker: Api, every_write: SpareWrites, watched: WatchedSandbox) -> SpareWrites:
    """Writes of a module whose audit is empty: moto copies its tables for each transaction."""
    forget_audit(watched)
    return every_write


def bit_flipped(token: str) -> str:
    return token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:]


WRONG_TOKENS: Final[dict[str, Callable[[str], str]]] = {
    "guessed": lambda _: "A" * 43,
    "flipped": bit_flipped,
    "truncated": lambda token: token[:-1],
    "longer": lambda token: token + "A",
    "padded": lambda token: token + "=",
    "in another case": str.swapcase,
    "with a blank": lambda token: f" {token}",
    "twice": lambda token: token * 2,
    "not ASCII": lambda token: token[:-1] + "\u0410",
}


def test_d1_a_wrong_token_is_refused_though_everybody_has_agreed(writes: SpareWrites) -> None:
    one = writes.raised(percent=150)
    token = writes.approved(one.preview)

    answer = writes.asked(one.preview, confirmationToken=bit_flipped(token))

    assert (answer.status_code, answer.json()["error"]) == (403, INVALID)
    assert writes.untouched(one)
    assert writes.asked(one.preview, confirmationToken=token).status_code == 200


@pytest.mark.parametrize("wrong", WRONG_TOKENS.values(), ids=WRONG_TOKENS)
def test_d1_d9_a_wrong_token_does_nothing_and_uses_nothing_up(
    writes: SpareWrites, wrong: Callable[[str], str]
) -> None:
    one = writes.raised()
    token = wrong(one.preview["confirmationToken"])

    answers = [writes.asked(one.preview, confirmationToken=token) for _ in range(3)]

    for answer in answers:
        assert answer.status_code == 403
        assert answer.json()["error"] == INVALID
    assert writes.untouched(one)
    assert writes.stored(one.operation_id).status is Status.PREVIEWED
    assert writes.done(one.preview)["data"]["newAmount"] == one.after
    assert (writes.amount(one.budget_id), writes.mutates()) == (one.after, 1)


def test_d1_the_token_of_another_operation_says_nothing_about_this_one(
    writes: SpareWrites,
) -> None:
    one, other = writes.raised(), writes.raised()
    crossed = writes.asked(one.preview, confirmationToken=other.preview["confirmationToken"])
    hashed = writes.stored(one.operation_id).token_hashes[0]
    with_hash = writes.asked(one.preview, confirmationToken=hashed)

    assert [crossed.json()["error"], with_hash.json()["error"]] == [INVALID, INVALID]
    assert writes.untouched(one)
    assert writes.untouched(other)


@pytest.mark.parametrize(
    "operation_id", ["op_20200101_000000_0123456789abcdef", "x", "CURRENT", "op_" + "9" * 60]
)
def test_d1_an_operation_that_does_not_exist_is_refused_like_a_wrong_token(
    writes: SpareWrites, operation_id: str
) -> None:
    one = writes.raised()
    answer = writes.asked(one.preview, operationId=operation_id)
    assert (answer.status_code, answer.json()["error"]) == (403, INVALID)
    assert writes.untouched(one)


@pytest.mark.parametrize("role", ["other-practitioner", "manager", "admin"])
def test_d2_nobody_else_confirms_with_the_right_token(writes: SpareWrites, role: str) -> None:
    one = writes.raised()
    answer = writes.asked(one.preview, role=role)
    assert (answer.status_code, answer.json()["error"]) == (403, INVALID)
    assert writes.untouched(one)
    email = writes.box.world.users[role].email
    refusal = entries(writes.box, email)[-1]
    assert (refusal["result"], refusal["error"], refusal["step"]) == (
        "blocked",
        "CONFIRMATION_INVALID",
        "confirm",
    )


def test_d2_who_says_to_be_somebody_else_is_refused(writes: SpareWrites) -> None:
    one = writes.raised()
    answer = writes.asked(one.preview, userId="manager@north.example")
    assert (answer.status_code, code(answer)) == (403, "FORBIDDEN")
    assert writes.untouched(one)


def _with_amount(record: OperationRecord) -> OperationRecord:
    (change,) = record.changes
    return replace(record, changes=(replace(change, after={"amount": Decimal(9999)}),))


def _with_budget(record: OperationRecord) -> OperationRecord:
    (change,) = record.changes
    place = replace(change.locator, id="3000013")
    return replace(record, changes=(replace(change, locator=place),))


def _with_before(record: OperationRecord) -> OperationRecord:
    (change,) = record.changes
    return replace(record, changes=(replace(change, before={"amount": Decimal(1)}),))


TAMPERED: Final[dict[str, Callable[[OperationRecord], OperationRecord]]] = {
    "amount": _with_amount,
    "thing": _with_budget,
    "before": _with_before,
    "one more": lambda record: replace(record, changes=(*record.changes, *record.changes)),
    "nothing": lambda record: replace(record, changes=()),
    "account": lambda r: replace(r, account=AccountRef(GoogleApi.GOOGLE_ADS, EUR)),
    "tool": lambda record: replace(record, tool="create_budget"),
    "currency": lambda record: replace(record, currency="JPY"),
    "partial": lambda record: replace(record, partial=True),
    "digest": lambda record: replace(record, digest="0" * 64),
}


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED)
def test_d2_what_was_changed_in_the_table_is_not_what_was_agreed_to(
    writes: SpareWrites, tamper: Callable[[OperationRecord], OperationRecord]
) -> None:
    one = writes.raised()
    operations.put(writes.box, tamper(writes.stored(one.operation_id)))

    answer = writes.asked(one.preview)

    assert (answer.status_code, answer.json()["error"]) == (403, INVALID)
    assert writes.untouched(one)


def test_d3_a_second_confirmation_is_answered_what_the_first_was(writes: SpareWrites) -> None:
    one = writes.raised()
    first, second, third = (writes.asked(one.preview) for _ in range(3))

    assert first.status_code == 200, first.text
    assert first.json()["data"]["newAmount"] == one.after
    assert first.json() == second.json() == third.json()
    assert writes.mutates() == 1
    steps = [e["step"] for e in entries(writes.box) if e["operationId"] == one.operation_id]
    assert steps == ["preview", "intent", "outcome", "repeated", "repeated"]


def test_d3_what_was_done_is_not_done_again_after_somebody_took_it_back(
    writes: SpareWrites,
) -> None:
    one = writes.raised()
    first = writes.done(one.preview)
    writes.set_amount(one.budget_id, one.before)
    assert writes.asked(one.preview).json() == first
    assert (writes.amount(one.budget_id), writes.mutates()) == (one.before, 1)


def test_d5_in_the_last_second_it_is_done_and_after_it_refused(
    writes: SpareWrites, watched: WatchedSandbox
) -> None:
    one, late = writes.raised(), writes.raised()
    record = writes.stored(one.operation_id)
    assert record.expires_at == record.created_at + WITHIN
    with watched.held_at(record.expires_at - timedelta(seconds=1)):
        assert writes.asked(one.preview).status_code == 200
    expires = writes.stored(late.operation_id).expires_at
    assert expires is not None
    with watched.held_at(expires + timedelta(seconds=1)):
        answers = [writes.asked(late.preview) for _ in range(2)]
        rejected = writes.asked(late.preview, userConfirmation="REJECTED")
    for answer in (*answers, rejected):
        assert (answer.status_code, code(answer)) == (410, "OPERATION_EXPIRED")
    assert (writes.amount(late.budget_id), writes.mutates()) == (late.before, 1)


def test_d5_what_the_job_swept_says_expired_too(writes: SpareWrites) -> None:
    one = writes.raised()
    writes.box.clock.advance(WITHIN)
    job(writes.box, "unconfirmed-operations")
    assert writes.stored(one.operation_id).status is Status.EXPIRED
    assert code(writes.asked(one.preview)) == "OPERATION_EXPIRED"
    assert writes.untouched(one)


def test_d7_a_live_value_that_changed_is_said_with_both_and_nothing_is_sent(
    writes: SpareWrites,
) -> None:
    one = writes.raised()
    writes.set_amount(one.budget_id, one.before + 7)

    answer, again = writes.asked(one.preview), writes.asked(one.preview)

    assert (answer.status_code, code(answer)) == (409, "STATE_CHANGED")
    (changed,) = answer.json()["error"]["details"]["changed"]
    assert changed["previewed"]["amount"] == one.before
    assert changed["live"]["amount"] == one.before + 7
    assert again.json() == answer.json()
    assert writes.mutates() == 0
    assert writes.amount(one.budget_id) == one.before + 7
    assert writes.stored(one.operation_id).status is Status.FAILED
    fresh = writes.preview(one.budget_id, one.after)
    assert writes.done(fresh)["data"]["previousAmount"] == one.before + 7


def test_d12_who_lost_the_answer_asks_again_and_gets_it(
    writes: SpareWrites, watched: WatchedSandbox
) -> None:
    """The client goes away after Google was asked; the function works on."""
    one, gone = writes.raised(), threading.Event()
    before_call(watched, OUTCOME, TRANSACT, lambda: assert_true(gone.wait(30)))

    with Api(watched) as impatient:
        impatient.http.timeout = httpx2.Timeout(1)
        with pytest.raises(httpx2.ReadTimeout):
            SpareWrites(impatient).asked(one.preview)
    running = writes.asked(one.preview)
    gone.set()

    assert (running.status_code, code(running)) == (409, "OPERATION_IN_PROGRESS")
    assert running.headers["Retry-After"] == "2"
    answer = until_settled(writes, one)
    assert answer.status_code == 200
    assert answer.json()["data"]["newAmount"] == one.after
    assert (writes.amount(one.budget_id), writes.mutates()) == (one.after, 1)


def until_settled(writes: SpareWrites, one: Raised) -> httpx2.Response:
    """Ask as often as a client may that is told to come back."""
    for _ in range(100):
        answer = writes.asked(one.preview)
        if code(answer) != "OPERATION_IN_PROGRESS":
            return answer
    raise AssertionError("it stayed in progress")


def assert_true(held: bool) -> None:
    assert held
