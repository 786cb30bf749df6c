"""What is asked about writes of sitemaps, before and after; nothing of it writes."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from sandbox.world import World
from tests.unit.support.search_console import (
    DOMAIN,
    NOW,
    Played,
    Scripted,
    google_call,
    played,
    scripted,
)
from tests.unit.support.surroundings import Surroundings
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.search_console.writable import SearchConsoleReader, deletion, submission
from wpp_mcp.google.search_console.writer import SearchConsoleWriter
from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.models.changes import Applied, UndoKind, Verb, change_of
from wpp_mcp.models.strict_json import dumps

ACCOUNT = AccountRef(Api.SEARCH_CONSOLE, DOMAIN)
KNOWN, NEW = "https://www.aster.example/sitemap.xml", "https://www.aster.example/new.xml"
SINCE, UNTIL = NOW, NOW + timedelta(seconds=20)
LAG = timedelta(minutes=2)
SUBMIT = submission(ACCOUNT, NEW, listed=False)
AGAIN = submission(ACCOUNT, KNOWN, listed=True)
DELETE = deletion(ACCOUNT, KNOWN)


@pytest.fixture
def google() -> Iterator[Played]:
    with played(World(start=NOW)) as emulator:
        yield emulator


@pytest.fixture
def reader(google: Played, around: Surroundings) -> SearchConsoleReader:
    return SearchConsoleReader(google_call(around, google.endpoint), ACCOUNT)


@pytest.fixture
def script() -> Iterator[Scripted]:
    with scripted() as answers:
        yield answers


def apply(google: Played, around: Surroundings, *changes: Any) -> None:
    for change in changes:
        call = google_call(around, google.endpoint)
        SearchConsoleWriter(call, ACCOUNT).apply([change], partial=False)


def answering(script: Scripted, around: Surroundings, **answer: Any) -> SearchConsoleReader:
    script.answers = [(200, {"Content-Type": "application/json"}, dumps(answer).encode())]
    return SearchConsoleReader(google_call(around, script.endpoint), ACCOUNT)


def test_what_is_there_now(reader: SearchConsoleReader) -> None:
    live = reader.live([SUBMIT, AGAIN, DELETE, deletion(ACCOUNT, NEW)])
    assert live == [{"listed": False}, {"listed": True}, {"listed": True}, None]
    assert [live[0], live[1], live[2]] == [SUBMIT.before, AGAIN.before, DELETE.before]


def test_owners_and_full_users_may(reader: SearchConsoleReader) -> None:
    assert reader.validate([SUBMIT], partial=False) == [Applied(id=NEW)]
    assert reader.validate([DELETE], partial=False) == [Applied(id=KNOWN)]


@pytest.mark.parametrize("level", ["siteOwner", "SITE_OWNER", "siteFullUser", "SITE_FULL_USER"])
def test_who_may(script: Scripted, around: Surroundings, level: str) -> None:
    reader = answering(script, around, permissionLevel=level)
    assert reader.validate([SUBMIT], partial=False)[0].done


@pytest.mark.parametrize("level", ["siteRestrictedUser", "SITE_UNVERIFIED_USER", "", "new"])
def test_who_may_not(script: Scripted, around: Surroundings, level: str) -> None:
    reader = answering(script, around, permissionLevel=level)
    with pytest.raises(WppError) as caught:
        reader.validate([SUBMIT], partial=False)
    assert caught.value.code is ErrorCode.GOOGLE_ACCESS_DENIED
    [refused] = reader.validate([SUBMIT], partial=True)
    assert refused.error is not None
    assert refused.error["code"] == "GOOGLE_ACCESS_DENIED"


def test_what_is_not_there_cannot_be_deleted(reader: SearchConsoleReader) -> None:
    with pytest.raises(WppError) as caught:
        reader.validate([deletion(ACCOUNT, NEW)], partial=False)
    assert caught.value.code is ErrorCode.GOOGLE_INVALID_REQUEST
    assert not reader.validate([deletion(ACCOUNT, NEW)], partial=True)[0].done


@pytest.mark.parametrize("partial", [True, False])
def test_a_sitemap_outside_the_property_is_not_asked_about(
    google: Played, reader: SearchConsoleReader, *, partial: bool
) -> None:
    outside = submission(ACCOUNT, "https://www.dune.example/sitemap.xml", listed=False)
    with pytest.raises(WppError) as caught:
        reader.validate([outside], partial=partial)
    assert caught.value.code is ErrorCode.ACCOUNT_NOT_AUTHORIZED
    assert google.calls.snapshot() == {}


def test_a_new_one_is_undone_by_deleting_it(reader: SearchConsoleReader) -> None:
    undo = reader.undo(SUBMIT, Applied(id=NEW))
    assert (undo.kind, undo.change) == (UndoKind.COMPENSATING, deletion(ACCOUNT, NEW))
    assert undo.loss


def test_that_google_read_one_again_is_not_undone(reader: SearchConsoleReader) -> None:
    undo = reader.undo(AGAIN, Applied(id=KNOWN))
    assert (undo.kind, undo.change) == (UndoKind.NONE, None)
    assert undo.loss


def test_a_deleted_one_is_submitted_again_without_its_past(reader: SearchConsoleReader) -> None:
    undo = reader.undo(DELETE, Applied(id=KNOWN))
    assert undo.kind is UndoKind.COMPENSATING
    assert undo.change == submission(ACCOUNT, KNOWN, listed=False)
    assert "does not come back" in undo.loss


def test_what_was_not_done_has_no_undo(reader: SearchConsoleReader) -> None:
    for change in (SUBMIT, DELETE):
        assert reader.undo(change, Applied(error={"code": "X"})).kind is UndoKind.NONE


def test_undoing_leads_back(
    google: Played, around: Surroundings, reader: SearchConsoleReader
) -> None:
    for change in (SUBMIT, DELETE):
        before = reader.live([change])
        apply(google, around, change)
        assert reader.live([change]) != before
        back = reader.undo(change, Applied(id=change.locator.id)).change
        assert back is not None
        assert reader.live([back]) == [back.before]
        apply(google, around, back)
        assert reader.live([change]) == before


def settled(reader: SearchConsoleReader, *changes: Any) -> list[bool | None]:
    found = reader.settled(changes, SINCE, UNTIL)
    return [one if one is None else one.done for one in found]


def later(around: Surroundings) -> None:
    """Put the clock to where a write would be on the list."""
    around.clock.tick((UNTIL + LAG - around.clock()).total_seconds() + 1)


@pytest.mark.parametrize("since", [timedelta(0), UNTIL - SINCE, UNTIL - SINCE + LAG], ids=str)
def test_what_may_still_be_applied_is_not_called_undone(
    google: Played, around: Surroundings, since: timedelta
) -> None:
    around.clock.tick(since.total_seconds())
    reader = SearchConsoleReader(google_call(around, google.endpoint), ACCOUNT)
    assert settled(reader, SUBMIT, AGAIN, DELETE) == [None, None, None]


def test_what_was_not_applied_is_told_when_it_would_be_on_the_list(
    google: Played, around: Surroundings
) -> None:
    later(around)
    reader = SearchConsoleReader(google_call(around, google.endpoint), ACCOUNT)
    assert settled(reader, SUBMIT, AGAIN, DELETE) == [False, False, False]


def test_what_was_sent_and_applied_is_seen(
    google: Played, around: Surroundings, reader: SearchConsoleReader
) -> None:
    google.now = NOW + timedelta(seconds=10)
    apply(google, around, SUBMIT, AGAIN)
    assert settled(reader, SUBMIT, AGAIN) == [True, True]
    apply(google, around, DELETE)
    assert settled(reader, DELETE) == [True]


@pytest.mark.parametrize(
    ("moved", "submit", "delete"),
    [
        (timedelta(days=-1), False, False),
        (timedelta(minutes=-2, seconds=-1), False, False),
        (timedelta(minutes=-2), True, False),
        (timedelta(0), True, False),
        (timedelta(minutes=2, seconds=20), True, False),
        (timedelta(minutes=2, seconds=21), None, None),
    ],
    ids=str,
)
def test_when_it_was_submitted_last_tells(
    script: Scripted,
    around: Surroundings,
    moved: timedelta,
    submit: bool | None,
    delete: bool | None,
) -> None:
    at = (SINCE + moved).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    later(around)
    reader = answering(script, around, sitemap=[{"path": KNOWN, "lastSubmitted": at}])
    assert settled(reader, AGAIN, DELETE) == [submit, delete]


@pytest.mark.parametrize("at", [None, "2026-11-21", "soon"])
def test_a_time_that_is_not_told_settles_nothing(
    script: Scripted, around: Surroundings, at: str | None
) -> None:
    one = {"path": KNOWN} | ({"lastSubmitted": at} if at else {})
    later(around)
    reader = answering(script, around, sitemap=[one])
    assert settled(reader, AGAIN, DELETE) == [None, None]


def test_there_is_no_money_in_it(reader: SearchConsoleReader, google: Played) -> None:
    assert reader.spending([SUBMIT], date(2026, 11, 1), date(2026, 11, 2)) == {}
    assert google.calls.snapshot() == {}


def test_changes_survive_storage() -> None:
    for change in (SUBMIT, AGAIN, DELETE):
        assert change_of(change.wire()) == change
    assert (SUBMIT.verb, SUBMIT.fields) == (Verb.ACT, ("listed",))
