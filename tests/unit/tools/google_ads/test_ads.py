"""create_responsive_search_ad and pause_ad."""

from typing import Any

import pytest

from sandbox.world import Ad, AdGroup, AdText
from tests.unit.support.ads_writing import Played
from tests.unit.tools.google_ads.planning import a_group, account, carry_out, only, plan, problem
from wpp_mcp.models.changes import ResourceType, Verb

URL = "https://www.aster.example/boots"


def ads_of(google: Played, group: AdGroup) -> list[Ad]:
    return [a for a in account(google).ads.values() if a.ad_group_id == group.ad_group_id]


def place_of(ad: Ad) -> str:
    return f"{ad.ad_group_id}~{ad.ad_id}"


def texts(*given: str) -> list[dict[str, str]]:
    return [{"text": text} for text in given]


def said(**more: Any) -> dict[str, Any]:
    usual = {
        "headlines": texts("Boots", "Walk far", "Dry feet"),
        "descriptions": texts("Boots that last.", "Made for rain."),
        "finalUrl": URL,
    }
    return {k: v for k, v in (usual | more).items() if v is not None}


def test_an_ad_is_created_paused(google: Played) -> None:
    place = str(a_group(google).ad_group_id)
    content = said(
        headlines=[{"text": "Boots", "pinnedTo": "HEADLINE_1"}, *texts("Walk far", "Dry feet")],
        path1="boots",
        path2="red",
    )
    planned = plan(google, "create_responsive_search_ad", adGroupId=place, **content)
    change = only(planned)
    assert (change.verb, change.locator.type) == (Verb.CREATE, ResourceType.AD)
    assert change.after == {
        "adGroupId": place,
        "status": "PAUSED",
        "headlines": ["Boots", "Walk far", "Dry feet"],
        "headlinePins": ["HEADLINE_1", "", ""],
        "descriptions": ["Boots that last.", "Made for rain."],
        "path1": "boots",
        "path2": "red",
        "finalUrls": [URL],
    }
    assert change.locator.name == "Boots | Walk far | Dry feet"
    (applied,) = carry_out(google, planned)
    group, ad = map(int, str(applied.id).split("~"))
    made = account(google).ads[group, ad]
    assert (made.status, made.path1, made.path2, made.final_urls) == (
        "PAUSED",
        "boots",
        "red",
        (URL,),
    )
    assert made.headlines[0] == AdText("Boots", "HEADLINE_1")
    assert made.descriptions == (AdText("Boots that last."), AdText("Made for rain."))


def test_the_longest_ad(google: Played) -> None:
    place = str(a_group(google).ad_group_id)
    content = said(
        headlines=texts(*(f"{n:02}" + "h" * 28 for n in range(14)), "漢" * 15),
        descriptions=texts(*(f"{n}" + "d" * 89 for n in range(4))),
        path1="p" * 15,
        path2="q" * 15,
        finalUrl=f"{URL}?{'x' * (2047 - len(URL))}",
    )
    carry_out(google, plan(google, "create_responsive_search_ad", adGroupId=place, **content))


TWO = texts("Boots", "Walk far")
NOT_ADS: list[tuple[dict[str, Any], str, str]] = [
    ({"headlines": None}, "headlines", "required"),
    ({"headlines": TWO}, "headlines", "at least 3 items"),
    ({"headlines": texts(*map(str, range(16)))}, "headlines", "at most 15 items"),
    ({"headlines": [*TWO, *texts("BOOTS")]}, "headlines", '"BOOTS" is given twice'),
    ({"headlines": [*TWO, *texts("x" * 31)]}, "headlines.2.text", "takes 31 places, 30 is"),
    ({"headlines": [*TWO, *texts("漢" * 16)]}, "headlines.2.text", "takes 32 places, 30 is"),
    ({"headlines": [*TWO, *texts(f"x{{{'x' * 200}")]}, "headlines.2.text", "takes 202 places"),
    ({"headlines": [*TWO, *texts(f"{{KeyWord:{'x' * 31}}}")]}, "headlines.2.text", "31 places"),
    ({"headlines": [*TWO, *texts(f"{{{'x' * 29}}}")]}, "headlines.2.text", "takes 31 places"),
    ({"path1": "{KeyWord:boots-that-lasts}"}, "path1", "takes 16 places, 15 is"),
    ({"headlines": [*TWO, *texts("a\nb")]}, "headlines.2.text", "cannot be seen"),
    ({"headlines": [*TWO, *texts("a\u202eb")]}, "headlines.2.text", "cannot be seen"),
    ({"headlines": [*TWO, *texts(" ")]}, "headlines.2.text", "must not be blank"),
    ({"headlines": [*TWO, "Dry feet"]}, "headlines.2", "object"),
    (
        {"headlines": [*TWO, {"text": "c", "pinnedTo": "DESCRIPTION_1"}]},
        "headlines.2.pinnedTo",
        "HEADLINE_1",
    ),
    ({"descriptions": texts("One.")}, "descriptions", "at least 2 items"),
    ({"descriptions": texts(*map(str, range(5)))}, "descriptions", "at most 4 items"),
    ({"descriptions": texts("One.", "x" * 91)}, "descriptions.1.text", "takes 91 places, 90"),
    ({"finalUrl": None}, "finalUrl", "required"),
    ({"finalUrl": "http://www.aster.example/"}, "finalUrl", "begins with https://"),
    ({"finalUrl": "www.aster.example"}, "finalUrl", "begins with https://"),
    ({"finalUrl": "https://aster"}, "finalUrl", "the whole address"),
    ({"finalUrl": "https://"}, "finalUrl", "the whole address"),
    ({"finalUrl": "https://u:p@www.aster.example/"}, "finalUrl", "the whole address"),
    ({"finalUrl": "https://www.aster.example/a b"}, "finalUrl", "no blanks"),
    ({"finalUrl": "https://www.aster.example:x/"}, "finalUrl", "not an address"),
    ({"finalUrl": "https://[::1/"}, "finalUrl", "not an address"),
    ({"finalUrl": "https://www.aster.example\\@else.example/"}, "finalUrl", "whole address"),
    ({"finalUrl": f"{URL}?{'x' * 2048}"}, "finalUrl", "at most 2048"),
    ({"path1": "p" * 16}, "path1", "takes 16 places, 15 is"),
    ({"path2": "red"}, "params", "path2 goes with path1"),
    ({"status": "ENABLED"}, "status", "no such parameter"),
]


@pytest.mark.parametrize(("more", "field", "why"), NOT_ADS)
def test_an_ad_that_is_not_created(
    google: Played, more: dict[str, Any], field: str, why: str
) -> None:
    params = said(**more)
    refused, problem_said = problem(google, "create_responsive_search_ad", adGroupId="1", **params)
    assert refused == field
    assert why.lower() in problem_said.lower()


@pytest.mark.parametrize(
    "headline",
    [
        "{KeyWord:Boots every single day}",
        "{KEYWORD:Boots every single}, now",
        "{CUSTOMIZER.material:leather} boots from us",
        "Boots in {LOCATION(City):the mountains}",
        "{COUNTDOWN(2026-12-24 00:00:00,'en-US',5)} left",
        "{=IF(device=mobile,Tap for boots):Boots}, every day",
    ],
)
def test_what_google_fills_in_counts_as_its_default(google: Played, headline: str) -> None:
    place = str(a_group(google).ad_group_id)
    content = said(headlines=[*TWO, *texts(headline)])
    carry_out(google, plan(google, "create_responsive_search_ad", adGroupId=place, **content))


def test_an_ad_of_the_same_words_is_refused(google: Played) -> None:
    place = str(a_group(google).ad_group_id)
    carry_out(google, plan(google, "create_responsive_search_ad", adGroupId=place, **said()))
    google.google.world.mutates.clear()
    field, why = problem(google, "create_responsive_search_ad", adGroupId=place, **said())
    assert (field, "is there already" in why) == ("headlines", True)


def test_an_ad_group_that_is_not_there(google: Played) -> None:
    field, why = problem(google, "create_responsive_search_ad", adGroupId="99", **said())
    assert (field, why) == ("adGroupId", "there is no ad group 99 in this account")


def test_ads_are_paused(google: Played) -> None:
    group = a_group(google)
    running = [ad for ad in ads_of(google, group) if ad.status == "ENABLED"]
    places = [place_of(ad) for ad in running]
    planned = plan(google, "pause_ad", adIds=places)
    assert [(c.before, c.after) for c in planned.changes] == [
        ({"status": "ENABLED"}, {"status": "PAUSED"})
    ] * len(places)
    (warning,) = planned.warnings
    assert f"({group.ad_group_id}) is left without an enabled ad" in warning
    carry_out(google, planned)
    assert {ad.status for ad in ads_of(google, group)} == {"PAUSED"}


def test_an_ad_group_that_has_another_ad_goes_on(google: Played) -> None:
    group = a_group(google)
    first, *_ = ads_of(google, group)
    carry_out(
        google,
        plan(google, "create_responsive_search_ad", adGroupId=str(group.ad_group_id), **said()),
    )
    google.google.world.mutates.clear()
    other = ads_of(google, group)[-1]
    other.status = "ENABLED"
    assert plan(google, "pause_ad", adIds=[place_of(first)]).warnings == ()


def test_ads_that_are_paused_already_are_left_out(google: Played) -> None:
    paused = next(ad for ad in account(google).ads.values() if ad.status == "PAUSED")
    running = next(ad for ad in account(google).ads.values() if ad.status == "ENABLED")
    field, why = problem(google, "pause_ad", adIds=[place_of(paused)])
    assert (field, "is already at status PAUSED" in why) == ("adIds", True)
    planned = plan(google, "pause_ad", adIds=[place_of(paused), place_of(running)])
    assert only(planned).locator.id == place_of(running)


@pytest.mark.parametrize(
    ("ids", "field", "why"),
    [
        (None, "adIds", "required"),
        ([], "adIds", "no empty list"),
        ("all", "adIds", "list the ids"),
        (["*"], "adIds.0", "no wildcards"),
        (["12"], "adIds.0", "the ad group's first"),
        (["1~2", "1~2"], "adIds", "1~2 is given twice"),
        ([f"1~{n}" for n in range(1, 52)], "adIds", "50 ids at most"),
        (["1~2"], "adIds", "there is no ad 1~2 in this account"),
    ],
)
def test_each_ad_is_named(google: Played, ids: Any, field: str, why: str) -> None:
    params = {} if ids is None else {"adIds": ids}
    refused, problem_said = problem(google, "pause_ad", **params)
    assert refused == field
    assert why.lower() in problem_said.lower()


def test_what_can_be_paused_is_paused_where_that_is_asked(google: Played) -> None:
    running = next(ad for ad in account(google).ads.values() if ad.status == "ENABLED")
    params = {"adIds": ["1~2", place_of(running)]}
    field, _ = problem(google, "pause_ad", **params)
    assert field == "adIds"
    planned = plan(google, "pause_ad", partialFailure=True, **params)
    assert (planned.partial, only(planned).locator.id) == (True, place_of(running))
    assert any(w.startswith("there is no ad 1~2") for w in planned.warnings)
    carry_out(google, planned)
