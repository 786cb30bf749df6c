from decimal import Decimal
from typing import Any

import pytest

from sandbox.world import Campaign
from tests.unit.support.ads_writing import MUTATE, Played
from tests.unit.tools.google_ads.planning import (
    account,
    budget_where,
    campaign_where,
    carry_out,
    only,
    plan,
    problem,
)
from wpp_mcp.models.changes import ResourceType, Verb
from wpp_mcp.tools.registry import catalogue

STATUS = "update_campaign_status"


def enabled(google: Played, count: int) -> list[Campaign]:
    return [c for c in account(google).campaigns.values() if c.status == "ENABLED"][:count]


def ids(found: list[Campaign]) -> list[str]:
    return [str(c.campaign_id) for c in found]


# Status


def test_campaigns_are_paused_in_one_request(google: Played) -> None:
    found = enabled(google, 3)
    planned = plan(google, STATUS, campaignIds=ids(found), status="PAUSED")
    assert [c.after for c in planned.changes] == [{"status": "PAUSED"}] * 3
    assert [c.before for c in planned.changes] == [{"status": "ENABLED"}] * 3
    assert [c.locator.name for c in planned.changes] == [c.name for c in found]
    assert (planned.currency, planned.warnings, planned.partial) == ("USD", (), False)
    google.google.calls.clear()
    google.apply(*planned.changes)
    assert google.counts() == {MUTATE: 1}
    assert {account(google).campaigns[c.campaign_id].status for c in found} == {"PAUSED"}


def test_enabling_names_the_budget_that_can_be_spent(google: Played) -> None:
    paused = campaign_where(google, lambda c: c.status == "PAUSED")
    planned = plan(google, STATUS, campaignIds=ids([paused]), status="ENABLED")
    behind = only(planned).budget
    assert behind is not None
    assert behind.id == str(paused.budget_id)
    assert behind.amount * 1_000_000 == account(google).budgets[paused.budget_id].amount_micros
    assert paused.name in behind.shared_by


def test_the_cost_of_planning_does_not_grow_with_the_items(google: Played) -> None:
    google.google.calls.clear()
    plan(google, STATUS, campaignIds=ids(enabled(google, 20)), status="PAUSED")
    assert google.counts() == {"google-ads:Search": 2}


def test_what_is_so_already_is_left_out(google: Played) -> None:
    paused = campaign_where(google, lambda c: c.status == "PAUSED")
    found = enabled(google, 1)
    planned = plan(google, STATUS, campaignIds=ids([*found, paused]), status="PAUSED")
    assert only(planned).locator.id == str(found[0].campaign_id)
    (warning,) = planned.warnings
    assert f"({paused.campaign_id}) is already PAUSED: left out" in warning
    field, why = problem(google, STATUS, campaignIds=ids([paused]), status="PAUSED")
    assert (field, "is already PAUSED" in why) == ("status", True)
    _, why = problem(google, STATUS, campaignIds=ids(enabled(google, 2)), status="ENABLED")
    assert why == "each of these campaigns is already ENABLED"


@pytest.mark.parametrize(
    "given",
    ["all", "*", [], None, ["*"], ["all"], ["1", "1"], [1], ["1"] * 51, {"from": "1"}, ["1 2"]],
    ids=str,
)
def test_campaigns_are_named_one_by_one(google: Played, given: Any) -> None:
    field, why = problem(google, STATUS, campaignIds=given, status="PAUSED")
    assert field.startswith("campaignIds")
    if not isinstance(given, list) or not given:
        assert 'there is no "all"' in why
    elif len(given) > 50:
        assert why == "50 ids at most in one call"
    elif len(given) > 1:
        assert why == f"{given[0]} is given twice"
    else:
        assert why == "give one id: digits, as text"


def test_none_named_at_all(google: Played) -> None:
    assert problem(google, STATUS, status="PAUSED")[0] == "campaignIds"


@pytest.mark.parametrize("status", ["REMOVED", "enabled", "", None])
def test_campaigns_are_enabled_or_paused(google: Played, status: Any) -> None:
    assert problem(google, STATUS, campaignIds=["1"], status=status)[0] == "status"


def test_removed_and_missing_campaigns_are_named(google: Played) -> None:
    removed = campaign_where(google, lambda c: c.status == "REMOVED")
    found = enabled(google, 1)
    field, why = problem(google, STATUS, campaignIds=ids([*found, removed]), status="PAUSED")
    assert (field, "removed, which is final" in why) == ("campaignIds", True)
    assert str(removed.campaign_id) in why
    _, why = problem(google, STATUS, campaignIds=[*ids(found), "99"], status="PAUSED")
    assert why == "there is no campaign 99 in this account"


def test_partial_is_asked_for(google: Played) -> None:
    found = ids(enabled(google, 1))
    assert plan(google, STATUS, campaignIds=found, status="PAUSED", partialFailure=True).partial


# Settings


def search(google: Played, strategy: str) -> Campaign:
    return campaign_where(
        google,
        lambda c: (c.bidding_strategy, c.channel) == (strategy, "SEARCH") and c.status == "ENABLED",
    )


def test_settings_are_changed_together(google: Played) -> None:
    campaign = search(google, "MAXIMIZE_CONVERSIONS")
    planned = plan(
        google,
        "update_campaign",
        campaignId=str(campaign.campaign_id),
        name="Spring boots",
        endDate="2027-03-31",
        searchNetwork=False,
        targetCpa=12.5,
    )
    change = only(planned)
    assert change.after == {
        "biddingStrategy": "MAXIMIZE_CONVERSIONS",
        "name": "Spring boots",
        "endDate": "2027-03-31",
        "searchNetwork": False,
        "targetCpa": Decimal("12.5"),
    }
    assert "biddingStrategy" not in change.fields
    carry_out(google, planned)
    now = account(google).campaigns[campaign.campaign_id]
    assert (now.name, str(now.end_date), now.networks.search) == (
        "Spring boots",
        "2027-03-31",
        False,
    )
    assert now.bidding.target_cpa_micros == 12_500_000


def test_an_end_is_taken_away(google: Played) -> None:
    place = str(search(google, "MAXIMIZE_CONVERSIONS").campaign_id)
    carry_out(google, plan(google, "update_campaign", campaignId=place, endDate="2027-03-31"))
    google.google.world.mutates.clear()
    planned = plan(google, "update_campaign", campaignId=place, noEndDate=True)
    assert only(planned).after == {"endDate": None}
    carry_out(google, planned)
    assert account(google).campaigns[int(place)].end_date is None


@pytest.mark.parametrize(
    ("strategy", "target", "said"),
    [
        ("TARGET_SPEND", {"targetCpa": 5}, "bids by TARGET_SPEND, which has no such target"),
        ("MAXIMIZE_CONVERSIONS", {"targetRoas": 3}, "has no such target"),
        ("MAXIMIZE_CONVERSIONS", {"targetCpa": 5.001}, "USD has no smaller unit"),
        ("MAXIMIZE_CONVERSIONS", {"targetCpa": 0}, "zero is refused"),
    ],
)
def test_targets_go_with_their_strategy(
    google: Played, strategy: str, target: dict[str, float], said: str
) -> None:
    campaign = search(google, strategy)
    params = {"campaignId": str(campaign.campaign_id)} | target
    field, why = problem(google, "update_campaign", **params)
    assert field == next(iter(target))
    assert said in why


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({}, "say what to change"),
        ({"endDate": "2027-01-01", "noEndDate": True}, "give endDate or noEndDate"),
        ({"endDate": "1999-01-01"}, "before the first day"),
        ({"endDate": "tomorrow"}, "date"),
        ({"targetRoas": 0}, "zero is refused"),
    ],
)
def test_settings_that_cannot_be(google: Played, params: dict[str, Any], said: str) -> None:
    campaign = search(google, "MAXIMIZE_CONVERSIONS")
    _, why = problem(google, "update_campaign", campaignId=str(campaign.campaign_id), **params)
    assert said in why


# Creating


def shared_budget(google: Played) -> str:
    return str(budget_where(google, lambda b: b.explicitly_shared).budget_id)


def new(google: Played, **more: Any) -> dict[str, Any]:
    return {
        "name": "Spring boots",
        "budgetId": shared_budget(google),
        "bidding": "MANUAL_CPC",
        "containsEuPoliticalAdvertising": False,
    } | more


@pytest.mark.parametrize(
    ("bidding", "strategy", "target"),
    [
        ("MANUAL_CPC", "MANUAL_CPC", {}),
        ("MAXIMIZE_CLICKS", "TARGET_SPEND", {}),
        ("MAXIMIZE_CLICKS", "TARGET_SPEND", {"maxCpc": 1.25}),
        ("MAXIMIZE_CONVERSIONS", "MAXIMIZE_CONVERSIONS", {}),
        ("MAXIMIZE_CONVERSIONS", "MAXIMIZE_CONVERSIONS", {"targetCpa": 20}),
        ("MAXIMIZE_CONVERSION_VALUE", "MAXIMIZE_CONVERSION_VALUE", {"targetRoas": 3.5}),
    ],
)
def test_a_campaign_is_created_paused(
    google: Played, bidding: str, strategy: str, target: dict[str, float]
) -> None:
    planned = plan(
        google, "create_campaign", **new(google, bidding=bidding, startDate="2026-12-01", **target)
    )
    change = only(planned)
    assert (change.verb, change.after["status"], change.budget) == (Verb.CREATE, "PAUSED", None)
    assert planned.currency == "USD"
    (applied,) = carry_out(google, planned)
    made = account(google).campaigns[int(str(applied.id))]
    assert (made.status, made.bidding_strategy, made.channel) == ("PAUSED", strategy, "SEARCH")
    assert (made.networks.search, made.networks.content) == (False, False)
    values = google.values(change, str(applied.id))
    assert {n: values[n] for n in change.after} == change.after


def test_no_parameter_starts_it(google: Played) -> None:
    assert "status" not in {
        f.alias for f in catalogue()["create_campaign"].input.model_fields.values()
    }


@pytest.mark.parametrize(
    ("more", "field", "said"),
    [
        ({"targetCpa": 5}, "params", "targetCpa goes with MAXIMIZE_CONVERSIONS only"),
        ({"bidding": "MAXIMIZE_CONVERSIONS", "maxCpc": 5}, "params", "maxCpc goes with"),
        ({"bidding": "TARGET_CPA"}, "bidding", "Input should be"),
        ({"startDate": "2027-01-02", "endDate": "2027-01-01"}, "params", "before startDate"),
        ({"budgetId": "99"}, "budgetId", "there is no budget 99"),
        ({"containsEuPoliticalAdvertising": "no"}, "containsEuPoliticalAdvertising", "boolean"),
        ({"bidding": "MAXIMIZE_CLICKS", "maxCpc": 0}, "maxCpc", "zero is refused"),
        ({"bidding": "MAXIMIZE_CLICKS", "maxCpc": 0.001}, "maxCpc", "no smaller unit"),
    ],
)
def test_campaigns_that_cannot_be(
    google: Played, more: dict[str, Any], field: str, said: str
) -> None:
    where, why = problem(google, "create_campaign", **new(google, **more))
    assert where == field
    assert said in why


def test_the_declaration_is_not_guessed(google: Played) -> None:
    given = new(google)
    del given["containsEuPoliticalAdvertising"]
    field, _ = problem(google, "create_campaign", **given)
    assert field == "containsEuPoliticalAdvertising"


def test_a_budget_of_another_campaign_is_not_taken(google: Played) -> None:
    owner = campaign_where(
        google,
        lambda c: (
            c.status == "ENABLED" and not account(google).budgets[c.budget_id].explicitly_shared
        ),
    )
    field, why = problem(google, "create_campaign", **new(google, budgetId=str(owner.budget_id)))
    assert field == "budgetId"
    assert f'belongs to "{owner.name}" alone' in why


def test_a_total_budget_needs_a_last_day(google: Played) -> None:
    made = carry_out(google, plan(google, "create_budget", name="Total", dailyAmount=5))
    google.google.world.mutates.clear()
    budget = account(google).budgets[int(str(made[0].id))]
    budget.period, budget.amount_micros, budget.total_amount_micros = "CUSTOM_PERIOD", 0, 9_000_000
    field, why = problem(google, "create_campaign", **new(google, budgetId=str(budget.budget_id)))
    assert (field, "needs a last day" in why) == ("endDate", True)


def test_a_name_that_is_taken(google: Played) -> None:
    taken = enabled(google, 1)[0]
    field, why = problem(google, "create_campaign", **new(google, name=taken.name))
    assert (field, "is there already" in why) == ("name", True)


# Labels


def label(google: Played, name: str = "Winter") -> str:
    planned = plan(google, "create_label", name=name, color="#0B8043", description="Cold")
    assert planned.currency == "USD"
    (applied,) = carry_out(google, planned)
    google.google.world.mutates.clear()
    return str(applied.id)


def test_a_label_is_created_once(google: Played) -> None:
    place = label(google)
    made = account(google).labels[int(place)]
    assert (made.name, made.color, made.description) == ("Winter", "#0B8043", "Cold")
    assert problem(google, "create_label", name="Winter")[0] == "name"
    assert problem(google, "create_label", name="x" * 81)[0] == "name"
    assert problem(google, "create_label", name="Red", color="red")[0] == "color"


def test_campaigns_are_labelled(google: Played) -> None:
    place, found = label(google), enabled(google, 3)
    tool = "apply_label_to_campaign"
    first = plan(google, tool, labelId=place, campaignIds=ids(found[:1]))
    assert only(first).locator.type is ResourceType.CAMPAIGN_LABEL
    assert only(first).locator.name == f"Winter on {found[0].name}"
    carry_out(google, first)
    google.google.world.mutates.clear()
    rest = plan(google, tool, labelId=place, campaignIds=ids(found))
    assert [c.after["campaignId"] for c in rest.changes] == ids(found[1:])
    (warning,) = rest.warnings
    assert "already labelled: left out" in warning
    done = carry_out(google, rest)
    google.google.world.mutates.clear()
    assert [a.id for a in done] == [f"{c.campaign_id}~{place}" for c in found[1:]]
    field, why = problem(google, tool, labelId=place, campaignIds=ids(found))
    assert (field, "already labelled" in why) == ("campaignIds", True)


@pytest.mark.parametrize("given", ["all", [], ["*"], ["1"] * 51], ids=str)
def test_labels_go_on_campaigns_named_one_by_one(google: Played, given: Any) -> None:
    field, _ = problem(google, "apply_label_to_campaign", labelId="1", campaignIds=given)
    assert field.startswith("campaignIds")


def test_a_label_that_is_not_there(google: Played) -> None:
    found = ids(enabled(google, 1))
    assert problem(google, "apply_label_to_campaign", labelId="99", campaignIds=found) == (
        "labelId",
        "there is no label 99 in this account",
    )
