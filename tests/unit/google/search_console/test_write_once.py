"""The wall round one write, through Google's own client."""

from typing import Any
from urllib.parse import quote

import pytest
from googleapiclient.discovery import build

from sandbox.search_console.discovery import methods
from wpp_mcp.google.search_console.read_only import READ_CALLS
from wpp_mcp.google.search_console.write_once import (
    DELETE,
    SUBMIT,
    WRITE_CALLS,
    OnceHttp,
    Sending,
    SitemapWrite,
    WriteRefusedError,
)
from wpp_mcp.models.accounts import AccountRef, Api

SITE, OTHER = "sc-domain:aster.example", "sc-domain:dune.example"
MAP = "https://www.aster.example/s.xml"
BASE = "https://searchconsole.googleapis.com"


def path(site: str = SITE, sitemap: str = MAP) -> str:
    return f"{BASE}/webmasters/v3/sites/{quote(site, safe='')}/sitemaps/{quote(sitemap, safe='')}"


class Sent:
    """Stands where the network is."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []

    def request(self, uri: str, method: str, **_: Any) -> tuple[Any, bytes]:
        self.requests.append((method, uri))
        return None, b""

    def close(self) -> None:
        pass


def wall(sent: Sent, method_id: str = SUBMIT, sending: Sending | None = None) -> OnceHttp:
    return OnceHttp(
        sent,
        endpoint=BASE,
        account=AccountRef(Api.SEARCH_CONSOLE, SITE),
        sitemap=MAP,
        method_id=method_id,
        sending=sending or Sending(),
    )


def test_the_write_list_is_part_of_what_google_defines_and_apart_from_the_read_list() -> None:
    defined = {method.method_id: method.http_method for method in methods()}
    assert WRITE_CALLS.items() <= defined.items()
    assert set(WRITE_CALLS) == {SUBMIT, DELETE}
    assert not set(WRITE_CALLS) & set(READ_CALLS)


@pytest.mark.parametrize(
    "ask",
    [
        lambda s: s.sites().add(siteUrl=SITE),
        lambda s: s.sites().delete(siteUrl=SITE),
        lambda s: s.sites().get(siteUrl=SITE),
        lambda s: s.sites().list(),
        lambda s: s.sitemaps().list(siteUrl=SITE),
        lambda s: s.sitemaps().get(siteUrl=SITE, feedpath=MAP),
        lambda s: s.searchanalytics().query(siteUrl=SITE, body={}),
        lambda s: s.urlInspection().index().inspect(body={}),
        lambda s: s.urlTestingTools().mobileFriendlyTest().run(body={}),
    ],
)
def test_what_is_not_on_the_list_cannot_be_asked(ask: Any) -> None:
    sent = Sent()
    service = build(
        "searchconsole",
        "v1",
        http=wall(sent),
        requestBuilder=SitemapWrite,
        static_discovery=True,
        cache_discovery=False,
    )
    with pytest.raises(WriteRefusedError, match="not on the write list"):
        ask(service)
    assert sent.requests == []


@pytest.mark.parametrize(("method_id", "method"), [(SUBMIT, "PUT"), (DELETE, "DELETE")])
def test_the_one_write_leaves(method_id: str, method: str) -> None:
    sent = Sent()
    wall(sent, method_id).request(f"{path()}?alt=json", method)
    assert sent.requests == [(method, f"{path()}?alt=json")]


@pytest.mark.parametrize(
    ("method", "uri"),
    [
        ("DELETE", path()),
        ("GET", path()),
        ("POST", path()),
        ("PUT", path(OTHER)),
        ("PUT", path(sitemap="https://www.aster.example/other.xml")),
        ("PUT", path().rpartition("/")[0]),
        ("PUT", path().rpartition("/sitemaps")[0]),
        ("PUT", f"{path()}/x"),
        ("PUT", path().replace("https:", "http:", 1)),
        ("PUT", path().replace(BASE, "https://evil.example")),
        ("PUT", path().replace(BASE, f"{BASE}@evil.example")),
        ("PUT", path().replace(BASE, f"{BASE}:8443")),
        ("PUT", path().replace("%3A", ":")),
        ("POST", f"{BASE}/batch"),
    ],
)
def test_nothing_else_leaves(method: str, uri: str) -> None:
    sent = Sent()
    with pytest.raises(WriteRefusedError, match="another write"):
        wall(sent).request(uri, method)
    assert sent.requests == []


def test_a_write_has_no_body() -> None:
    sent = Sent()
    with pytest.raises(WriteRefusedError):
        wall(sent).request(path(), "PUT", body="{}")
    assert sent.requests == []


def test_what_was_sent_is_not_sent_again() -> None:
    sent, sending = Sent(), Sending(begun=True)
    with pytest.raises(WriteRefusedError, match="before"):
        wall(sent, sending=sending).request(path(), "PUT")
    assert sent.requests == []
