"""Everything that can be created, changed and removed: through our halves, on the emulator."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.support.ads_writing import ACCOUNT, MUTATE, Played
from wpp_mcp.google.ads.resources import (
    AD_GROUP_NEGATIVES,
    AD_GROUPS,
    ADS,
    BUDGETS,
    CAMPAIGN_LABELS,
    CAMPAIGN_NEGATIVES,
    CAMPAIGNS,
    KEYWORDS,
    LABELS,
    adapter_of,
)
from wpp_mcp.google.ads.resources.current import current
from wpp_mcp.models.changes import Applied, Change, Locator, ResourceType, Undo, UndoKind, Verb

NO_POLITICS = "DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING"
BUDGET = {"name": "New budget", "period": "DAILY", "amount": Decimal(50), "shared": False}
CAMPAIGN = {
    "name": "New campaign",
    "status": "PAUSED",
    "channel": "SEARCH",
    "budgetId": "-1",
    "biddingStrategy": "MAXIMIZE_CONVERSIONS",
    "targetCpa": Decimal("12.5"),
    "startDate": "2026-12-01",
    "endDate": "2026-12-24",
    "googleSearch": True,
    "searchNetwork": False,
    "contentNetwork": False,
    "euPoliticalAdvertising": NO_POLITICS,
}
AD = {
    "adGroupId": "-3",
    "status": "PAUSED",
    "headlines": ["Boots", "Walk far", "Dry feet"],
    "headlinePins": ["HEADLINE_1", "", ""],
    "descriptions": ["Boots that last.", "Made for rain."],
    "path1": "boots",
    "finalUrls": ["https://www.aster.example/boots"],
}


def everything() -> list[Change]:
    """One of each kind, each in the one before it."""
    return [
        BUDGETS.new(ACCOUNT, "-1", BUDGET),
        CAMPAIGNS.new(ACCOUNT, "-2", CAMPAIGN),
        AD_GROUPS.new(
            ACCOUNT,
            "-3",
            {"campaignId": "-2", "name": "Group", "status": "ENABLED", "cpcBid": Decimal("1.5")},
        ),
        KEYWORDS.new(
            ACCOUNT,
            "-4",
            {
                "adGroupId": "-3",
                "text": "Mars boots",
                "matchType": "PHRASE",
                "status": "ENABLED",
                "cpcBid": Decimal("0.75"),
                "finalUrls": ["https://www.aster.example/mars"],
                "finalMobileUrls": ["https://m.aster.example/mars"],
                "trackingUrlTemplate": "https://track.example/?to={lpurl}",
                "finalUrlSuffix": "from=ads",
                "urlCustomParameters": ["season=winter", "sum=1+1=2"],
            },
        ),
        AD_GROUP_NEGATIVES.new(
            ACCOUNT, "-5", {"adGroupId": "-3", "text": "free", "matchType": "BROAD"}
        ),
        CAMPAIGN_NEGATIVES.new(
            ACCOUNT, "-6", {"campaignId": "-2", "text": "jobs", "matchType": "EXACT"}
        ),
        ADS.new(ACCOUNT, "-7", AD),
        LABELS.new(ACCOUNT, "-8", {"name": "Season", "color": "#00FF00", "description": "Winter"}),
        CAMPAIGN_LABELS.new(ACCOUNT, "-9", {"campaignId": "-2", "labelId": "-8"}, "Season"),
    ]


def resolved(after: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    return {n: ids.get(v, v) if isinstance(v, str) else v for n, v in after.items()}


def test_one_mutate_makes_one_of_each(google: Played) -> None:
    changes = everything()
    done = google.apply(*changes)
    assert google.counts() == {MUTATE: 1}
    ids = {c.locator.id: str(a.id) for c, a in zip(changes, done, strict=True)}
    for change, applied in zip(changes, done, strict=True):
        there = google.values(change, str(applied.id))
        expected = resolved(change.after, ids)
        assert {name: there[name] for name in expected} == expected
    assert changes[1].depends_on == ("-1",)
    assert set(changes[8].depends_on) == {"-2", "-8"}


def test_how_it_will_be_undone_is_known_before_it_is_made(google: Played) -> None:
    changes = everything()
    undo = [google.reader.undo(c, Applied(id=c.locator.id)) for c in changes]
    assert [one.kind for one in undo] == [*[UndoKind.COMPENSATING] * 8, UndoKind.EXACT]
    assert google.counts() == {}


def test_what_was_created_is_undone_by_removing_it(google: Played) -> None:
    changes = everything()
    done = google.apply(*changes)
    kinds = [google.reader.undo(c, a).kind for c, a in zip(changes, done, strict=True)]
    assert kinds == [*[UndoKind.COMPENSATING] * 8, UndoKind.EXACT]
    back = [google.reader.undo(c, a).change for c, a in zip(changes, done, strict=True)]
    removals = [change for change in back if change is not None]
    assert google.reader.live(removals) == [change.before for change in removals]
    google.undone(changes, done)
    assert google.reader.live(removals) == [None] * 9


def test_removed_keywords_negatives_ads_and_labels_are_made_again(google: Played) -> None:
    changes = everything()
    done = google.apply(*changes)
    for change, applied in zip(changes[3:], done[3:], strict=True):
        if change in changes[7:8]:
            continue  # the label is still on the campaign
        (thing,) = current(google.ads, adapter_of(change), [str(applied.id)])
        removal = thing.remove()
        (removed,) = google.apply(removal)
        assert google.reader.live([removal]) == [None]
        undo = google.reader.undo(removal, removed)
        assert undo.change is not None
        assert undo.change.verb is Verb.CREATE
        assert bool(undo.loss) == (undo.kind is UndoKind.COMPENSATING)
        (again,) = google.apply(undo.change)
        assert google.values(change, str(again.id)) == thing.values


@pytest.mark.parametrize("number", [0, 1, 2])
def test_what_has_parts_and_history_does_not_come_back(google: Played, number: int) -> None:
    changes = everything()
    done = google.apply(*changes)
    (thing,) = current(google.ads, adapter_of(changes[number]), [str(done[number].id)])
    undo = google.reader.undo(thing.remove(), done[number])
    assert (undo.kind, undo.change) == (UndoKind.NONE, None)
    assert undo.loss


UPDATES: list[tuple[int, dict[str, Any]]] = [
    (0, {"amount": Decimal("75.25")}),
    (1, {"name": "Other campaign", "targetCpa": Decimal(9)}),
    (1, {"targetCpa": None}),
    (1, {"searchNetwork": True}),
    (1, {"status": "ENABLED"}),
    (2, {"cpcBid": Decimal("2.25"), "name": "Other group"}),
    (2, {"status": "PAUSED"}),
    (3, {"cpcBid": None}),
    (3, {"cpcBid": Decimal("0.8"), "status": "PAUSED"}),
    (6, {"status": "ENABLED"}),
    (7, {"name": "Other season", "color": "#FF0000", "description": None}),
]


@pytest.mark.parametrize(("number", "after"), UPDATES)
def test_an_update_changes_just_what_it_says_and_its_undo_restores(
    google: Played, number: int, after: dict[str, Any]
) -> None:
    changes = everything()
    place = str(google.apply(*changes)[number].id)
    (thing,) = current(google.ads, adapter_of(changes[number]), [place], with_budgets=number < 2)
    change = thing.change(after)
    assert set(change.fields) == set(after)
    assert google.reader.live([change]) == [change.before]
    done = google.apply(change)
    assert google.values(change, place) == thing.values | after
    undo = google.reader.undo(change, done[0])
    assert (undo.kind, undo.loss) == (UndoKind.EXACT, "")
    assert google.apply(undo.change)[0].done
    assert google.values(change, place) == thing.values


def test_a_first_day_may_have_passed_when_it_is_undone(google: Played) -> None:
    changes = everything()
    place = str(google.apply(*changes)[1].id)
    (thing,) = current(google.ads, CAMPAIGNS, [place])
    undo = google.reader.undo(thing.change({"startDate": "2026-12-02"}), Applied(id=place))
    assert undo.kind is UndoKind.COMPENSATING
    assert "first day" in undo.loss


def undo_of_the_end(google: Played, after: dict[str, Any], at: datetime) -> Undo:
    """Return how a change of the campaign that ends on 24 December is undone at a moment."""
    place = str(google.apply(*everything())[1].id)
    (thing,) = current(google.ads, CAMPAIGNS, [place])
    google.google.now = at
    return google.reader.undo(thing.change(after), Applied(id=place))


# The account is in New York, five hours behind.
LAST_MINUTE = datetime(2026, 12, 25, 4, 59, tzinfo=UTC)
OVER = LAST_MINUTE + timedelta(minutes=1)


def test_a_last_day_can_be_put_back_while_it_is_not_over(google: Played) -> None:
    undo = undo_of_the_end(google, {"endDate": "2027-01-31"}, LAST_MINUTE)
    assert (undo.kind, undo.loss) == (
        UndoKind.COMPENSATING,
        "A last day that has passed by then cannot be set again.",
    )
    assert undo.change is not None
    assert undo.change.after["endDate"] == "2026-12-24"


@pytest.mark.parametrize("end", ["2027-01-31", None])
def test_a_last_day_that_is_over_cannot_be_put_back(google: Played, end: str | None) -> None:
    undo = undo_of_the_end(google, {"endDate": end}, OVER)
    assert (undo.kind, undo.change, undo.loss) == (
        UndoKind.NONE,
        None,
        "Its last day, 2026-12-24, has passed: it cannot be set again.",
    )


def test_what_else_was_changed_is_put_back_without_a_day_that_is_over(google: Played) -> None:
    undo = undo_of_the_end(google, {"endDate": "2027-01-31", "name": "Other"}, OVER)
    assert (undo.kind, "has passed" in undo.loss) == (UndoKind.COMPENSATING, True)
    assert undo.change is not None
    assert undo.change.fields == ("name",)


def test_a_last_day_where_there_was_none_is_taken_away(google: Played) -> None:
    place = str(google.apply(*everything())[1].id)
    (thing,) = current(google.ads, CAMPAIGNS, [place])
    google.apply(thing.change({"endDate": None}))
    (endless,) = current(google.ads, CAMPAIGNS, [place])
    change = endless.change({"endDate": "2027-01-31"})
    undo = google.reader.undo(change, Applied(id=place))
    assert (undo.kind, undo.loss) == (UndoKind.EXACT, "")
    (done,) = google.apply(change)
    assert done.done
    assert google.apply(undo.change)[0].done
    assert google.values(change, place) == endless.values


def test_without_a_zone_google_has_to_say_whether_a_day_is_over() -> None:
    change = Change(
        locator=Locator(ACCOUNT, ResourceType.CAMPAIGN, "7"),
        verb=Verb.UPDATE,
        before={"endDate": "2020-01-01"},
        after={"endDate": "2027-01-31"},
    )
    assert CAMPAIGNS.undo(change, Applied(id="7"), OVER).kind is UndoKind.COMPENSATING


def test_a_keyword_that_is_made_again_is_the_old_one(google: Played) -> None:
    place = str(google.apply(*everything())[3].id)
    (thing,) = current(google.ads, KEYWORDS, [place])
    (removed,) = google.apply(thing.remove())
    undo = google.reader.undo(thing.remove(), removed)
    (again,) = google.apply(undo.change)
    assert again.id == place
    assert "new id" not in undo.loss
    assert "labels" in undo.loss
