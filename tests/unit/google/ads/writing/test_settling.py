"""What became of a write whose answer was lost, told from what is there now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.faults import FaultKind
from tests.unit.google.ads.writing.sample_changes import budget_change, some_campaigns
from tests.unit.google.ads.writing.test_life import AD, everything
from tests.unit.support.ads_writing import ACCOUNT, MUTATE, Played
from tests.unit.support.emulated_writes import NOW
from wpp_mcp.google.ads.resources import ADS, CAMPAIGNS
from wpp_mcp.google.ads.resources.current import current
from wpp_mcp.google.ads.settling import NOT_DONE
from wpp_mcp.google.writing import OutcomeUnknownError
from wpp_mcp.models.changes import Applied, Change

SINCE, UNTIL = NOW - timedelta(seconds=5), NOW + timedelta(seconds=25)
LATER = NOW + timedelta(minutes=30)


def lost(google: Played, changes: list[Change], kind: FaultKind) -> None:
    google.google.faults.arm(MUTATE, kind)
    google.seconds = 3.2
    with pytest.raises(OutcomeUnknownError):
        google.apply(*changes)
    google.seconds = 25


def settled(google: Played, changes: list[Change], now: datetime = LATER) -> list[Any]:
    google.google.now = now
    return google.reader.settled(changes, SINCE, UNTIL)


def test_an_update_that_was_done_is_seen(google: Played) -> None:
    change = budget_change(google)
    lost(google, [change], FaultKind.TIMEOUT_AFTER_APPLY)
    assert settled(google, [change]) == [Applied(id=change.locator.id)]


def test_an_update_that_was_not_done_is_seen_once_its_time_is_over(google: Played) -> None:
    change = budget_change(google)
    lost(google, [change], FaultKind.UNAVAILABLE)
    assert settled(google, [change], NOW) == [None]
    assert settled(google, [change]) == [NOT_DONE]


def test_a_value_that_is_neither_does_not_tell(google: Played) -> None:
    change = budget_change(google)
    google.apply(budget_change(google, "61"))
    assert settled(google, [change]) == [None]


def test_an_update_of_what_was_removed_does_not_tell(google: Played) -> None:
    (thing,) = current(google.ads, CAMPAIGNS, some_campaigns(google, 1))
    google.apply(thing.remove())
    assert settled(google, [thing.change({"name": "Other"})]) == [None]


def test_a_removal_is_seen_either_way(google: Played) -> None:
    (thing,) = current(google.ads, CAMPAIGNS, some_campaigns(google, 1))
    assert settled(google, [thing.remove()]) == [NOT_DONE]
    google.apply(thing.remove())
    assert settled(google, [thing.remove()]) == [Applied(id=thing.locator.id)]


def test_everything_that_was_created_is_found_again(google: Played) -> None:
    changes = everything()
    lost(google, changes, FaultKind.TIMEOUT_AFTER_APPLY)
    found = settled(google, changes)
    assert [a is not None and a.done for a in found] == [True] * 9
    for change, applied in zip(changes, found, strict=True):
        name = change.after.get("name") or change.after.get("text")
        there = google.values(change, applied.id)
        assert name in {None, there.get("name"), there.get("text")}


def test_what_was_not_created_is_seen_after_the_history_has_caught_up(google: Played) -> None:
    changes = everything()
    soon = UNTIL + timedelta(minutes=4)
    assert settled(google, changes, soon) == [None] * 9
    seen = settled(google, changes)
    # The change history has no labels.
    expected = [NOT_DONE] * 7 + [None, None]
    assert seen == expected


def an_ad(google: Played) -> Change:
    group = next(iter(google.google.account().ad_groups))
    return ADS.new(ACCOUNT, "-1", AD | {"adGroupId": str(group)})


def test_of_two_alike_the_change_history_tells_ours(google: Played) -> None:
    change = an_ad(google)
    google.google.now = NOW - timedelta(hours=1)
    google.apply(change)
    google.google.now = NOW
    lost(google, [change], FaultKind.TIMEOUT_AFTER_APPLY)
    newest = f"{change.after['adGroupId']}~{google.google.account().last_id}"
    assert settled(google, [change]) == [Applied(id=newest)]


def test_of_two_alike_within_the_time_it_does_not_tell(google: Played) -> None:
    change = an_ad(google)
    google.apply(change)
    google.apply(change)
    assert settled(google, [change]) == [None]


def test_a_time_zone_that_is_not_known_does_not_tell(google: Played) -> None:
    google.google.account().time_zone = "Mars/Olympus"
    from wpp_mcp.google.ads.settling import _moment

    assert _moment("2026-11-21 10:00:00", "Mars/Olympus") is None
    assert _moment("2026-11-21 10:00:00", "America/New_York") == datetime(
        2026, 11, 21, 15, tzinfo=UTC
    )
