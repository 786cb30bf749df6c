"""create_search_campaign: budget, campaign, ad group, keywords and ad in one request."""

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.support.ads_writing import MUTATE, Played
from tests.unit.tools.google_ads.planning import account, carry_out, plan, problem
from wpp_mcp.models.changes import Budget, Change, ResourceType, Verb, change_of

TOOL = "create_search_campaign"
WHOLE: dict[str, Any] = {
    "dailyAmount": 42.5,
    "campaign": {
        "name": "Mars boots | Search",
        "bidding": "MANUAL_CPC",
        "endDate": "2026-12-24",
        "containsEuPoliticalAdvertising": False,
    },
    "adGroup": {"name": "Mars boots", "cpcBid": 1.25},
    "keywords": [
        {"text": "mars boots", "matchType": "EXACT", "cpcBid": 2},
        {"text": "red planet boots", "matchType": "PHRASE"},
    ],
    "ad": {
        "headlines": [{"text": "Mars boots"}, {"text": "Walk far"}, {"text": "Dry feet"}],
        "descriptions": [{"text": "Boots that last."}, {"text": "Made for dust."}],
        "finalUrl": "https://www.aster.example/mars",
        "path1": "mars",
    },
}


def whole(**more: Any) -> dict[str, Any]:
    """The parameters, with some of their parts changed; ``None`` takes one away."""
    changed = {
        name: {**WHOLE[name], **value}
        if isinstance(value, dict) and isinstance(WHOLE.get(name), dict)
        else value
        for name, value in more.items()
    }
    return {name: value for name, value in (WHOLE | changed).items() if value is not None}


def of(changes: Any, kind: ResourceType) -> list[Change]:
    return [change for change in changes if change.locator.type is kind]


def test_one_request_makes_all_of_it(google: Played) -> None:
    planned = plan(google, TOOL, **WHOLE)
    assert (planned.currency, planned.warnings, planned.partial) == ("USD", (), False)
    google.google.calls.clear()
    done = carry_out(google, planned)
    assert (google.counts()[f"{MUTATE}.validate"], google.counts()[MUTATE]) == (1, 1)
    ids = {c.locator.id: str(a.id) for c, a in zip(planned.changes, done, strict=True)}

    made = account(google)
    campaign = made.campaigns[int(ids["-2"])]
    assert (campaign.name, campaign.status, campaign.channel, campaign.bidding_strategy) == (
        "Mars boots | Search",
        "PAUSED",
        "SEARCH",
        "MANUAL_CPC",
    )
    budget = made.budgets[campaign.budget_id]
    assert (str(budget.budget_id), budget.name) == (ids["-1"], "Mars boots | Search")
    assert (budget.amount_micros, budget.explicitly_shared) == (42_500_000, False)
    group = made.ad_groups[int(ids["-3"])]
    assert (group.campaign_id, group.status) == (campaign.campaign_id, "PAUSED")
    assert group.cpc_bid_micros == 1_250_000
    keywords = [k for k in made.keywords.values() if k.ad_group_id == group.ad_group_id]
    assert [(k.text, k.match_type, k.cpc_bid_micros) for k in keywords] == [
        ("mars boots", "EXACT", 2_000_000),
        ("red planet boots", "PHRASE", None),
    ]
    (ad,) = (a for a in made.ads.values() if a.ad_group_id == group.ad_group_id)
    assert (ad.status, ad.path1, ad.final_urls) == (
        "PAUSED",
        "mars",
        ("https://www.aster.example/mars",),
    )


def test_each_part_comes_after_what_it_is_in(google: Played) -> None:
    changes = plan(google, TOOL, **WHOLE).changes
    assert {c.verb for c in changes} == {Verb.CREATE}
    ids = [c.locator.id for c in changes]
    assert len(set(ids)) == len(ids)
    assert all(c.locator.temporary for c in changes)
    known: set[str] = set()
    for change in changes:
        assert set(change.depends_on) <= known
        known.add(change.locator.id)
    (budget,), (campaign,), (group,), (ad,) = (
        of(changes, kind)
        for kind in (
            ResourceType.BUDGET,
            ResourceType.CAMPAIGN,
            ResourceType.AD_GROUP,
            ResourceType.AD,
        )
    )
    assert campaign.depends_on == (budget.locator.id,)
    assert group.depends_on == (campaign.locator.id,)
    for part in (ad, *of(changes, ResourceType.KEYWORD)):
        assert part.depends_on == (group.locator.id,)
    assert budget.budget == Budget(id=budget.locator.id, amount=Decimal("42.5"))


def test_the_plan_is_the_same_when_it_is_read_back(google: Played) -> None:
    planned = plan(google, TOOL, **WHOLE)
    assert [change_of(c.wire()) for c in planned.changes] == list(planned.changes)


def test_what_was_made_is_undone_from_the_end(google: Played) -> None:
    planned = plan(google, TOOL, **WHOLE)
    done = carry_out(google, planned)
    assert all(one.done for one in google.undone(planned.changes, done))
    assert google.reader.live(planned.changes) == [None] * len(planned.changes)


def test_as_many_keywords_as_one_call_can_make(google: Played) -> None:
    words = [{"text": f"boots {n}", "matchType": "EXACT"} for n in range(47)]
    field, why = problem(google, TOOL, **whole(keywords=words))
    assert (field, "at most 46 items" in why) == ("keywords", True)
    planned = plan(google, TOOL, **whole(keywords=words[:46]))
    assert len(planned.changes) == 50
    carry_out(google, planned)


@pytest.mark.parametrize(
    ("bidding", "target"),
    [
        ("MAXIMIZE_CLICKS", {"maxCpc": 3}),
        ("MAXIMIZE_CONVERSIONS", {"targetCpa": 12.5}),
        ("MAXIMIZE_CONVERSION_VALUE", {"targetRoas": 3.5}),
    ],
)
def test_bids_that_are_not_used_are_said_once(
    google: Played, bidding: str, target: dict[str, float]
) -> None:
    planned = plan(google, TOOL, **whole(campaign={"bidding": bidding, **target}))
    (warning,) = planned.warnings
    assert '"Mars boots | Search" bids by' in warning
    assert "not used" in warning
    carry_out(google, planned)


def test_no_bid_at_all_is_said_where_bids_count(google: Played) -> None:
    (warning,) = plan(google, TOOL, **whole(adGroup={"cpcBid": None})).warnings
    assert "smallest amount" in warning


@pytest.mark.parametrize(
    ("more", "field", "said"),
    [
        ({"dailyAmount": None}, "dailyAmount", "required"),
        ({"dailyAmount": 0}, "dailyAmount", "pause it instead"),
        ({"dailyAmount": "42"}, "dailyAmount", "give a number"),
        ({"dailyAmount": 1.005}, "dailyAmount", "no smaller unit"),
        ({"campaign": {"name": "a\u202eb"}}, "campaign.name", "cannot be seen"),
        ({"campaign": {"status": "ENABLED"}}, "campaign.status", "no such parameter"),
        ({"campaign": {"bidding": "MANUAL"}}, "campaign.bidding", "MANUAL_CPC"),
        ({"campaign": {"targetCpa": 3}}, "campaign", "goes with MAXIMIZE_CONVERSIONS"),
        ({"campaign": {"startDate": "2027-01-01"}}, "campaign", "endDate is before startDate"),
        (
            {"campaign": {"bidding": "MAXIMIZE_CLICKS", "maxCpc": 1.005}},
            "campaign.maxCpc",
            "no smaller unit",
        ),
        ({"adGroup": {"cpcBid": 0}}, "adGroup.cpcBid", "pause it instead"),
        ({"adGroup": {"cpcBid": 1.005}}, "adGroup.cpcBid", "no smaller unit"),
        ({"adGroup": {"status": "ENABLED"}}, "adGroup.status", "no such parameter"),
        ({"keywords": []}, "keywords", "at least 1 item"),
        ({"keywords": [{"text": "a", "matchType": "EXACT"}] * 2}, "keywords", "given twice"),
        (
            {"keywords": [{"text": "a", "matchType": "EXACT", "cpcBid": 1.005}]},
            "keywords.0.cpcBid",
            "no smaller unit",
        ),
        ({"ad": None}, "ad", "required"),
        ({"ad": {"finalUrl": "http://a.example"}}, "ad.finalUrl", "https://"),
        ({"ad": {"path1": None, "path2": "red"}}, "ad", "path2 goes with path1"),
    ],
)
def test_a_part_that_cannot_be(google: Played, more: dict[str, Any], field: str, said: str) -> None:
    refused, why = problem(google, TOOL, **whole(**more))
    assert refused == field
    assert said.lower() in why.lower()


def test_a_name_that_is_taken(google: Played) -> None:
    campaign = next(c for c in account(google).campaigns.values() if c.status == "ENABLED")
    budget = account(google).budgets[campaign.budget_id]
    for taken, place in ((campaign.name, campaign.campaign_id), (budget.name, budget.budget_id)):
        field, why = problem(google, TOOL, **whole(campaign={"name": taken}))
        assert (field, "is there already" in why) == ("campaign.name", True)
        assert f"({place})" in why
