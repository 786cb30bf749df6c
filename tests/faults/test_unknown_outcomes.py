"""F1, F8, F10, F12: a write whose outcome is not known is looked up, never repeated."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.box import Sandbox
from sandbox.faults import FaultKind
from tests.security.stored import drop, put_grant, stored
from tests.support.api import USD, Api
from tests.support.connecting import connect_at_once, forget
from tests.support.write_journeys import SITE
from tests.support.writing import MUTATE, OVER, Writes, job
from wpp_mcp.functions import Function
from wpp_mcp.operations.states import Status
from wpp_mcp.storage.operations import Operations

TRANSACT = "dynamodb:TransactWriteItems"
QUEUE = "sqs:SendMessageBatch"


@pytest.fixture
def writes(api: Api) -> Writes:
    connect_at_once(api.box)
    return Writes(api)


def unknown(writes: Writes, fault: FaultKind = FaultKind.TIMEOUT_AFTER_APPLY) -> dict[str, Any]:
    """Confirm a raise of a budget by 10, to which Google does not answer."""
    budget_id, amount = writes.budget()
    preview = writes.preview(budget_id, amount + 10)
    writes.box.faults.arm(MUTATE, fault)
    answer = writes.confirm(preview)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "OUTCOME_UNKNOWN")
    assert writes.stored(preview["operationId"]).status is Status.UNKNOWN
    return preview


def test_what_was_applied_is_found_and_sent_only_once(writes: Writes) -> None:
    preview = unknown(writes)
    assert writes.reconcile()["reconciled"] == 1
    record = writes.stored(preview["operationId"])
    assert record.status is Status.RECONCILED
    assert record.result["data"]["applied"] == "all"
    assert [one["outcome"] for one in record.outcome] == ["done"]
    repeated = writes.confirm(preview)
    assert repeated.status_code == 200
    assert repeated.json()["success"] is True
    assert repeated.json()["data"] == record.result["data"]
    assert writes.mutates() == 1


def test_what_was_not_applied_is_no_success(writes: Writes) -> None:
    preview = unknown(writes, FaultKind.TIMEOUT)
    assert writes.reconcile()["reconciled"] == 1
    record = writes.stored(preview["operationId"])
    assert record.status is Status.RECONCILED
    assert [one["outcome"] for one in record.outcome] == ["not done"]
    repeated = writes.confirm(preview)
    assert repeated.status_code == 200
    assert repeated.json()["success"] is False
    assert repeated.json()["data"]["applied"] == "none"


def test_a_create_is_recognised_by_its_name(writes: Writes) -> None:
    preview = writes.previewed(
        "create_budget",
        {"customerId": USD, "name": "Harbour light", "dailyAmount": 20},
    )
    writes.box.faults.arm(MUTATE, FaultKind.TIMEOUT_AFTER_APPLY)
    assert writes.confirm(preview).status_code == 502
    assert writes.reconcile()["reconciled"] == 1
    record = writes.stored(preview["operationId"])
    budgets = writes.box.world.accounts[USD].budgets.values()
    [made] = [budget for budget in budgets if budget.name == "Harbour light"]
    assert record.outcome[0]["id"] == str(made.budget_id)
    assert record.result["data"]["budgetId"] == str(made.budget_id)


def test_confirming_again_settles_it_at_once(writes: Writes) -> None:
    preview = unknown(writes)
    again = writes.confirm(preview)
    assert again.status_code == 200, again.text
    assert again.json()["data"]["result"] == "RECONCILED"
    assert writes.mutates() == 1
    entries = writes.api.audit()
    assert [entry.get("step") for entry in entries[:2]] == ["repeated", "reconciled"]
    body, stands = again.json(), writes.stored(preview["operationId"])
    assert body["notificationsSent"] == list(stands.notified) != []
    found_out = f"{entries[1]['userId']}/{entries[1]['daySequence']}"
    assert body["auditLogId"] == stands.audit_log_id == found_out


def test_asking_again_in_vain_is_recorded_and_counts(writes: Writes) -> None:
    preview = unknown(writes, FaultKind.TIMEOUT)
    assert writes.confirm(preview).json()["error"]["code"] == "OUTCOME_UNKNOWN"
    entry = writes.api.audit()[0]
    assert (entry["step"], entry["error"]) == ("repeated", "OUTCOME_UNKNOWN")
    assert writes.mutates() == 1
    assert writes.reconcile()["reconciled"] == 1


def test_the_entries_of_the_job_stand_in_the_requesters_chain(writes: Writes) -> None:
    preview = unknown(writes)
    writes.reconcile()
    mine = [e for e in writes.api.audit() if e["operationId"] == preview["operationId"]]
    entry = mine[0]
    assert entry["step"] == "reconciled"
    assert (entry["channel"], entry["clientId"], entry["result"]) == ("none", "job", "success")
    assert entry["role"] == "practitioner"
    writes.box.clock.advance(timedelta(days=1))
    writes.box.invoke(Function.AUDIT_JOBS, {"job": "audit-manifest"})
    verified = writes.box.invoke(Function.AUDIT_JOBS, {"job": "audit-verification"})
    assert verified["entries"] >= len(mine)


def test_where_nobody_can_ask_it_stays_unknown_and_says_so_once(writes: Writes) -> None:
    preview = unknown(writes)
    forget(writes.box)
    before = len(writes.box.post.mails())
    waits = []
    for _ in range(5):
        record = writes.stored(preview["operationId"])
        assert record.expires_at is not None
        writes.box.clock.advance(record.expires_at - writes.box.clock() + timedelta(seconds=1))
        assert job(writes.box, "reconciliation")["unknown"] == 1
        record = writes.stored(preview["operationId"])
        assert record.expires_at is not None
        waits.append(round((record.expires_at - writes.box.clock()).total_seconds() / 60))
    assert waits == [5, 15, 60, 24 * 60, 24 * 60]
    assert record.status is Status.UNKNOWN
    assert "Google is not connected" in (record.unsettled or "")
    mails = writes.box.post.mails()[before:]
    assert sorted(mail["to"][0] for mail in mails) == [
        "manager@north.example",
        "practitioner@north.example",
    ]
    assert "Google is not connected" in mails[0]["text"]
    connect_at_once(writes.box)
    writes.box.clock.advance(timedelta(days=1))
    assert job(writes.box, "reconciliation")["reconciled"] == 1


def test_without_a_grant_nobody_looks(writes: Writes) -> None:
    preview = unknown(writes)
    later = writes.box.clock() + timedelta(days=90)
    put_grant(writes.box, USD, later, status="REVOKED")
    asked = writes.api.calls("google-ads")
    assert writes.reconcile()["unknown"] == 1
    assert writes.api.calls("google-ads") == asked
    record = writes.stored(preview["operationId"])
    assert "no access to the account" in (record.unsettled or "")
    put_grant(writes.box, USD, later)
    assert writes.reconcile()["reconciled"] == 1


def test_an_outcome_that_cannot_be_written_down_is_settled_later(writes: Writes) -> None:
    """F8: the third transaction of a confirmation is the outcome's."""
    budget_id, amount = writes.budget()
    preview = writes.preview(budget_id, amount + 10)
    real = writes.box.faults.take
    seen = 0

    def third(target: str) -> FaultKind | None:
        nonlocal seen
        seen += target == TRANSACT
        return FaultKind.UNAVAILABLE if target == TRANSACT and seen >= 3 else real(target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writes.box.faults, "take", third)
        answer = writes.confirm(preview)
    assert answer.json()["error"]["code"] == "OUTCOME_UNKNOWN"
    record = writes.stored(preview["operationId"])
    assert record.status is Status.EXECUTING
    assert record.intent_at is not None
    assert writes.reconcile()["reconciled"] == 1
    assert writes.stored(preview["operationId"]).result["data"]["applied"] == "all"
    assert writes.amount(budget_id) == amount + 10
    assert writes.mutates() == 1


def test_mails_that_were_not_queued_are_queued_later_and_once(writes: Writes) -> None:
    """F10."""
    budget_id, amount = writes.budget()
    preview = writes.preview(budget_id, amount + 10)
    before = len(writes.box.post.mails())
    writes.box.faults.arm(QUEUE, FaultKind.UNAVAILABLE, 100)
    assert writes.done(preview)["notificationsSent"] == []
    assert len(writes.box.post.mails()) == before
    writes.box.clock.advance(OVER)
    assert job(writes.box, "reconciliation")["followed"] == 0
    writes.box.faults.clear()
    assert writes.reconcile()["followed"] == 1
    mails = writes.box.post.mails()[before:]
    assert sorted(mail["to"][0] for mail in mails) == [
        "global-admin@agency.example",
        "manager@north.example",
    ]
    assert writes.stored(preview["operationId"]).expires_at is None
    assert writes.reconcile()["followed"] == 0
    assert len(writes.box.post.mails()) == before + 2


def test_clocks_that_are_apart_settle_nothing_wrongly(writes: Writes) -> None:
    """F12: a job whose clock is ahead may not take a write that is under way for not done."""
    preview = unknown(writes, FaultKind.TIMEOUT)
    record = writes.stored(preview["operationId"])
    assert record.intent_at is not None
    due = record.intent_at - timedelta(minutes=1)
    writes.box.seeder.put(
        Operations.key(record.operation_id),
        {**_item(writes.box, record.operation_id), "expiresAt": due.isoformat()},
    )
    behind = record.intent_at + timedelta(minutes=2) - writes.box.clock()
    writes.box.clock.advance(behind)
    assert job(writes.box, "reconciliation")["unknown"] == 1
    assert writes.reconcile()["reconciled"] == 1


def test_a_sitemap_that_may_still_be_applied_is_not_called_undone(writes: Writes) -> None:
    """Neither one to submit nor one to delete; the job finds out when it is over."""
    for tool, params, target in (
        ("submit_sitemap", _sitemap("one"), "search-console:sitemaps.submit"),
        ("delete_sitemap", _known(writes), "search-console:sitemaps.delete"),
    ):
        preview = writes.previewed(tool, params)
        if "confirmationToken" not in preview:
            preview["confirmationToken"] = writes.approved(preview)
        writes.box.faults.arm(target, FaultKind.TIMEOUT)
        assert writes.confirm(preview).status_code == 502
        assert writes.confirm(preview).status_code == 502
        assert writes.stored(preview["operationId"]).status is Status.UNKNOWN
        assert writes.reconcile()["reconciled"] == 1
        assert writes.stored(preview["operationId"]).result["data"]["applied"] == "none"


def test_one_record_that_is_damaged_holds_up_none_of_the_others(writes: Writes) -> None:
    damaged, sound = unknown(writes), unknown(writes)
    broken = {**_item(writes.box, damaged["operationId"]), "plan": b"no plan"}
    writes.box.seeder.put(Operations.key(damaged["operationId"]), broken)
    told = writes.reconcile()
    assert (told["failed"], told["reconciled"], told["left"]) == (1, 1, False)
    assert writes.stored(sound["operationId"]).status is Status.RECONCILED
    drop(writes.box, Operations.key(damaged["operationId"]))


def test_what_nobody_confirms_ends_with_an_entry(writes: Writes) -> None:
    budget_id, amount = writes.budget()
    preview = writes.preview(budget_id, amount + 10)
    assert job(writes.box, "unconfirmed-operations")["expired"] == 0
    writes.box.clock.advance(timedelta(minutes=16))
    told = job(writes.box, "unconfirmed-operations")
    assert told == {"job": "unconfirmed-operations", "expired": 1, "failed": 0, "left": False}
    assert writes.stored(preview["operationId"]).status is Status.EXPIRED
    assert writes.api.audit()[0]["step"] == "expired"
    assert job(writes.box, "unconfirmed-operations")["expired"] == 0
    assert writes.confirm(preview).json()["error"]["code"] == "OPERATION_EXPIRED"


def _item(box: Sandbox, operation_id: str) -> dict[str, Any]:
    item = stored(box, Operations.key(operation_id))
    return {name: value for name, value in item.items() if name != "operationId"}


def _sitemap(name: str) -> dict[str, Any]:
    return {"siteUrl": SITE, "sitemapUrl": f"https://www.aster.example/sitemap-{name}.xml"}


def _known(writes: Writes) -> dict[str, Any]:
    """A sitemap that is on the property's list."""
    writes.done(writes.previewed("submit_sitemap", _sitemap("known")))
    return _sitemap("known")
