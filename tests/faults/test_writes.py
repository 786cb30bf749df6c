"""F2-F4, F6-F8, F11: writes while Google, DynamoDB or the audit fails in the middle of them."""

from collections.abc import Iterator
from typing import Final

import pytest

from sandbox.faults import FaultKind
from tests.security.deciding import code
from tests.security.stored import entries, forget_audit
from tests.security.watched import WatchedSandbox
from tests.support.api import CATALOGUE, Api
from tests.support.spare_writes import (
    INTENT,
    LOCK,
    OUTCOME,
    TRANSACT,
    Raised,
    SpareWrites,
    before_call,
)
from wpp_mcp.operations.states import Status

MUTATE, VALIDATE, SEARCH = "google-ads:Mutate", "google-ads:Mutate.validate", "google-ads:Search"
BATCH, TRANSACTION = "dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"
BY_GOOGLE: Final = sorted(set(FaultKind) - {FaultKind.TIMEOUT, FaultKind.TIMEOUT_AFTER_APPLY})
LOUD_AND_LOST: Final = (FaultKind.THROTTLED, FaultKind.TIMEOUT)
"""Of DynamoDB: it refuses, or does not answer; the product takes all other ways as one of these."""
REFUSING: Final = {
    FaultKind.THROTTLED: "GOOGLE_QUOTA_EXCEEDED",
    FaultKind.DENIED: "GOOGLE_ACCESS_DENIED",
    FaultKind.AUTH_EXPIRED: "GOOGLE_AUTH_EXPIRED",
}
"""Google has answered that it did nothing."""
SILENT: Final = (FaultKind.UNAVAILABLE, FaultKind.TIMEOUT_AFTER_APPLY)


@pytest.fixture(scope="module")
def box() -> Iterator[WatchedSandbox]:
    """A sandbox in which something can happen right before a call to AWS."""
    with WatchedSandbox(sleep=lambda _: None) as running:
        yield running


@pytest.fixture(scope="module")
def every_write(box: WatchedSandbox) -> Iterator[SpareWrites]:
    with Api(box) as client:
        yield SpareWrites(client)


@pytest.fixture
def writes(api: Api, every_write: SpareWrites, box: WatchedSandbox) -> Iterator[SpareWrites]:
    box.seeder.world(box.world)
    forget_audit(box)
    yield every_write
    box.before.clear()
    box.faults.clear()


def status(writes: SpareWrites, one: Raised) -> Status:
    return writes.stored(one.operation_id).status


def steps(writes: SpareWrites, one: Raised) -> list[str]:
    """The steps that the audit holds of an operation after its preview."""
    found = [e for e in entries(writes.box) if e["operationId"] == one.operation_id]
    return [e["step"] for e in found if e["step"] != "preview"]


def done_afterwards(writes: SpareWrites, one: Raised) -> bool:
    """Whether the same confirmation goes through when all is well again, with one mutate."""
    writes.box.faults.clear()
    writes.done(one.preview)
    return writes.amount(one.budget_id) == one.after and writes.mutates() == 1


@pytest.mark.parametrize("kind", BY_GOOGLE)
@pytest.mark.parametrize("target", [SEARCH, VALIDATE])
def test_f4_a_preview_that_google_does_not_answer_leaves_nothing(
    writes: SpareWrites, target: str, kind: FaultKind
) -> None:
    budget_id, before = writes.budget()
    writes.box.faults.arm(target, kind, 3)
    params = writes.params(budget_id, before + 10)
    answer = writes.api.execute("update_budget", params)
    assert answer.status_code >= 400
    assert code(answer).startswith("GOOGLE_") or code(answer) == "DEADLINE_EXCEEDED"
    assert "operationId" not in answer.json() or "preview" not in answer.json()
    assert (writes.amount(budget_id), writes.mutates()) == (before, 0)


@pytest.mark.parametrize("kind", BY_GOOGLE)
def test_f4_what_cannot_be_read_again_is_not_sent(writes: SpareWrites, kind: FaultKind) -> None:
    one = writes.raised()
    writes.box.faults.arm(SEARCH, kind, 3)

    answer = writes.asked(one.preview)

    assert code(answer).startswith("GOOGLE_") or code(answer) == "DEADLINE_EXCEEDED"
    assert writes.untouched(one)
    assert (status(writes, one), steps(writes, one)) == (Status.PREVIEWED, ["released"])
    assert done_afterwards(writes, one)


@pytest.mark.parametrize("kind", REFUSING)
def test_f4_what_google_refuses_has_failed_and_is_not_sent_again(
    writes: SpareWrites, kind: FaultKind
) -> None:
    one = writes.raised()
    writes.box.faults.arm(MUTATE, kind)

    answer, again = writes.asked(one.preview), writes.asked(one.preview)

    assert code(answer) == REFUSING[kind]
    assert code(again) == code(answer)
    assert (writes.amount(one.budget_id), writes.mutates()) == (one.before, 1)
    assert status(writes, one) is Status.FAILED
    assert steps(writes, one) == ["intent", "outcome", "confirm"]


@pytest.mark.parametrize("kind", SILENT)
def test_f4_an_outcome_that_google_does_not_tell_is_said_and_settled_without_a_second_try(
    writes: SpareWrites, kind: FaultKind
) -> None:
    one = writes.raised()
    writes.box.faults.arm(MUTATE, kind)

    answer = writes.asked(one.preview)

    assert (answer.status_code, code(answer)) == (502, "OUTCOME_UNKNOWN")
    assert answer.json()["error"]["operationId"] == one.operation_id
    assert writes.mutates() == 1
    assert status(writes, one) is Status.UNKNOWN
    applied = kind is FaultKind.TIMEOUT_AFTER_APPLY
    assert writes.amount(one.budget_id) == (one.after if applied else one.before)
    settled = writes.asked(one.preview)
    assert settled.json().get("success") in (applied, False, None)
    assert writes.mutates() == 1
    assert writes.amount(one.budget_id) == (one.after if applied else one.before)


def test_f4_what_cannot_be_read_back_was_done_all_the_same(
    writes: SpareWrites, box: WatchedSandbox
) -> None:
    one = writes.raised()
    before_call(box, INTENT, TRANSACT, lambda: box.faults.arm(SEARCH, FaultKind.UNAVAILABLE, 3))
    answer = writes.asked(one.preview)
    assert answer.status_code == 200, answer.text
    (change,) = answer.json()["data"]["changes"]
    assert (change["outcome"], change["readBack"]) == ("done", "not read")
    assert (writes.amount(one.budget_id), writes.mutates()) == (one.after, 1)


@pytest.mark.parametrize("kind", LOUD_AND_LOST)
def test_f11_a_preview_that_cannot_be_stored_is_none(writes: SpareWrites, kind: FaultKind) -> None:
    budget_id, before = writes.budget()
    params = writes.params(budget_id, before + 10)
    for target, times in ((BATCH, 1), (TRANSACTION, 1)):
        writes.box.faults.arm(target, kind, times)
        answer = writes.api.execute("update_budget", params)
        assert answer.status_code == 503
        assert code(answer) in {"STORAGE_UNAVAILABLE", "AUDIT_UNAVAILABLE"}
        assert "confirmationToken" not in answer.text
    assert (writes.amount(budget_id), writes.mutates()) == (before, 0)


@pytest.mark.parametrize("kind", LOUD_AND_LOST)
def test_f11_a_confirmation_that_cannot_be_checked_is_refused(
    writes: SpareWrites, kind: FaultKind
) -> None:
    one = writes.raised()
    writes.box.faults.arm(BATCH, kind)
    answer = writes.asked(one.preview)
    assert (answer.status_code, code(answer)) == (503, "STORAGE_UNAVAILABLE")
    assert writes.untouched(one)
    assert done_afterwards(writes, one)


@pytest.mark.parametrize("kind", LOUD_AND_LOST)
def test_f11_rules_that_cannot_be_read_again_let_nothing_through(
    writes: SpareWrites, box: WatchedSandbox, kind: FaultKind
) -> None:
    """The first read holds the operation, the second its policies and limits."""
    one = writes.raised()
    before_call(box, 2, "batch_get_item", lambda: box.faults.arm(BATCH, kind))
    answer = writes.asked(one.preview)
    assert (answer.status_code, code(answer)) == (503, "STORAGE_UNAVAILABLE")
    assert writes.untouched(one)
    assert status(writes, one) is Status.PREVIEWED
    assert done_afterwards(writes, one)


@pytest.mark.parametrize("kind", LOUD_AND_LOST)
@pytest.mark.parametrize("step", [LOCK, INTENT], ids=["lock", "intent"])
def test_f6_f7_f11_without_lock_intent_and_snapshot_nothing_is_sent(
    writes: SpareWrites, box: WatchedSandbox, kind: FaultKind, step: int
) -> None:
    """The snapshot is written with the intent's entry, or neither is."""
    one = writes.raised()
    before_call(box, step, TRANSACT, lambda: box.faults.arm(TRANSACTION, kind, 1))
    answer = writes.asked(one.preview)
    assert answer.status_code == 503, answer.text
    assert code(answer) in {"STORAGE_UNAVAILABLE", "AUDIT_UNAVAILABLE"}
    assert "nothing was changed" in answer.json()["error"]["message"]
    assert writes.untouched(one)
    assert status(writes, one) in {Status.PREVIEWED, Status.EXECUTING}
    writes.reconcile()
    assert writes.untouched(one)
    assert status(writes, one) is Status.PREVIEWED
    assert done_afterwards(writes, one)


@pytest.mark.parametrize("step", [LOCK, INTENT], ids=["lock", "intent"])
def test_f7_a_lock_or_intent_whose_answer_is_lost_sends_nothing_either(
    writes: SpareWrites, box: WatchedSandbox, step: int
) -> None:
    one = writes.raised()
    lost = FaultKind.TIMEOUT_AFTER_APPLY
    before_call(box, step, TRANSACT, lambda: box.faults.arm(TRANSACTION, lost, 1))
    answer = writes.asked(one.preview)
    assert answer.status_code == 503, answer.text
    assert writes.untouched(one)
    writes.reconcile()
    assert writes.untouched(one)


@pytest.mark.parametrize("kind", LOUD_AND_LOST)
def test_f8_an_outcome_that_cannot_be_recorded_stays_open_and_is_settled(
    writes: SpareWrites, box: WatchedSandbox, kind: FaultKind
) -> None:
    one = writes.raised()
    before_call(box, OUTCOME, TRANSACT, lambda: box.faults.arm(TRANSACTION, kind, 3))

    answer, again = writes.asked(one.preview), writes.asked(one.preview)

    assert (answer.status_code, code(answer)) == (502, "OUTCOME_UNKNOWN")
    assert code(again) in {"OPERATION_IN_PROGRESS", "AUDIT_UNAVAILABLE"}
    assert status(writes, one) is Status.EXECUTING
    box.faults.clear()
    writes.reconcile()
    assert status(writes, one) in {Status.RECONCILED, Status.UNKNOWN}
    settled = writes.asked(one.preview).json()
    assert settled["success"] is True
    assert (writes.amount(one.budget_id), writes.mutates()) == (one.after, 1)


def test_f8_an_outcome_whose_answer_is_lost_was_recorded(
    writes: SpareWrites, box: WatchedSandbox
) -> None:
    one, lost = writes.raised(), FaultKind.TIMEOUT_AFTER_APPLY
    before_call(box, OUTCOME, TRANSACT, lambda: box.faults.arm(TRANSACTION, lost, 1))
    answer, again = writes.asked(one.preview), writes.asked(one.preview)
    assert code(answer) in {"", "OUTCOME_UNKNOWN"}
    assert again.json()["data"]["newAmount"] == one.after
    assert writes.mutates() == 1


def test_f3_of_two_changes_of_one_budget_confirmed_at_once_one_wins(
    writes: SpareWrites, box: WatchedSandbox
) -> None:
    """The other comes while the first holds the lock, and again when it is done."""
    one = writes.raised()
    other = writes.preview(one.budget_id, one.before + 1)
    answers = []
    before_call(box, INTENT, TRANSACT, lambda: answers.append(writes.asked(other)))
    assert writes.asked(one.preview).status_code == 200

    assert [code(answer) for answer in answers] == ["OPERATION_IN_PROGRESS"]
    assert code(writes.asked(other)) == "STATE_CHANGED"
    assert (writes.amount(one.budget_id), writes.mutates()) == (one.after, 1)


def test_f2_of_a_batch_it_is_told_item_by_item_what_was_done(
    writes: SpareWrites, box: WatchedSandbox
) -> None:
    account = writes.box.world.accounts[CATALOGUE]
    paused = [c for c in account.campaigns.values() if c.status == "PAUSED"]
    low = [c for c in paused if account.budgets[c.budget_id].amount_micros <= 400_000_000][:3]
    ids = [str(c.campaign_id) for c in low]
    params = {
        "customerId": CATALOGUE,
        "campaignIds": ids,
        "status": "ENABLED",
        "partialFailure": True,
    }
    preview = writes.previewed("update_campaign_status", params)

    def removed() -> None:
        path = f"/google-ads/{CATALOGUE}/campaigns/{ids[1]}"
        writes.api.control("POST", path, json={"status": "REMOVED"})

    before_call(box, INTENT, TRANSACT, removed)
    answer = writes.asked(preview)

    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert data["result"] == "PARTIALLY_SUCCEEDED"
    assert [one["outcome"] for one in data["changes"]] == ["done", "refused", "done"]
    assert [account.campaigns[int(i)].status for i in ids] == ["ENABLED", "REMOVED", "ENABLED"]
    assert writes.mutates() == 1
