"""Campaigns that are there: their status, their settings and their labels."""

from decimal import Decimal
from typing import Any

import pytest

from sandbox.world import Campaign
from tests.unit.support.ads_writing import MUTATE, Played
from tests.unit.tools.google_ads.planning import (
    account,
    campaign_where,
    carry_out,
    enabled,
    only,
    plan,
    problem,
    refusal,
)
from wpp_mcp.models.changes import ResourceType

STATUS = "update_campaign_status"


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
    assert f"({paused.campaign_id}) is already at status PAUSED: left out" in warning
    field, why = problem(google, STATUS, campaignIds=ids([paused]), status="PAUSED")
    assert (field, "is already at status PAUSED" in why) == ("campaignIds", True)
    error = refusal(google, STATUS, campaignIds=ids(enabled(google, 2)), status="ENABLED")
    assert error.message == "Nothing is left to do"
    assert [d["problem"].rpartition(" is ")[2] for d in error.details] == [
        "already at status ENABLED"
    ] * 2


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


def test_what_is_left_of_a_call_in_part_still_has_its_budget(google: Played) -> None:
    paused = campaign_where(google, lambda c: c.status == "PAUSED")
    some = {"campaignIds": ["99", *ids([paused])], "partialFailure": True}
    planned = plan(google, STATUS, status="ENABLED", **some)
    assert only(planned).budget is not None
    assert planned.warnings == ("there is no campaign 99 in this account: left out",)


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
        "timeZone": "America/New_York",
        "endDate": "2027-03-31",
        "searchNetwork": False,
        "targetCpa": Decimal("12.5"),
    }
    assert not {"biddingStrategy", "timeZone"} & set(change.fields)
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
    assert only(planned).after["endDate"] is None
    assert only(planned).fields == ("endDate",)
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
        ({"noEndDate": False}, "say what to change: name, startDate, endDate, noEndDate, google"),
        ({"name": None, "endDate": None, "searchNetwork": None}, "say what to change"),
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


# Labels


def label(google: Played, name: str = "Winter") -> str:
    planned = plan(google, "create_label", name=name, color="#0B8043", description="Cold")
    assert planned.currency == "USD"
    (applied,) = carry_out(google, planned)
    google.google.world.mutates.clear()
    return str(applied.id)


def test_a_name_that_is_a_pattern_is_taken_literally(google: Played) -> None:
    for name in ("100 %", "a[%]b", "_ooo", "\\", "it's"):
        place = label(google, name)
        field, why = problem(google, "create_label", name=name)
        assert (field, f"({place}) is there already" in why) == ("name", True)
    assert only(plan(google, "create_label", name="xooo")).after


def test_a_label_is_created_once(google: Played) -> None:
    place = label(google)
    made = account(google).labels[int(place)]
    assert (made.name, made.color, made.description) == ("Winter", "#0B8043", "Cold")
    for name in ("Winter", "WINTER"):
        field, why = problem(google, "create_label", name=name)
        assert (field, f"({place}) is there already" in why) == ("name", True)
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
    assert warning.endswith(f'is already labelled Label "Winter" ({place}): left out')
    done = carry_out(google, rest)
    google.google.world.mutates.clear()
    assert [a.id for a in done] == [f"{c.campaign_id}~{place}" for c in found[1:]]
    field, why = problem(google, tool, labelId=place, campaignIds=ids(found[:1]))
    assert (field, "already labelled" in why) == ("campaignIds", True)
    error = refusal(google, tool, labelId=place, campaignIds=ids(found))
    assert [d["problem"].partition(")")[0].rpartition("(")[2] for d in error.details] == ids(found)


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
