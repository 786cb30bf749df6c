"""The connector against the played Search Console, and against answers written beforehand."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.faults import FaultKind
from sandbox.world import World
from tests.unit.support.search_console import (
    DOMAIN,
    NOW,
    PREFIX,
    SOUTH,
    Played,
    Scripted,
    connector,
    played,
    scripted,
)
from tests.unit.support.surroundings import Surroundings
from wpp_mcp.config import ConfigurationError
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.search_console.connector import SearchConsole
from wpp_mcp.runtime import Endpoints

QUERY = {"startDate": "2026-10-01", "endDate": "2026-10-28", "rowLimit": 10}
SITE = b'{"siteUrl": "sc-domain:aster.example", "permissionLevel": "siteOwner"}'


@pytest.fixture(scope="module")
def running() -> Iterator[Played]:
    with played(World(start=NOW)) as emulator:
        yield emulator


@pytest.fixture
def google(running: Played) -> Played:
    running.faults.clear()
    running.calls.clear()
    return running


@pytest.fixture
def console(google: Played, around: Surroundings) -> SearchConsole:
    return connector(around, google.endpoint)


@pytest.fixture
def script() -> Iterator[Scripted]:
    with scripted() as answers:
        yield answers


def refused(act: Any) -> WppError:
    with pytest.raises(WppError) as caught:
        act()
    return caught.value


def test_each_method_is_one_call(console: SearchConsole, google: Played) -> None:
    assert console.site() == {"siteUrl": DOMAIN, "permissionLevel": "siteFullUser"}
    assert console.search_analytics(QUERY)["rows"][0]["clicks"] > 0
    sitemaps = console.sitemaps()
    assert console.sitemaps(sitemaps[0]["path"])
    assert console.sitemap(sitemaps[0]["path"]) == sitemaps[0]
    assert console.inspect(f"{PREFIX}boots/", "en-US")["indexStatusResult"]["verdict"] == "PASS"
    assert google.calls.snapshot() == {
        "search-console:searchanalytics.query": 1,
        "search-console:sitemaps.get": 1,
        "search-console:sitemaps.list": 2,
        "search-console:sites.get": 1,
        "search-console:urlInspection.index.inspect": 1,
    }


@pytest.mark.parametrize(
    "act",
    [
        lambda c: c.inspect("https://www.dune.example/", "en-US"),
        lambda c: c.sitemap("https://www.dune.example/sitemap.xml"),
        lambda c: c.sitemaps("https://www.dune.example/sitemap.xml"),
    ],
)
def test_a_url_outside_the_property_does_not_leave(
    console: SearchConsole, google: Played, act: Any
) -> None:
    error = refused(lambda: act(console))
    assert error.code is ErrorCode.ACCOUNT_NOT_AUTHORIZED
    assert error.extra["requestedAccount"] == "https://www.dune.example/"
    assert google.calls.snapshot() == {}


def test_a_query_without_a_bound_does_not_leave(console: SearchConsole, google: Played) -> None:
    for query in ({}, {"rowLimit": 0}, {"rowLimit": 25_000}):
        assert refused(lambda q=query: console.search_analytics(q)).code is ErrorCode.INTERNAL
    assert google.calls.snapshot() == {}


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("somebody", ErrorCode.GOOGLE_AUTH_EXPIRED),
        ("sandbox-google-expired-practitioner", ErrorCode.GOOGLE_AUTH_EXPIRED),
        ("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", ErrorCode.INVALID_REQUEST),
    ],
)
def test_tokens(google: Played, around: Surroundings, token: str, code: ErrorCode) -> None:
    error = refused(connector(around, google.endpoint, token=token).site)
    assert error.code is code
    assert around.sleeps == []


def test_google_refuses_a_property_that_the_user_does_not_see(
    google: Played, around: Surroundings
) -> None:
    token = google.world.google_token("other-practitioner")
    error = refused(connector(around, google.endpoint, token=token).site)
    assert error.code is ErrorCode.GOOGLE_ACCESS_DENIED
    assert error.details["google"][0]["reason"] == "forbidden"
    assert error.message == "Google refuses this account to this user"


def test_google_says_what_is_wrong_and_where(console: SearchConsole) -> None:
    error = refused(lambda: console.search_analytics({**QUERY, "dimensions": ["town"]}))
    assert error.code is ErrorCode.GOOGLE_INVALID_REQUEST
    assert error.message == "Invalid value at 'dimensions[0]', \"town\""
    assert error.details["google"] == [
        {"reason": "invalid", "message": error.message, "location": "dimensions[0]"}
    ]


@pytest.mark.parametrize(
    ("kind", "code", "tries"),
    [
        (FaultKind.UNAVAILABLE, ErrorCode.GOOGLE_UNAVAILABLE, 3),
        (FaultKind.THROTTLED, ErrorCode.GOOGLE_QUOTA_EXCEEDED, 3),
        (FaultKind.DENIED, ErrorCode.GOOGLE_ACCESS_DENIED, 1),
        (FaultKind.AUTH_EXPIRED, ErrorCode.GOOGLE_AUTH_EXPIRED, 1),
    ],
)
@pytest.mark.parametrize("target", ["sites.get", "searchanalytics.query"])
def test_faults_that_stay(
    console: SearchConsole,
    google: Played,
    around: Surroundings,
    kind: FaultKind,
    code: ErrorCode,
    tries: int,
    target: str,
) -> None:
    google.faults.arm(f"search-console:{target}", kind, 9)
    act = console.site if target == "sites.get" else lambda: console.search_analytics(QUERY)
    error = refused(act)
    assert error.code is code
    assert google.calls.snapshot() == {f"search-console:{target}": tries}
    assert len(around.sleeps) == tries - 1
    assert (error.retry_after is not None) == (kind is FaultKind.THROTTLED)


def test_a_fault_that_passes_is_not_seen(
    console: SearchConsole, google: Played, around: Surroundings
) -> None:
    google.faults.arm("search-console:sites.get", FaultKind.UNAVAILABLE)
    google.faults.arm("search-console:sites.get", FaultKind.THROTTLED)
    assert console.site()["siteUrl"] == DOMAIN
    assert len(around.sleeps) == 2
    assert around.sleeps[1] >= 2  # the Retry-After of the second fault


@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT, FaultKind.TIMEOUT_AFTER_APPLY])
def test_a_call_waits_no_longer_than_its_deadline_allows(
    google: Played, around: Surroundings, kind: FaultKind
) -> None:
    google.faults.arm("search-console:sites.get", kind, 9)
    error = refused(connector(around, google.endpoint, seconds=0.6).site)
    assert error.code is ErrorCode.DEADLINE_EXCEEDED
    assert error.reason == "TimeoutError"
    assert google.calls.snapshot() == {"search-console:sites.get": 1}


def test_after_the_deadline_nothing_is_sent(google: Played, around: Surroundings) -> None:
    error = refused(connector(around, google.endpoint, seconds=0.4).site)
    assert error.code is ErrorCode.DEADLINE_EXCEEDED
    assert google.calls.snapshot() == {}


def test_nobody_there(around: Surroundings) -> None:
    with scripted() as gone:
        endpoint = gone.endpoint
    error = refused(connector(around, endpoint).site)
    assert error.code is ErrorCode.GOOGLE_UNAVAILABLE
    assert error.reason == "ConnectionRefusedError"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirection_is_not_followed(script: Scripted, around: Surroundings, status: int) -> None:
    script.answers = [(status, {"Location": f"{script.endpoint}/elsewhere"}, b"")]
    assert refused(connector(around, script.endpoint).site).code is ErrorCode.GOOGLE_UNAVAILABLE
    assert {path for _, path, _ in script.requests} == {
        "/webmasters/v3/sites/sc-domain%3Aaster.example?alt=json"
    }


@pytest.mark.parametrize("content", [b"<html>", b"[]", b"null", b"", b"\xff\xfe"])
def test_an_answer_that_is_no_json_object(
    script: Scripted, around: Surroundings, content: bytes
) -> None:
    script.answers = [(200, {}, content)]
    assert refused(connector(around, script.endpoint).site).code is ErrorCode.GOOGLE_UNAVAILABLE


def test_nothing_is_kept_from_one_call_to_the_next(
    script: Scripted, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    script.answers = [(200, {"Cache-Control": "max-age=9999", "ETag": "x"}, SITE)]
    for token in ("token-one", "token-two"):
        connector(around, script.endpoint, token=token).site()
    sent = [headers for _, _, headers in script.requests]
    assert [headers["authorization"] for headers in sent] == [
        "Bearer token-one",
        "Bearer token-two",
    ]
    assert not any("if-none-match" in headers for headers in sent)


def test_an_expired_token_is_asked_about_once(script: Scripted, around: Surroundings) -> None:
    script.answers = [(401, {}, b"{}")]
    assert refused(connector(around, script.endpoint).site).code is ErrorCode.GOOGLE_AUTH_EXPIRED
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://searchconsole.googleapis.com",
        "https://searchconsole.googleapis.com/",
        "https://searchconsole.googleapis.com.evil.example",
        "https://evil.example/.googleapis.com",
        "https://evil.example#.googleapis.com",
        "https://user@searchconsole.googleapis.com",
        "https://searchconsole.googleapis.com:8443",
        "https://googleapis.com",
        "http://127.0.0.1:9",
        "",
    ],
)
def test_production_has_googles_endpoint_only(url: str) -> None:
    with pytest.raises(ConfigurationError, match="search_console"):
        Endpoints(search_console=url).check_production()


def test_the_usual_endpoint_is_googles() -> None:
    Endpoints().check_production()
    assert Endpoints().search_console == "https://searchconsole.googleapis.com"


def test_googles_library_is_loaded_by_the_first_call_that_needs_it() -> None:
    code = f"""
import sys
sys.path[:0] = {sys.path!r}
from wpp_mcp.tools.connections import CONNECTIONS
from wpp_mcp.tools.registry import catalogue
from wpp_mcp.google.search_console.connector import SearchConsole
assert "query_search_analytics" in catalogue()
assert SearchConsole in CONNECTIONS
SearchConsole(None, None)
slow = {{"googleapiclient", "httplib2", "google_auth_httplib2", "grpc", "google"}}
print(sorted(slow & {{name.partition(".")[0] for name in sys.modules}}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"


def test_the_south_is_the_souths(google: Played, around: Surroundings) -> None:
    token = google.world.google_token("other-practitioner")
    assert connector(around, google.endpoint, site=SOUTH, token=token).site()["siteUrl"] == SOUTH
