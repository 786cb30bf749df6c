"""set_keyword_bid, pause_keyword and remove_keywords: what is done to keywords that are there."""

from decimal import Decimal
from typing import Any

import pytest

from sandbox.world import AdGroup, Keyword
from tests.unit.support.ads_writing import Played
from tests.unit.tools.google_ads.planning import (
    account,
    carry_out,
    group_of,
    keywords_of,
    place_of,
    plan,
    problem,
    refusal,
)
from wpp_mcp.audit.entry import Action
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.changes import ResourceType, Verb
from wpp_mcp.tools.registry import catalogue

TOOLS: list[tuple[str, dict[str, Any]]] = [
    ("set_keyword_bid", {"cpcBid": 1.5}),
    ("pause_keyword", {}),
    ("remove_keywords", {}),
]


def a_group(google: Played) -> AdGroup:
    """An ad group that bids by hand."""
    group = group_of(google, "TARGET_SPEND")
    account(google).campaigns[group.campaign_id].bidding_strategy = "MANUAL_CPC"
    return group


def now(google: Played, keyword: Keyword) -> Keyword:
    return account(google).keywords[keyword.ad_group_id, keyword.criterion_id]


def test_bids_are_set(google: Played) -> None:
    first, second, *_ = keywords_of(google, a_group(google))
    places = [place_of(second), place_of(first)]
    planned = plan(google, "set_keyword_bid", keywordIds=places, cpcBid=3.5)
    assert [c.locator.id for c in planned.changes] == places
    assert {c.locator.type for c in planned.changes} == {ResourceType.KEYWORD}
    own = Decimal(first.cpc_bid_micros or 0) / 1_000_000
    assert [c.before for c in planned.changes] == [{"cpcBid": None}, {"cpcBid": own}]
    assert [c.after for c in planned.changes] == [{"cpcBid": Decimal("3.5")}] * 2
    assert (planned.currency, planned.partial) == ("USD", False)
    (warning,) = planned.warnings
    assert "1 of these keywords had no own bid" in warning
    assert warning.endswith("USD")
    carry_out(google, planned)
    assert {now(google, k).cpc_bid_micros for k in (first, second)} == {3_500_000}


def test_a_bid_that_is_not_used_is_said(google: Played) -> None:
    first, *_ = keywords_of(google, group_of(google, "MAXIMIZE_CONVERSIONS"))
    (warning,) = plan(google, "set_keyword_bid", keywordIds=[place_of(first)], cpcBid=3).warnings
    assert "bids by MAXIMIZE_CONVERSIONS" in warning


def test_keywords_that_bid_so_already_are_left_out(google: Played) -> None:
    first, second, *_ = keywords_of(google, a_group(google))
    bid = (first.cpc_bid_micros or 0) / 1_000_000
    places = [place_of(first), place_of(second)]
    planned = plan(google, "set_keyword_bid", keywordIds=places, cpcBid=bid)
    assert [c.locator.id for c in planned.changes] == places[1:]
    assert "is already at cpcBid" in planned.warnings[-1]
    assert planned.warnings[-1].endswith("left out")
    field, why = problem(google, "set_keyword_bid", keywordIds=places[:1], cpcBid=bid)
    assert (field, "is already at cpcBid" in why) == ("keywordIds", True)


@pytest.mark.parametrize(
    ("bid", "said"),
    [
        (0, "pause it instead"),
        (-1, "greater than 0"),
        ("1.5", "give a number"),
        (True, "give a number"),
        (1.005, "USD has no smaller unit than 0.01"),
        (1_000_001_000, "less than or equal"),
    ],
)
def test_what_is_no_bid(google: Played, bid: Any, said: str) -> None:
    first, *_ = keywords_of(google, a_group(google))
    field, why = problem(google, "set_keyword_bid", keywordIds=[place_of(first)], cpcBid=bid)
    assert field == "cpcBid"
    assert said in why


def test_keywords_are_paused(google: Played) -> None:
    group = a_group(google)
    first, second, third, paused, *_ = keywords_of(google, group)
    assert paused.status == "PAUSED"
    planned = plan(
        google,
        "pause_keyword",
        adGroupId=str(group.ad_group_id),
        criterionIds=[str(k.criterion_id) for k in (first, paused)],
    )
    (change,) = planned.changes
    assert (change.verb, change.before, change.after) == (
        Verb.UPDATE,
        {"status": "ENABLED"},
        {"status": "PAUSED"},
    )
    (warning,) = planned.warnings
    assert "is already at status PAUSED: left out" in warning
    carry_out(google, planned)
    states = [now(google, k).status for k in (first, second, third)]
    assert states == ["PAUSED", "ENABLED", "ENABLED"]


@pytest.mark.parametrize("tool", ["pause_keyword", "remove_keywords"])
def test_an_ad_group_without_a_keyword_is_said(google: Played, tool: str) -> None:
    group = a_group(google)
    running = [k for k in keywords_of(google, group) if k.status == "ENABLED"]
    (warning,) = plan(google, tool, keywordIds=[place_of(k) for k in running]).warnings
    assert f"({group.ad_group_id}) is left without an enabled keyword" in warning
    assert plan(google, tool, keywordIds=[place_of(k) for k in running[1:]]).warnings == ()


def test_keywords_are_removed(google: Played) -> None:
    first, second, *_ = keywords_of(google, a_group(google))
    planned = plan(google, "remove_keywords", keywordIds=[place_of(second)])
    (change,) = planned.changes
    assert (change.verb, change.after) == (Verb.REMOVE, {})
    assert change.before["text"] == second.text
    assert catalogue()["remove_keywords"].action is Action.DELETE
    carry_out(google, planned)
    assert [now(google, k).status for k in (first, second)] == ["ENABLED", "REMOVED"]


@pytest.mark.parametrize(("tool", "more"), TOOLS)
@pytest.mark.parametrize(
    ("params", "field", "said"),
    [
        ({}, "params", "keywordIds is missing"),
        ({"adGroupId": "1"}, "params", "criterionIds is missing"),
        ({"criterionIds": ["1"]}, "params", "adGroupId is missing"),
        ({"keywordIds": ["1~2"], "adGroupId": "1"}, "params", "not both"),
        ({"keywordIds": []}, "keywordIds", "no empty list"),
        ({"keywordIds": "all"}, "keywordIds", "list the ids"),
        ({"keywordIds": ["*"]}, "keywordIds.0", "no wildcards"),
        ({"keywordIds": ["1~*"]}, "keywordIds.0", "no wildcards"),
        ({"keywordIds": ["1"]}, "keywordIds.0", "the ad group's first"),
        ({"keywordIds": [12]}, "keywordIds.0", "the ad group's first"),
        ({"keywordIds": ["1~2\n"]}, "keywordIds.0", "no wildcards"),
        ({"keywordIds": ["1~2", "3~4", "1~2"]}, "keywordIds", "1~2 is given twice"),
        ({"keywordIds": [f"1~{n}" for n in range(1, 52)]}, "keywordIds", "50 ids at most"),
        ({"adGroupId": "1", "criterionIds": []}, "criterionIds", "no empty list"),
        ({"adGroupId": "1", "criterionIds": ["2", "2"]}, "criterionIds", "2 is given twice"),
        ({"keywordIds": ["1~2"]}, "keywordIds", "there is no keyword 1~2"),
        ({"adGroupId": "1", "criterionIds": ["2"]}, "criterionIds", "there is no keyword 1~2"),
    ],
)
def test_each_keyword_is_named(
    google: Played,
    tool: str,
    more: dict[str, Any],
    params: dict[str, Any],
    field: str,
    said: str,
) -> None:
    refused, why = problem(google, tool, **params, **more)
    assert refused == field
    assert said in why


@pytest.mark.parametrize(("tool", "more"), TOOLS)
def test_a_batch_is_all_or_nothing_unless_asked(
    google: Played, tool: str, more: dict[str, Any]
) -> None:
    first, gone, *_ = keywords_of(google, a_group(google))
    gone.status = "REMOVED"
    places = ["1~2", place_of(gone), place_of(first)]
    field, why = problem(google, tool, keywordIds=places, **more)
    assert (field, why) == ("keywordIds", "there is no keyword 1~2 in this account")
    field, why = problem(google, tool, keywordIds=places[1:], **more)
    assert (field, "was removed, which is final" in why) == ("keywordIds", True)
    planned = plan(google, tool, keywordIds=places, partialFailure=True, **more)
    assert planned.partial
    assert [c.locator.id for c in planned.changes] == places[2:]
    left_out = [w for w in planned.warnings if w.endswith("left out")]
    assert "there is no keyword 1~2" in left_out[0]
    assert "was removed" in left_out[1]
    assert [a.done for a in carry_out(google, planned)] == [True]


@pytest.mark.parametrize(("tool", "more"), TOOLS)
def test_where_nothing_can_be_done_each_reason_is_given(
    google: Played, tool: str, more: dict[str, Any]
) -> None:
    error = refusal(google, tool, keywordIds=["1~2", "3~4"], partialFailure=True, **more)
    assert [d["problem"].split(" in ")[0] for d in error.details] == [
        "there is no keyword 1~2",
        "there is no keyword 3~4",
    ]


def test_google_s_own_refusals_come_item_by_item_where_that_is_asked(google: Played) -> None:
    first, second, *_ = keywords_of(google, a_group(google))
    places = [place_of(first), place_of(second)]
    whole = plan(google, "pause_keyword", keywordIds=places)
    in_part = plan(google, "pause_keyword", keywordIds=places, partialFailure=True)
    now(google, first).status = "REMOVED"
    with pytest.raises(WppError) as caught:
        google.apply(*whole.changes, partial=whole.partial)
    assert caught.value.code is ErrorCode.GOOGLE_INVALID_REQUEST
    assert now(google, second).status == "ENABLED"
    refused, done = google.apply(*in_part.changes, partial=in_part.partial)
    assert (refused.done, done.done) == (False, True)
    assert now(google, second).status == "PAUSED"


def test_negative_keywords_are_none_of_these(google: Played) -> None:
    negative = next(k for k in account(google).keywords.values() if k.negative)
    for tool, more in TOOLS:
        _, why = problem(google, tool, keywordIds=[place_of(negative)], **more)
        assert why == f"there is no keyword {place_of(negative)} in this account"


def test_fifty_keywords_are_one_request(google: Played) -> None:
    keywords = [k for k in account(google).keywords.values() if not k.negative]
    running = [k for k in keywords if k.status == "ENABLED"][:50]
    planned = plan(google, "pause_keyword", keywordIds=[place_of(k) for k in running])
    assert len(planned.changes) == len(running) > 10
    carry_out(google, planned)
    assert len(google.google.world.mutates) == 1
    assert {now(google, k).status for k in running} == {"PAUSED"}
