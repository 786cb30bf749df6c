"""Keywords to add, positive and negative: what is taken, and what is refused."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.support.ads_writing import Played, played
from tests.unit.support.emulated_writes import US
from tests.unit.tools.google_ads.planning import (
    a_group,
    account,
    carry_out,
    group_of,
    keywords_of,
    place_of,
    plan,
    problem,
    word,
)
from wpp_mcp.errors import WppError
from wpp_mcp.models.changes import ResourceType, Verb
from wpp_mcp.tools.inputs import parsed
from wpp_mcp.tools.registry import catalogue

NOT_KEYWORDS: list[tuple[str, str]] = [
    ("", "at least 1 character"),
    (" ", "has to have a text"),
    ("a\nb", "cannot be seen"),
    ("a\x00b", "cannot be seen"),
    ("a\u202eb", "cannot be seen"),
    ("a\u200bb", "cannot be seen"),
    ("x" * 81, "at most 80 characters"),
    (" ".join("abcdefghijk"), "10 words at most"),
    ("boots!", "Google takes no !"),
    ("boots (red), size=9", "Google takes no ( ) , ="),
    ('"red boots"', "matchType says how it matches"),
    ("[red boots]", "matchType says how it matches"),
]


def test_keywords_are_added(google: Played) -> None:
    group = a_group(google)
    account(google).campaigns[group.campaign_id].bidding_strategy = "MANUAL_CPC"
    place = str(group.ad_group_id)
    wanted = [word("Mars  boots", cpcBid=1.5), word("mars boots", "PHRASE"), word("c++ boots")]
    planned = plan(google, "add_keywords", adGroupId=place, keywords=wanted)
    assert {(c.verb, c.locator.type) for c in planned.changes} == {
        (Verb.CREATE, ResourceType.KEYWORD)
    }
    assert [c.locator.id for c in planned.changes] == ["-1", "-2", "-3"]
    assert planned.changes[0].after == {
        "adGroupId": place,
        "text": "Mars boots",
        "matchType": "EXACT",
        "status": "ENABLED",
        "cpcBid": Decimal("1.5"),
    }
    assert "cpcBid" not in planned.changes[1].after
    assert (planned.currency, planned.warnings, planned.partial) == ("USD", (), False)
    done = carry_out(google, planned)
    made = [k for k in keywords_of(google, group) if place_of(k) in {a.id for a in done}]
    assert [(k.text, k.match_type, k.status, k.cpc_bid_micros) for k in made] == [
        ("Mars boots", "EXACT", "ENABLED", 1_500_000),
        ("mars boots", "PHRASE", "ENABLED", None),
        ("c++ boots", "EXACT", "ENABLED", None),
    ]


def test_keywords_can_wait(google: Played) -> None:
    place = str(a_group(google).ad_group_id)
    planned = plan(google, "add_keywords", adGroupId=place, keywords=[word("a")], status="PAUSED")
    (applied,) = carry_out(google, planned)
    group, criterion = str(applied.id).split("~")
    assert account(google).keywords[int(group), int(criterion)].status == "PAUSED"


def test_bids_that_are_not_used_are_said(google: Played) -> None:
    place = str(a_group(google).ad_group_id)
    wanted = [word("a", cpcBid=1)]
    (warning,) = plan(google, "add_keywords", adGroupId=place, keywords=wanted).warnings
    assert "not used" in warning


@pytest.mark.parametrize(("text", "said"), NOT_KEYWORDS)
@pytest.mark.parametrize("tool", ["add_keywords", "add_negative_keywords"])
def test_what_is_no_keyword(google: Played, tool: str, text: str, said: str) -> None:
    wanted = [word("fine"), word(text)]
    field, why = problem(google, tool, adGroupId="1", keywords=wanted)
    assert field == "keywords.1.text"
    assert said in why


@pytest.mark.parametrize("tool", ["add_keywords", "add_negative_keywords"])
@pytest.mark.parametrize(
    ("keywords", "field", "said"),
    [
        ([], "keywords", "at least 1 item"),
        ("all", "keywords", "valid array"),
        ([word(f"boots {n}") for n in range(51)], "keywords", "at most 50 items"),
        ([word("Boots"), word("boots")], "keywords", '"boots" (EXACT) is given twice'),
        ([word("a  b"), word("a b ")], "keywords", '"a b" (EXACT) is given twice'),
        ([{"text": "a"}], "keywords.0.matchType", "required"),
        ([word("a", "MODIFIED")], "keywords.0.matchType", "'EXACT', 'PHRASE' or 'BROAD'"),
        ([word("a", bidMicros=1)], "keywords.0.bidMicros", "no such parameter"),
        (None, "keywords", "required"),
    ],
)
def test_a_list_that_is_refused(
    google: Played, tool: str, keywords: Any, field: str, said: str
) -> None:
    params = {} if keywords is None else {"keywords": keywords}
    refused, why = problem(google, tool, adGroupId="1", **params)
    assert refused == field
    assert said.lower() in why.lower()


@pytest.mark.parametrize(
    ("bid", "said"), [(0, "pause it instead"), ("1", "give a number"), (1.005, "no smaller unit")]
)
def test_a_bid_that_cannot_be_is_refused_even_in_part(google: Played, bid: Any, said: str) -> None:
    place = str(a_group(google).ad_group_id)
    wanted = [word("a"), word("b", cpcBid=bid)]
    field, why = problem(
        google, "add_keywords", adGroupId=place, keywords=wanted, partialFailure=True
    )
    assert field == "keywords.1.cpcBid"
    assert said in why


def test_a_keyword_that_is_there_is_refused_before_google_is_asked(google: Played) -> None:
    group = a_group(google)
    there = keywords_of(google, group)[3]
    place = str(group.ad_group_id)
    wanted = [word("new"), word(there.text.upper(), there.match_type)]
    google.google.calls.clear()
    field, why = problem(google, "add_keywords", adGroupId=place, keywords=wanted)
    assert field == "keywords.1.text"
    assert f"({place_of(there)}) EXACT is there already, PAUSED" in why
    assert set(google.counts()) == {"google-ads:Search"}
    planned = plan(google, "add_keywords", adGroupId=place, keywords=wanted, partialFailure=True)
    assert [c.after["text"] for c in planned.changes] == ["new"]
    assert planned.partial
    assert planned.warnings[0].endswith("is there already, PAUSED: left out")
    carry_out(google, planned)


def test_the_same_text_of_another_kind_or_place_is_another_keyword(google: Played) -> None:
    group = a_group(google)
    there = keywords_of(google, group)[0]
    other = group_of(google, "MAXIMIZE_CONVERSIONS")
    for place, match_type in ((group, "BROAD"), (other, "PHRASE")):
        planned = plan(
            google,
            "add_keywords",
            adGroupId=str(place.ad_group_id),
            keywords=[word(there.text, match_type)],
        )
        carry_out(google, planned)
        google.google.world.mutates.clear()


def test_what_was_removed_is_not_there(google: Played) -> None:
    group = a_group(google)
    there = keywords_of(google, group)[0]
    there.status = "REMOVED"
    wanted = [word(there.text, there.match_type)]
    planned = plan(google, "add_keywords", adGroupId=str(group.ad_group_id), keywords=wanted)
    carry_out(google, planned)


def test_an_ad_group_that_is_not_there(google: Played) -> None:
    for tool in ("add_keywords", "add_negative_keywords"):
        field, why = problem(google, tool, adGroupId="99", keywords=[word("a")])
        assert (field, why) == ("adGroupId", "there is no ad group 99 in this account")


# Whatever is accepted, Google takes

FINE = st.text("abZ9+-.'&#_/:$é漢ß\u00a0 ", min_size=1, max_size=12)
DOUBTFUL = st.text('a !@["\u200b\t', min_size=1, max_size=6)
LONG = st.lists(st.just("boots"), min_size=9, max_size=14).map(" ".join)
KEYWORDS = st.lists(
    st.builds(word, FINE | FINE | DOUBTFUL | LONG, st.sampled_from(["EXACT", "PHRASE", "BROAD"])),
    min_size=1,
    max_size=3,
)


def is_accepted(tool: str, params: dict[str, Any]) -> bool:
    try:
        parsed(catalogue()[tool].input, {"customerId": US, **params})
    except WppError:
        return False
    return True


@pytest.fixture(scope="module")
def shared() -> Iterator[Played]:
    with played() as running:
        yield running


@pytest.mark.parametrize("tool", ["add_keywords", "add_negative_keywords"])
def test_any_list_that_is_accepted_is_as_many_creates_that_google_takes(
    shared: Played, tool: str
) -> None:
    place = str(a_group(shared).ad_group_id)

    @given(KEYWORDS)
    def holds(keywords: list[dict[str, Any]]) -> None:
        params = {"adGroupId": place, "keywords": keywords}
        assume(is_accepted(tool, params))
        planned = plan(shared, tool, **params)
        assert [c.verb for c in planned.changes] == [Verb.CREATE] * len(keywords)
        checked = shared.reader.validate(planned.changes, partial=False)
        assert [one.done for one in checked] == [True] * len(keywords)

    holds()
