"""Submitting and deleting sitemaps: against the played Search Console, and when answers fail."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest

from sandbox.faults import FaultKind
from sandbox.world import World
from tests.unit.support.search_console import (
    DOMAIN,
    NOW,
    Played,
    Scripted,
    connector,
    google_call,
    played,
    scripted,
)
from tests.unit.support.surroundings import Surroundings
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.search_console.writable import deletion, submission
from wpp_mcp.google.search_console.writer import SearchConsoleWriter
from wpp_mcp.google.writing import OutcomeUnknownError
from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.models.changes import Applied, Change, Locator, ResourceType, Verb

ACCOUNT = AccountRef(Api.SEARCH_CONSOLE, DOMAIN)
NEW = "https://www.aster.example/new.xml"
SUBMIT = submission(ACCOUNT, NEW, listed=False)
DELETE = deletion(ACCOUNT, NEW)


@pytest.fixture
def google() -> Iterator[Played]:
    with played(World(start=NOW)) as emulator:
        yield emulator


@pytest.fixture
def script() -> Iterator[Scripted]:
    with scripted() as answers:
        yield answers


def writer(around: Surroundings, endpoint: str, **how: Any) -> SearchConsoleWriter:
    return SearchConsoleWriter(google_call(around, endpoint, **how), ACCOUNT)


def paths(google: Played, around: Surroundings) -> list[str]:
    return [str(one["path"]) for one in connector(around, google.endpoint).sitemaps()]


def test_a_sitemap_is_submitted_and_deleted(google: Played, around: Surroundings) -> None:
    assert writer(around, google.endpoint).apply([SUBMIT], partial=False) == [Applied(id=NEW)]
    assert NEW in paths(google, around)
    assert writer(around, google.endpoint).apply([DELETE], partial=True) == [Applied(id=NEW)]
    assert NEW not in paths(google, around)
    calls = google.calls.snapshot()
    assert calls["search-console:sitemaps.submit"] == 1
    assert calls["search-console:sitemaps.delete"] == 1


def change(**values: Any) -> Change:
    place = {"account": ACCOUNT, "type": ResourceType.SITEMAP, "id": NEW} | values
    verb = place.pop("verb", Verb.ACT)
    return Change(locator=Locator(**place), verb=verb)


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [SUBMIT, SUBMIT],
        [SUBMIT, DELETE],
        [change(verb=Verb.CREATE)],
        [change(verb=Verb.UPDATE)],
        [change(type=ResourceType.CAMPAIGN)],
        [change(account=None)],
        [change(account=AccountRef(Api.SEARCH_CONSOLE, "sc-domain:dune.example"))],
    ],
    ids=["none", "two", "both", "create", "update", "campaign", "ours", "other"],
)
def test_what_is_not_one_write_to_the_property_is_not_sent(
    script: Scripted, around: Surroundings, changes: list[Change]
) -> None:
    with pytest.raises(WppError) as caught:
        writer(around, script.endpoint).apply(changes, partial=False)
    assert caught.value.code is ErrorCode.INTERNAL
    assert script.requests == []


@pytest.mark.parametrize("verb", [Verb.ACT, Verb.REMOVE])
def test_a_sitemap_outside_the_property_is_not_sent(
    script: Scripted, around: Surroundings, verb: Verb
) -> None:
    outside = change(id="https://www.dune.example/sitemap.xml", verb=verb)
    with pytest.raises(WppError) as caught:
        writer(around, script.endpoint).apply([outside], partial=False)
    assert caught.value.code is ErrorCode.ACCOUNT_NOT_AUTHORIZED
    assert script.requests == []


@pytest.mark.parametrize("seconds", [0.0, 2.9])
def test_without_time_nothing_is_sent(
    script: Scripted, around: Surroundings, seconds: float
) -> None:
    with pytest.raises(WppError) as caught:
        writer(around, script.endpoint, seconds=seconds).apply([SUBMIT], partial=False)
    assert caught.value.code is ErrorCode.DEADLINE_EXCEEDED
    assert script.requests == []


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, ErrorCode.GOOGLE_INVALID_REQUEST),
        (401, ErrorCode.GOOGLE_AUTH_EXPIRED),
        (403, ErrorCode.GOOGLE_ACCESS_DENIED),
        (404, ErrorCode.GOOGLE_INVALID_REQUEST),
        (429, ErrorCode.GOOGLE_QUOTA_EXCEEDED),
    ],
)
def test_a_refusal_changed_nothing_and_is_not_repeated(
    script: Scripted, around: Surroundings, status: int, code: ErrorCode
) -> None:
    script.answers = [(status, {}, b"")]
    for one in (SUBMIT, DELETE):
        with pytest.raises(WppError) as caught:
            writer(around, script.endpoint).apply([one], partial=False)
        assert caught.value.code is code
    assert [method for method, _, _ in script.requests] == ["PUT", "DELETE"]
    assert around.sleeps == []


@pytest.mark.parametrize("status", [301, 302, 307, 308, 408, 500, 501, 502, 503, 504])
def test_an_answer_that_does_not_tell_leaves_it_open(
    script: Scripted, around: Surroundings, status: int
) -> None:
    script.answers = [(status, {"Location": f"{script.endpoint}/elsewhere"}, b"")]
    with pytest.raises(OutcomeUnknownError):
        writer(around, script.endpoint).apply([SUBMIT], partial=False)
    assert len(script.requests) == 1


@pytest.mark.parametrize("status", [200, 204])
def test_both_answers_without_content_are_a_success(
    script: Scripted, around: Surroundings, status: int
) -> None:
    script.answers = [(status, {}, b"")]
    assert writer(around, script.endpoint).apply([DELETE], partial=False) == [Applied(id=NEW)]


@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT, FaultKind.TIMEOUT_AFTER_APPLY])
def test_f1_a_timeout_leaves_it_open_and_sends_once(
    google: Played, around: Surroundings, kind: FaultKind
) -> None:
    google.faults.arm("search-console:sitemaps.submit", kind, 9)
    with pytest.raises(OutcomeUnknownError):
        writer(around, google.endpoint, seconds=3.1).apply([SUBMIT], partial=False)
    assert google.calls.snapshot()["search-console:sitemaps.submit"] == 1
    google.faults.clear()
    assert (NEW in paths(google, around)) is (kind is FaultKind.TIMEOUT_AFTER_APPLY)


@contextmanager
def hanging_up() -> Iterator[tuple[str, list[bytes]]]:
    """A server that reads a request and closes the connection without an answer."""
    seen: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                data = connection.recv(65_536)
                if not data:
                    return
                seen.append(data)

    thread = Thread(target=serve)
    thread.start()
    port = listener.getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}", seen
    finally:
        with socket.create_connection(("127.0.0.1", port)):
            pass  # nothing sent: the end
        thread.join()
        listener.close()


def test_f1_a_connection_that_is_closed_is_not_tried_again(around: Surroundings) -> None:
    """httplib2 sends again where the server hangs up; the first may have been applied."""
    with hanging_up() as (endpoint, seen), pytest.raises(OutcomeUnknownError):
        writer(around, endpoint).apply([SUBMIT], partial=False)
    assert len(seen) == 1


def test_what_never_left_changed_nothing(around: Surroundings) -> None:
    with scripted() as gone:
        endpoint = gone.endpoint
    with pytest.raises(WppError) as caught:
        writer(around, endpoint).apply([SUBMIT], partial=False)
    assert caught.value.code is ErrorCode.GOOGLE_UNAVAILABLE


def test_a_write_takes_no_longer_than_its_deadline_allows(
    script: Scripted, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    import httplib2

    given: list[float] = []
    http = httplib2.Http
    monkeypatch.setattr(
        httplib2, "Http", lambda **how: (given.append(how["timeout"]), http(**how))[1]
    )
    script.answers = [(204, {}, b"")]
    for seconds in (25, 10):
        writer(around, script.endpoint, seconds=seconds).apply([SUBMIT], partial=False)
    assert given == [20, 9]
    assert timedelta(seconds=max(given)) < timedelta(seconds=25)
