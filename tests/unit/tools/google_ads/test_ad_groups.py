"""create_ad_group and update_ad_group."""

from decimal import Decimal
from typing import Any

import pytest

from sandbox.world import Campaign
from tests.unit.support.ads_writing import Played
from tests.unit.tools.google_ads.planning import (
    a_group,
    account,
    campaign_where,
    carry_out,
    only,
    plan,
    problem,
)
from wpp_mcp.models.changes import ResourceType, Verb


def search_campaign(google: Played, strategy: str = "TARGET_SPEND") -> Campaign:
    return campaign_where(google, lambda c: (c.channel, c.bidding_strategy) == ("SEARCH", strategy))


def manual(google: Played) -> Campaign:
    campaign = search_campaign(google)
    campaign.bidding_strategy = "MANUAL_CPC"
    return campaign


def test_an_ad_group_is_created_paused(google: Played) -> None:
    campaign = manual(google)
    place = str(campaign.campaign_id)
    planned = plan(google, "create_ad_group", campaignId=place, name="Red boots", cpcBid=1.25)
    change = only(planned)
    assert (change.verb, change.locator.type) == (Verb.CREATE, ResourceType.AD_GROUP)
    assert change.after == {
        "campaignId": place,
        "name": "Red boots",
        "status": "PAUSED",
        "cpcBid": Decimal("1.25"),
    }
    assert (planned.currency, planned.warnings) == ("USD", ())
    (applied,) = carry_out(google, planned)
    made = account(google).ad_groups[int(str(applied.id))]
    assert (made.campaign_id, made.name, made.status, made.cpc_bid_micros) == (
        campaign.campaign_id,
        "Red boots",
        "PAUSED",
        1_250_000,
    )


def test_an_ad_group_is_enabled_only_where_that_is_asked(google: Played) -> None:
    place = str(search_campaign(google).campaign_id)
    planned = plan(google, "create_ad_group", campaignId=place, name="New", status="ENABLED")
    (applied,) = carry_out(google, planned)
    assert account(google).ad_groups[int(str(applied.id))].status == "ENABLED"


def test_what_a_bid_does_in_the_campaign_is_said(google: Played) -> None:
    place = str(search_campaign(google).campaign_id)
    (warning,) = plan(google, "create_ad_group", campaignId=place, name="N", cpcBid=1).warnings
    assert "bids by TARGET_SPEND" in warning
    assert "not used" in warning
    assert plan(google, "create_ad_group", campaignId=place, name="N").warnings == ()
    place = str(manual(google).campaign_id)
    (warning,) = plan(google, "create_ad_group", campaignId=place, name="N").warnings
    assert "smallest amount" in warning


@pytest.mark.parametrize(
    ("params", "field", "said"),
    [
        ({"name": "N"}, "campaignId", "required"),
        ({"campaignId": "*", "name": "N"}, "campaignId", "one id"),
        ({"campaignId": "99", "name": "N"}, "campaignId", "there is no campaign 99"),
        ({"campaignId": "99"}, "name", "required"),
        ({"campaignId": "99", "name": "a\u202eb"}, "name", "cannot be seen"),
        ({"campaignId": "99", "name": "N", "cpcBid": 0}, "cpcBid", "pause it instead"),
        ({"campaignId": "99", "name": "N", "cpcBid": "1"}, "cpcBid", "give a number"),
        ({"campaignId": "99", "name": "N", "status": "REMOVED"}, "status", "'PAUSED' or 'ENABLED'"),
    ],
)
def test_an_ad_group_that_is_not_created(
    google: Played, params: dict[str, Any], field: str, said: str
) -> None:
    refused, why = problem(google, "create_ad_group", **params)
    assert refused == field
    assert said.lower() in why.lower()


def test_an_ad_group_of_that_name_is_there(google: Played) -> None:
    group = a_group(google)
    place = str(group.campaign_id)
    field, why = problem(google, "create_ad_group", campaignId=place, name=group.name)
    assert (field, f"({group.ad_group_id}) is there already" in why) == ("name", True)
    shouted = group.name.upper()
    assert problem(google, "create_ad_group", campaignId=place, name=shouted) == (field, why)
    elsewhere = str(search_campaign(google, "MAXIMIZE_CONVERSIONS").campaign_id)
    account(google).campaigns[int(elsewhere)].status = "REMOVED"
    field, why = problem(google, "create_ad_group", campaignId=elsewhere, name="N")
    assert (field, "was removed" in why) == ("campaignId", True)


def test_a_bid_is_one_that_can_be_paid(google: Played) -> None:
    place = str(search_campaign(google).campaign_id)
    field, why = problem(google, "create_ad_group", campaignId=place, name="N", cpcBid=1.255)
    assert (field, why) == ("cpcBid", "USD has no smaller unit than 0.01")


def test_an_ad_group_is_changed(google: Played) -> None:
    group = a_group(google)
    place = str(group.ad_group_id)
    bid = Decimal(group.cpc_bid_micros) / 1_000_000
    planned = plan(
        google,
        "update_ad_group",
        adGroupId=place,
        name="Other boots",
        status="PAUSED",
        cpcBid=float(bid + 1),
    )
    change = only(planned)
    assert change.before == {"name": group.name, "status": "ENABLED", "cpcBid": bid}
    assert change.after == {"name": "Other boots", "status": "PAUSED", "cpcBid": bid + 1}
    assert "not used" in planned.warnings[0]
    carry_out(google, planned)
    now = account(google).ad_groups[group.ad_group_id]
    assert (now.name, now.status) == ("Other boots", "PAUSED")
    assert now.cpc_bid_micros == group.cpc_bid_micros + 1_000_000


def test_only_what_differs_is_changed(google: Played) -> None:
    group = a_group(google)
    place = str(group.ad_group_id)
    planned = plan(
        google, "update_ad_group", adGroupId=place, name=group.name.upper(), status="ENABLED"
    )
    assert only(planned).fields == ("name",)
    carry_out(google, planned)
    assert account(google).ad_groups[group.ad_group_id].name == group.name.upper()


def test_an_ad_group_that_is_not_changed(google: Played) -> None:
    group = a_group(google)
    place = str(group.ad_group_id)
    _, why = problem(google, "update_ad_group", adGroupId=place)
    assert "name, status or cpcBid" in why
    field, why = problem(google, "update_ad_group", adGroupId=place, status="ENABLED")
    assert (field, "is already at status ENABLED" in why) == ("adGroupId", True)
    field, why = problem(google, "update_ad_group", adGroupId="99", status="ENABLED")
    assert (field, why) == ("adGroupId", "there is no ad group 99 in this account")
    field, why = problem(google, "update_ad_group", adGroupId=place, cpcBid=0)
    assert (field, "pause it instead" in why) == ("cpcBid", True)
    other = next(
        g
        for g in account(google).ad_groups.values()
        if g.campaign_id == group.campaign_id and g is not group
    )
    field, why = problem(google, "update_ad_group", adGroupId=place, name=other.name)
    assert (field, f"({other.ad_group_id}) is there already" in why) == ("name", True)
    shouted = other.name.upper()
    assert problem(google, "update_ad_group", adGroupId=place, name=shouted) == (field, why)
