"""The tools that plan writes of sitemaps: they ask, plan, and change nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.world import World
from tests.unit.support.search_console import DOMAIN, NOW, PREFIX, Played, connector, played
from tests.unit.support.surroundings import Surroundings
from wpp_mcp.audit.entry import Action
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.search_console.writable import deletion, submission
from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.models.caller import Scope
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.inputs import parsed, wire_params
from wpp_mcp.tools.registry import Kind, catalogue

ACCOUNT = AccountRef(Api.SEARCH_CONSOLE, DOMAIN)
KNOWN, NEW = f"{PREFIX}sitemap.xml", f"{PREFIX}new.xml"
NAMES = ["submit_sitemap", "delete_sitemap"]


@pytest.fixture
def google() -> Iterator[Played]:
    with played(World(start=NOW)) as emulator:
        yield emulator


def planned(name: str, google: Played, around: Surroundings, **params: Any) -> Plan:
    tool = catalogue()[name]
    request = parsed(tool.input, wire_params(tool.input, {"siteUrl": DOMAIN} | params))
    plan = tool.run(connector(around, google.endpoint, site=request.site_url), request)
    assert isinstance(plan, Plan)
    return plan


def test_they_are_declared_as_writes() -> None:
    submit, delete = (catalogue()[name] for name in NAMES)
    assert (submit.kind, delete.kind) == (Kind.WRITE, Kind.WRITE)
    assert (submit.action, delete.action) == (Action.WRITE, Action.DELETE)
    assert submit.scope is delete.scope is Scope.TOOLS_WRITE
    assert "confirmed" in submit.description
    assert "confirmed" in delete.description


def test_a_new_sitemap_is_planned(google: Played, around: Surroundings) -> None:
    plan = planned("submit_sitemap", google, around, sitemapUrl=NEW)
    assert plan == Plan(changes=[submission(ACCOUNT, NEW, listed=False)])


def test_a_known_one_is_read_again(google: Played, around: Surroundings) -> None:
    plan = planned("submit_sitemap", google, around, sitemap_url=KNOWN)
    assert plan.changes == [submission(ACCOUNT, KNOWN, listed=True)]
    assert "again" in plan.warnings[0]


def test_a_known_one_is_deleted(google: Played, around: Surroundings) -> None:
    plan = planned("delete_sitemap", google, around, sitemapUrl=KNOWN)
    assert plan.changes == [deletion(ACCOUNT, KNOWN)]
    assert "does not forget" in plan.warnings[0]


def test_what_is_not_listed_is_not_deleted(google: Played, around: Surroundings) -> None:
    with pytest.raises(WppError) as caught:
        planned("delete_sitemap", google, around, sitemapUrl=NEW)
    assert caught.value.code is ErrorCode.INVALID_REQUEST
    assert caught.value.details[0]["field"] == "sitemapUrl"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("site", "url"),
    [
        (DOMAIN, "https://www.dune.example/sitemap.xml"),
        (DOMAIN, "https://aster.example.evil.example/sitemap.xml"),
        (PREFIX, "http://www.aster.example/sitemap.xml"),
        (PREFIX, "https://aster.example/sitemap.xml"),
    ],
)
def test_a_sitemap_outside_the_property_is_not_even_asked_about(
    google: Played, around: Surroundings, name: str, site: str, url: str
) -> None:
    with pytest.raises(WppError) as caught:
        planned(name, google, around, siteUrl=site, sitemapUrl=url)
    assert caught.value.code is ErrorCode.ACCOUNT_NOT_AUTHORIZED
    assert google.calls.snapshot() == {}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "url",
    [
        "https://aster.example@evil.example/sitemap.xml",
        "sitemap.xml?https://www.aster.example/",
        "ftp://www.aster.example/sitemap.xml",
        "https://www.aster.example/ü.xml",
    ],
)
def test_what_is_no_address_to_any_property_is_said_to_be_none(
    google: Played, around: Surroundings, name: str, url: str
) -> None:
    with pytest.raises(WppError, match="percent-encoded") as caught:
        planned(name, google, around, siteUrl=DOMAIN, sitemapUrl=url)
    assert caught.value.code is ErrorCode.INVALID_REQUEST
    assert google.calls.snapshot() == {}


@pytest.mark.parametrize("name", NAMES)
def test_planning_changes_nothing(google: Played, around: Surroundings, name: str) -> None:
    before = connector(around, google.endpoint).sitemaps()
    planned(name, google, around, sitemapUrl=KNOWN)
    assert connector(around, google.endpoint).sitemaps() == before
    assert set(google.calls.snapshot()) == {"search-console:sitemaps.list"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("url", ["", "*", "all", "x" * 400, None, ["a"]], ids=str)
def test_nothing_but_one_address_is_taken(
    google: Played, around: Surroundings, name: str, url: Any
) -> None:
    with pytest.raises(WppError) as caught:
        planned(name, google, around, sitemapUrl=url)
    assert caught.value.code is ErrorCode.INVALID_REQUEST
