"""What others added since is not removed unseen, and what Google refuses stops nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.world import Bidding
from tests.e2e.test_rollback import raised
from tests.support.api import USD, Api
from tests.support.writing import Writes
from wpp_mcp.operations.states import Status


@pytest.fixture
def writes(api: Api) -> Writes:
    return Writes(api)


def done(writes: Writes, tool: str, **params: Any) -> tuple[str, dict[str, Any]]:
    """Carry a tool out, whoever has to agree; return its operation and its data."""
    preview = writes.previewed(tool, {"customerId": USD, **params})
    if "confirmationToken" not in preview:
        preview["confirmationToken"] = writes.approved(preview)
    data: dict[str, Any] = writes.done(preview)["data"]
    return preview["operationId"], data


def budget(writes: Writes, name: str, amount: int = 20) -> tuple[str, str]:
    operation_id, data = done(writes, "create_budget", name=name, dailyAmount=amount)
    return operation_id, data["budgetId"]


def campaign(writes: Writes, name: str, budget_id: str, **more: Any) -> tuple[str, str]:
    """Create a campaign; return the operation and its id."""
    operation_id, data = done(
        writes,
        "create_campaign",
        name=name,
        budgetId=budget_id,
        bidding="MAXIMIZE_CONVERSIONS",
        containsEuPoliticalAdvertising=False,
        **more,
    )
    return operation_id, data["campaignId"]


def refusal(writes: Writes, *operation_ids: str) -> dict[str, Any]:
    answer = writes.api.execute("preview_rollback", {"operationIds": list(operation_ids)})
    error: dict[str, Any] = answer.json()["error"]
    return error


def test_what_others_added_to_a_campaign_is_named_before_it_goes(writes: Writes) -> None:
    made, campaign_id = campaign(writes, "Named before", budget(writes, "For named before")[1])
    done(writes, "create_ad_group", campaignId=campaign_id, name="Theirs", status="ENABLED")
    preview = writes.rollback(made)["preview"]
    [warning] = [one for one in preview["warnings"] if "what others added" in one]
    assert 'Ad group "Theirs"' in warning
    [line] = [one for one in preview["changes"] if one.get("field") == "contents"]
    assert line["before"][0].startswith('Ad group "Theirs"')
    assert preview["riskLevel"] == "HIGH"


def test_what_others_added_to_an_ad_group_is_named_and_counted(writes: Writes) -> None:
    _, campaign_id = campaign(writes, "Counted", budget(writes, "For counted")[1])
    made, data = done(writes, "create_ad_group", campaignId=campaign_id, name="Ours")
    words = [{"text": f"word {number}", "matchType": "EXACT"} for number in range(13)]
    done(writes, "add_keywords", adGroupId=data["adGroupId"], keywords=words)
    [warning] = [
        one for one in writes.rollback(made)["preview"]["warnings"] if "what others added" in one
    ]
    assert warning.count('Keyword "word') == 10
    assert warning.endswith("and 3 more")


def test_what_the_undone_operations_made_is_not_named_as_others(writes: Writes) -> None:
    first, campaign_id = campaign(writes, "All ours", budget(writes, "For all ours")[1])
    second, _ = done(writes, "create_ad_group", campaignId=campaign_id, name="Also ours")
    preview = writes.rollback(first, second)
    assert [one for one in preview["preview"]["warnings"] if "what others added" in one] == []
    preview["confirmationToken"] = writes.approved(preview)
    writes.done(preview)
    assert writes.box.world.accounts[USD].campaigns[int(campaign_id)].status == "REMOVED"


def test_what_is_added_after_the_preview_is_not_removed(writes: Writes) -> None:
    made, campaign_id = campaign(writes, "Added after", budget(writes, "For added after")[1])
    preview = writes.rollback(made)
    preview["confirmationToken"] = writes.approved(preview)
    done(writes, "create_ad_group", campaignId=campaign_id, name="Too late")
    error = writes.confirm(preview).json()["error"]
    assert error["code"] == "STATE_CHANGED"
    assert "Too late" in error["details"]["changed"][0]["live"]["contents"][0]
    assert writes.box.world.accounts[USD].campaigns[int(campaign_id)].status == "PAUSED"


def test_the_money_of_a_campaign_that_is_removed_shows_where_it_spends(writes: Writes) -> None:
    made, campaign_id = campaign(writes, "Spends", budget(writes, "For spends", 20)[1])
    paused = writes.rollback(made)["preview"]
    assert paused["money"]["perDay"] == 0
    done(writes, "update_campaign_status", campaignIds=[campaign_id], status="ENABLED")
    preview = writes.rollback(made)["preview"]
    assert preview["money"]["perDay"] == -20
    assert any("later changed to ENABLED; undoing removes it" in w for w in preview["warnings"])


def test_what_google_refuses_is_named_and_the_rest_is_undone(writes: Writes) -> None:
    made, budget_id = budget(writes, "In use by now")
    campaign(writes, "Uses it", budget_id)
    raised_id, amount, other = raised(writes)
    preview = writes.rollback(made, other)
    [left] = preview["preview"]["rollback"]["notUndone"]
    assert (left["operationId"], left["id"]) == (made, budget_id)
    assert "budget" in left["reason"].lower()
    [line] = preview["preview"]["changes"]
    assert (line["id"], line["before"], line["after"]) == (raised_id, amount + 10, amount)
    assert preview["preview"]["riskLevel"] == "MEDIUM"
    writes.done(preview)
    assert writes.amount(raised_id) == amount
    statuses = [writes.stored(one).status for one in (made, other)]
    assert statuses == [Status.SUCCEEDED, Status.ROLLED_BACK]


def test_where_google_refuses_all_of_it_the_answer_says_why(writes: Writes) -> None:
    made, budget_id = budget(writes, "In use alone")
    campaign(writes, "Uses that", budget_id)
    error = refusal(writes, made)
    assert error["code"] == "GOOGLE_INVALID_REQUEST"
    [left] = error["details"]["notUndone"]
    assert (left["id"], left["action"]) == (budget_id, "remove")
    assert left["reason"] in error["message"]


def test_what_cannot_be_said_to_google_any_more_stops_nothing_else(writes: Writes) -> None:
    """A target, where the strategy that has it is another one by now."""
    _, budget_id = budget(writes, "For a strategy")
    _, campaign_id = campaign(writes, "Strategy", budget_id)
    targeted, _ = done(writes, "update_campaign", campaignId=campaign_id, targetCpa=12)
    there = writes.box.world.accounts[USD].campaigns[int(campaign_id)]
    there.bidding_strategy, there.bidding = "MANUAL_CPC", Bidding()
    raised_id, amount, other = raised(writes)
    preview = writes.rollback(targeted, other)
    [left] = preview["preview"]["rollback"]["notUndone"]
    assert (left["operationId"], left["reason"]) == (targeted, "biddingStrategy cannot be changed")
    writes.done(preview)
    assert writes.amount(raised_id) == amount


def test_a_first_day_that_has_passed_stops_nothing_else(writes: Writes) -> None:
    today = writes.box.clock().date()
    tomorrow, later = ((today + timedelta(days=days)).isoformat() for days in (1, 30))
    _, budget_id = budget(writes, "For a first day")
    _, campaign_id = campaign(writes, "First day", budget_id, startDate=tomorrow)
    moved, _ = done(writes, "update_campaign", campaignId=campaign_id, startDate=later)
    writes.box.clock.advance(timedelta(days=3))
    raised_id, amount, other = raised(writes)
    preview = writes.rollback(moved, other)
    [left] = preview["preview"]["rollback"]["notUndone"]
    assert left["operationId"] == moved
    assert left["reason"] == f"Its first day, {tomorrow}, has passed: it cannot be set again."
    writes.done(preview)
    assert writes.amount(raised_id) == amount
