"""F9 and the money of it: what was executed is undone by an operation like any other."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.security.stored import put_grant
from tests.support.api import EUR, USD, Api
from tests.support.writing import Writes
from wpp_mcp.operations.states import Status


@pytest.fixture
def writes(api: Api) -> Writes:
    return Writes(api)


def raised(writes: Writes, by: int = 10) -> tuple[str, int, str]:
    """Raise a budget; return its id, what it was, and the operation."""
    budget_id, amount = writes.budget()
    preview = writes.preview(budget_id, amount + by)
    writes.done(preview)
    return budget_id, amount, preview["operationId"]


def refused(writes: Writes, *operation_ids: str, role: str = "practitioner") -> dict[str, Any]:
    """The error of a rollback that is not even previewed."""
    params = {"operationIds": list(operation_ids)}
    answer = writes.api.execute("preview_rollback", params, role=role)
    error: dict[str, Any] = answer.json()["error"]
    return error


def test_it_is_previewed_agreed_to_and_carried_out_like_any_other(writes: Writes) -> None:
    budget_id, amount, operation_id = raised(writes)
    before = len(writes.box.post.mails())
    preview = writes.rollback(operation_id)
    [line] = preview["preview"]["changes"]
    assert (line["before"], line["after"]) == (amount + 10, amount)
    assert preview["preview"]["rollback"]["notUndone"] == []
    assert writes.amount(budget_id) == amount + 10
    writes.done(preview)
    assert writes.amount(budget_id) == amount
    undone, rollback = writes.stored(operation_id), writes.stored(preview["operationId"])
    assert (undone.status, undone.rolled_back_by) == (Status.ROLLED_BACK, rollback.operation_id)
    assert (rollback.status, rollback.rollback_of) == (Status.SUCCEEDED, (operation_id,))
    mails = writes.box.post.mails()[before:]
    assert {mail["to"][0] for mail in mails} == {
        "manager@north.example",
        "global-admin@agency.example",
        "practitioner@north.example",
    }
    assert all("Rolled back" in mail["subject"] for mail in mails)


def test_it_reports_what_was_spent_since_and_before(writes: Writes) -> None:
    writes.skip_idle()
    _, _, operation_id = raised(writes)
    writes.box.clock.advance(timedelta(days=2))
    report = writes.rollback(operation_id)["preview"]["impact"]
    assert report["currency"] == "USD"
    since, before = report["since"], report["before"]
    assert (since["days"], before["days"]) == (3, 3)
    assert before["lastDay"] < since["firstDay"]
    assert since["lastDay"] == writes.box.clock().date().isoformat()
    assert before["cost"] > 0
    difference = round(since["cost"] - before["cost"], 6)
    assert round(report["difference"]["cost"], 6) == difference


def test_a_later_change_is_named_with_both_values(writes: Writes) -> None:
    budget_id, amount, operation_id = raised(writes)
    writes.set_amount(budget_id, amount + 25)
    preview = writes.rollback(operation_id)
    [warning] = [w for w in preview["preview"]["warnings"] if "later changed" in w]
    assert f"changed to {amount + 25}" in warning
    assert f"sets it back to {amount}" in warning
    [line] = preview["preview"]["changes"]
    assert (line["before"], line["after"]) == (amount + 25, amount)
    writes.done(preview)
    assert writes.amount(budget_id) == amount


def test_a_change_after_its_preview_is_not_overwritten(writes: Writes) -> None:
    budget_id, amount, operation_id = raised(writes)
    preview = writes.rollback(operation_id)
    writes.set_amount(budget_id, amount + 25)
    answer = writes.confirm(preview)
    assert answer.json()["error"]["code"] == "STATE_CHANGED"
    assert writes.amount(budget_id) == amount + 25
    assert writes.stored(operation_id).status is Status.SUCCEEDED


def test_nothing_is_undone_twice(writes: Writes) -> None:
    budget_id, amount, operation_id = raised(writes)
    first, second = writes.rollback(operation_id), writes.rollback(operation_id)
    writes.done(first)
    writes.set_amount(budget_id, amount + 10)  # as the second preview saw it
    answer = writes.confirm(second)
    assert answer.json()["error"]["code"] == "CONFLICT"
    assert writes.amount(budget_id) == amount + 10
    error = refused(writes, operation_id)
    assert error["code"] == "CONFLICT"
    assert "undone already" in error["message"]
    assert error["details"]["by"] == first["operationId"]


def test_a_rollback_can_be_undone(writes: Writes) -> None:
    budget_id, amount, operation_id = raised(writes)
    rollback = writes.rollback(operation_id)
    writes.done(rollback)
    again = writes.rollback(rollback["operationId"])
    writes.done(again)
    assert writes.amount(budget_id) == amount + 10
    assert writes.stored(rollback["operationId"]).rolled_back_by == again["operationId"]


def test_several_operations_are_undone_together(writes: Writes) -> None:
    budget_id, amount, first = raised(writes)
    second = writes.preview(budget_id, amount + 20)
    writes.done(second)
    other_id, other, third = raised(writes)
    preview = writes.rollback(first, second["operationId"], third)
    lines = preview["preview"]["changes"]
    assert {(x["id"], x["before"], x["after"]) for x in lines} == {
        (budget_id, amount + 20, amount),
        (other_id, other + 10, other),
    }
    writes.done(preview)
    assert (writes.amount(budget_id), writes.amount(other_id)) == (amount, other)
    ids = (first, second["operationId"], third)
    assert {writes.stored(one).status for one in ids} == {Status.ROLLED_BACK}


def test_what_was_removed_since_is_named(writes: Writes) -> None:
    campaigns = writes.api.execute("list_campaigns", {"customerId": USD}).json()
    campaign = campaigns["data"]["rows"][0]
    renamed = writes.previewed(
        "update_campaign",
        {"customerId": USD, "campaignId": campaign["campaignId"], "name": "Renamed by us"},
    )
    writes.done(renamed)
    place = f"/google-ads/{USD}/campaigns/{campaign['campaignId']}"
    writes.api.control("POST", place, json={"status": "REMOVED"})
    error = refused(writes, renamed["operationId"])
    assert error["code"] == "INVALID_REQUEST"
    assert "it was removed since" in error["message"]
    budget_id, amount, other = raised(writes)
    preview = writes.rollback(renamed["operationId"], other)
    [left] = preview["preview"]["rollback"]["notUndone"]
    assert (left["operationId"], left["reason"]) == (renamed["operationId"], "it was removed since")
    writes.done(preview)
    assert writes.amount(budget_id) == amount
    assert writes.stored(other).status is Status.ROLLED_BACK
    assert writes.stored(renamed["operationId"]).status is Status.SUCCEEDED


def test_what_was_created_is_removed_with_a_second_person(writes: Writes) -> None:
    made = writes.previewed("create_label", {"customerId": USD, "name": "To be undone"})
    label_id = writes.done(made)["data"]["labelId"]
    preview = writes.rollback(made["operationId"])
    assert preview["preview"]["riskLevel"] == "HIGH"
    assert "confirmationToken" not in preview
    preview["confirmationToken"] = writes.approved(preview)
    writes.done(preview)
    label = writes.box.world.accounts[USD].labels[int(label_id)]
    assert label.status == "REMOVED"


def test_the_grant_has_to_hold_at_the_preview_and_at_the_confirmation(writes: Writes) -> None:
    budget_id, amount, operation_id = raised(writes)
    preview = writes.rollback(operation_id)
    later = writes.box.clock() + timedelta(days=90)
    put_grant(writes.box, USD, writes.box.clock())
    try:
        assert writes.confirm(preview).json()["error"]["code"] == "ACCOUNT_NOT_AUTHORIZED"
        error = refused(writes, operation_id)
        assert (error["code"], error["requestedAccount"]) == ("ACCOUNT_NOT_AUTHORIZED", USD)
    finally:
        put_grant(writes.box, USD, later)
    assert writes.amount(budget_id) == amount + 10


def test_only_who_may_see_an_operation_can_undo_it(writes: Writes) -> None:
    _, _, operation_id = raised(writes)
    for stranger in ("other-practitioner", "other-manager"):
        assert refused(writes, operation_id, role=stranger)["code"] == "NOT_FOUND"
    assert refused(writes, operation_id, role="manager")["code"] == "ACCOUNT_NOT_AUTHORIZED"
    unknown = refused(writes, "op_20260101_000000_0123456789abcdef")
    assert unknown["code"] == "NOT_FOUND"


def test_what_was_not_executed_and_what_is_of_two_accounts_is_refused(writes: Writes) -> None:
    budget_id, amount = writes.budget()
    previewed = writes.preview(budget_id, amount + 10)["operationId"]
    error = refused(writes, previewed)
    assert error["code"] == "CONFLICT"
    assert "it was not executed" in error["message"]
    other = Writes(writes.api, EUR)
    _, _, there = raised(other, by=1)
    _, _, here = raised(writes)
    assert refused(writes, here, there)["message"] == "Name operations of one Google account"


def test_a_request_that_comes_again_is_the_same_operation(writes: Writes) -> None:
    _, _, operation_id = raised(writes)
    params = {"operationIds": [operation_id]}
    first, second = (
        writes.api.execute("preview_rollback", params, omaRequestId="undo-1").json()
        for _ in range(2)
    )
    assert first["operationId"] == second["operationId"]


def test_a_last_day_is_not_put_back_into_the_past(writes: Writes) -> None:
    account = writes.box.world.accounts[USD]
    found = [c for c in account.campaigns.values() if c.status == "ENABLED"]
    campaign = next(c for c in found if c.channel == "SEARCH" and c.end_date is None)
    today = writes.box.clock().date()
    soon, later = (today + timedelta(days=n) for n in (1, 60))
    params = {"customerId": USD, "campaignId": str(campaign.campaign_id)}

    def moved(day: str) -> dict[str, Any]:
        return writes.previewed("update_campaign", params | {"endDate": day})

    first = moved(soon.isoformat())
    assert first["preview"]["undo"] == {"kind": "exact", "losses": []}
    writes.done(first)
    second = moved(later.isoformat())
    loss = "A last day that has passed by then cannot be set again."
    assert second["preview"]["undo"] == {"kind": "compensating", "losses": [loss]}
    writes.done(second)

    writes.box.clock.advance(timedelta(days=3))
    error = refused(writes, second["operationId"])
    assert error["code"] == "INVALID_REQUEST"
    passed = f"Its last day, {soon}, has passed: it cannot be set again."
    assert passed in error["message"]
    campaign = account.campaigns[campaign.campaign_id]
    account.campaigns[campaign.campaign_id] = replace(campaign, end_date=soon)
    third = moved(later.isoformat())["preview"]
    assert third["undo"] == {"kind": "none", "losses": [passed]}
    assert third["riskLevel"] == "HIGH"
