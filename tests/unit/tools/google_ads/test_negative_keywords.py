"""add_negative_keywords and remove_negative_keywords: where, and what they silence."""

from typing import Any

import pytest

from sandbox.world import Campaign
from tests.unit.support.ads_writing import Played
from tests.unit.tools.google_ads.planning import (
    a_group,
    account,
    campaign_where,
    carry_out,
    keywords_of,
    place_of,
    plan,
    problem,
    refusal,
    word,
)
from wpp_mcp.audit.entry import Action
from wpp_mcp.models.changes import ResourceType, Verb
from wpp_mcp.tools.registry import catalogue


def a_campaign(google: Played) -> Campaign:
    negative = next(iter(account(google).negative_keywords.values()))
    return campaign_where(google, lambda c: c.campaign_id == negative.campaign_id)


def test_negative_keywords_have_no_bid(google: Played) -> None:
    wanted = [word("a", cpcBid=1)]
    field, _ = problem(google, "add_negative_keywords", adGroupId="1", keywords=wanted)
    assert field == "keywords.0.cpcBid"


def test_negatives_of_a_campaign_are_added_and_removed(google: Played) -> None:
    place = str(a_campaign(google).campaign_id)
    wanted = [word("Mars", "BROAD"), word("repair shop", "PHRASE")]
    planned = plan(google, "add_negative_keywords", campaignId=place, keywords=wanted)
    assert [c.after for c in planned.changes] == [
        {"campaignId": place, "text": "Mars", "matchType": "BROAD"},
        {"campaignId": place, "text": "repair shop", "matchType": "PHRASE"},
    ]
    assert {c.locator.type for c in planned.changes} == {ResourceType.NEGATIVE_KEYWORD}
    done = carry_out(google, planned)
    ids = [str(a.id).split("~")[1] for a in done]
    held = account(google).negative_keywords
    assert [held[int(place), int(i)].text for i in ids] == ["Mars", "repair shop"]
    google.google.world.mutates.clear()

    planned = plan(google, "remove_negative_keywords", campaignId=place, criterionIds=ids)
    assert [c.verb for c in planned.changes] == [Verb.REMOVE, Verb.REMOVE]
    assert planned.changes[0].before == {"campaignId": place, "text": "Mars", "matchType": "BROAD"}
    assert "Ads may be shown" in planned.warnings[0]
    assert catalogue()["remove_negative_keywords"].action is Action.DELETE
    carry_out(google, planned)
    held = account(google).negative_keywords
    assert {held[int(place), int(i)].status for i in ids} == {"REMOVED"}


def test_negatives_of_an_ad_group_are_added_and_removed(google: Played) -> None:
    place = str(a_group(google).ad_group_id)
    planned = plan(google, "add_negative_keywords", adGroupId=place, keywords=[word("Mars")])
    (applied,) = carry_out(google, planned)
    group, criterion = map(int, str(applied.id).split("~"))
    made = account(google).keywords[group, criterion]
    assert (made.text, made.negative, str(group)) == ("Mars", True, place)
    google.google.world.mutates.clear()
    planned = plan(
        google, "remove_negative_keywords", adGroupId=place, criterionIds=[str(criterion)]
    )
    carry_out(google, planned)
    assert account(google).keywords[group, criterion].status == "REMOVED"


def test_a_negative_that_is_there_is_refused(google: Played) -> None:
    campaign = a_campaign(google)
    there = next(iter(account(google).negative_keywords.values()))
    wanted = [word(there.text.upper(), there.match_type), word("new")]
    place = str(campaign.campaign_id)
    field, why = problem(google, "add_negative_keywords", campaignId=place, keywords=wanted)
    assert field == "keywords.0.text"
    assert f"({place}~{there.criterion_id}) {there.match_type} is there already" in why
    planned = plan(
        google, "add_negative_keywords", campaignId=place, keywords=wanted, partialFailure=True
    )
    assert [c.after["text"] for c in planned.changes] == ["new"]
    carry_out(google, planned)


SILENCED: list[tuple[str, str, bool]] = [
    ("BOOTS", "BROAD", True),
    ("price boots", "BROAD", True),
    ("boot", "BROAD", False),
    ("boots cheap", "BROAD", False),
    ("boots price", "PHRASE", True),
    ("price", "PHRASE", True),
    ("price boots", "PHRASE", False),
    ("Boots Price", "EXACT", True),
    ("boots", "EXACT", False),
]


@pytest.mark.parametrize(("text", "match_type", "hits"), SILENCED)
def test_what_a_negative_silences_is_said(
    google: Played, text: str, match_type: str, hits: bool
) -> None:
    group = a_group(google)
    first, *others = keywords_of(google, group)
    assert first.text == "boots price"
    for keyword in others:
        keyword.status = "PAUSED"
    for keyword in account(google).keywords.values():
        if keyword.ad_group_id != group.ad_group_id:
            keyword.text = "something else"
    for place in ({"adGroupId": group.ad_group_id}, {"campaignId": group.campaign_id}):
        named = {name: str(value) for name, value in place.items()}
        planned = plan(google, "add_negative_keywords", keywords=[word(text, match_type)], **named)
        expected = f'"{text}" ({match_type}) silences keywords that are enabled: "boots price"'
        assert planned.warnings == ((expected,) if hits else ())


def test_many_silenced_keywords_are_counted(google: Played) -> None:
    group = a_group(google)
    for number, keyword in enumerate(keywords_of(google, group)):
        keyword.text, keyword.status = f"boots {number}", "ENABLED"
    (warning,) = plan(
        google,
        "add_negative_keywords",
        adGroupId=str(group.ad_group_id),
        keywords=[word("boots", "BROAD")],
    ).warnings
    assert warning.endswith('"boots 0", "boots 1", "boots 2" and 1 more')


@pytest.mark.parametrize(
    ("tool", "more"),
    [
        ("add_negative_keywords", {"keywords": [word("a")]}),
        ("remove_negative_keywords", {"criterionIds": ["1"]}),
    ],
)
@pytest.mark.parametrize("places", [{}, {"campaignId": "1", "adGroupId": "1"}])
def test_negatives_are_in_one_place(
    google: Played, tool: str, more: dict[str, Any], places: dict[str, str]
) -> None:
    field, why = problem(google, tool, **places, **more)
    assert (field, why) == ("params", "give campaignId or adGroupId: one of them")


@pytest.mark.parametrize("ids", [[], "all", ["*"], ["1", "1"], [str(n) for n in range(1, 52)], [7]])
def test_each_negative_is_named(google: Played, ids: Any) -> None:
    place = str(a_campaign(google).campaign_id)
    error = refusal(google, "remove_negative_keywords", campaignId=place, criterionIds=ids)
    assert error.details[0]["field"].startswith("criterionIds")


def test_only_negatives_are_removed_as_such(google: Played) -> None:
    group = a_group(google)
    positive = keywords_of(google, group)[0]
    field, why = problem(
        google,
        "remove_negative_keywords",
        adGroupId=str(group.ad_group_id),
        criterionIds=[str(positive.criterion_id)],
    )
    assert (field, why) == (
        "criterionIds",
        f"there is no negative keyword {place_of(positive)} in this account",
    )
