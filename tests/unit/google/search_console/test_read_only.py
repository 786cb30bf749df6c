"""The wall between reading and writing, through Google's own client."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from googleapiclient.discovery import build

from sandbox.search_console.discovery import methods
from wpp_mcp.google.search_console.read_only import (
    READ_CALLS,
    BoundHttp,
    ReadOnlyError,
    ReadOnlyRequest,
)
from wpp_mcp.models.accounts import AccountRef, Api

SITE = "sc-domain:aster.example"
BASE = "https://searchconsole.googleapis.com"
PATH = f"{BASE}/webmasters/v3/sites/{quote(SITE, safe='')}"
OTHER = f"{BASE}/webmasters/v3/sites/sc-domain%3Adune.example"
INSPECT = f"{BASE}/v1/urlInspection/index:inspect"


class Sent:
    """Stands where the network is."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []

    def request(self, uri: str, method: str, **_: Any) -> tuple[Any, bytes]:
        self.requests.append((method, uri))
        return None, b""

    def close(self) -> None:
        pass


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest.fixture
def http(sent: Sent) -> BoundHttp:
    return BoundHttp(sent, BASE, AccountRef(Api.SEARCH_CONSOLE, SITE))


def test_the_read_list_is_part_of_what_google_defines() -> None:
    defined = {method.method_id: method.http_method for method in methods()}
    assert {name: method for name, (method, _) in READ_CALLS.items()}.items() <= defined.items()
    assert set(defined) - set(READ_CALLS) == {
        "searchconsole.urlTestingTools.mobileFriendlyTest.run",
        "webmasters.sitemaps.delete",
        "webmasters.sitemaps.submit",
        "webmasters.sites.add",
        "webmasters.sites.delete",
        "webmasters.sites.list",
    }


@pytest.mark.parametrize(
    "ask",
    [
        lambda s: s.sites().add(siteUrl=SITE),
        lambda s: s.sites().delete(siteUrl=SITE),
        lambda s: s.sites().list(),
        lambda s: s.sitemaps().submit(siteUrl=SITE, feedpath="https://www.aster.example/s.xml"),
        lambda s: s.sitemaps().delete(siteUrl=SITE, feedpath="https://www.aster.example/s.xml"),
        lambda s: s.urlTestingTools().mobileFriendlyTest().run(body={}),
    ],
)
def test_what_is_not_on_the_list_cannot_be_asked(http: BoundHttp, sent: Sent, ask: Any) -> None:
    service = build(
        "searchconsole",
        "v1",
        http=http,
        requestBuilder=ReadOnlyRequest,
        static_discovery=True,
        cache_discovery=False,
    )
    with pytest.raises(ReadOnlyError, match="not on the read list"):
        ask(service)
    assert sent.requests == []


@pytest.mark.parametrize(
    ("method", "uri"),
    [
        ("GET", f"{PATH}?alt=json"),
        ("POST", f"{PATH}/searchAnalytics/query?alt=json"),
        ("GET", f"{PATH}/sitemaps"),
        ("GET", f"{PATH}/sitemaps/https%3A%2F%2Fwww.aster.example%2Fsitemap.xml"),
    ],
)
def test_reads_of_the_property_leave(http: BoundHttp, sent: Sent, method: str, uri: str) -> None:
    http.request(uri, method)
    assert sent.requests == [(method, uri)]


@pytest.mark.parametrize(
    ("method", "uri"),
    [
        ("PUT", PATH),
        ("DELETE", PATH),
        ("PATCH", PATH),
        ("POST", PATH),
        ("GET", f"{PATH}/searchAnalytics/query"),
        ("POST", f"{PATH}/sitemaps"),
        ("PUT", f"{PATH}/sitemaps/x"),
        ("DELETE", f"{PATH}/sitemaps/x"),
        ("GET", f"{BASE}/webmasters/v3/sites"),
        ("GET", OTHER),
        ("POST", f"{OTHER}/searchAnalytics/query"),
        ("GET", f"{BASE}/webmasters/v3/sites/{SITE}"),
        ("GET", f"{PATH}/../sc-domain%3Adune.example"),
        ("GET", PATH.replace("https:", "http:")),
        ("GET", PATH.replace(BASE, "https://evil.example")),
        ("GET", PATH.replace(BASE, f"{BASE}@evil.example")),
        ("GET", PATH.replace(BASE, f"{BASE}:8443")),
        ("POST", f"{BASE}/batch"),
        ("POST", f"{BASE}/v1/urlTestingTools/mobileFriendlyTest:run"),
    ],
)
def test_nothing_else_leaves(http: BoundHttp, sent: Sent, method: str, uri: str) -> None:
    with pytest.raises(ReadOnlyError):
        http.request(uri, method, body="{}")
    assert sent.requests == []


def test_an_inspection_is_of_the_property(http: BoundHttp, sent: Sent) -> None:
    http.request(INSPECT, "POST", body=json.dumps({"siteUrl": SITE}))
    for body in ({}, {"siteUrl": "sc-domain:dune.example"}, {"siteUrl": None}):
        with pytest.raises(ReadOnlyError, match="another property"):
            http.request(INSPECT, "POST", body=json.dumps(body))
    assert len(sent.requests) == 1
