"""Sitemaps submitted to and deleted from the played Search Console."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from sandbox.clock import SandboxClock
from sandbox.faults import Calls, FaultKind, Faults
from sandbox.google_consent import Client
from sandbox.google_oauth import GoogleOAuth
from sandbox.world import World
from tests.unit.support.search_console import DOMAIN, NOW, PREFIX, SOUTH, Played, played, refusal

NEW = f"{PREFIX}new-sitemap.xml"
INDEX = f"{PREFIX}sitemap.xml"
INNER = f"{PREFIX}sitemap-pages.xml"
SCOPE = "https://www.googleapis.com/auth/webmasters"


@pytest.fixture
def console() -> Iterator[Played]:
    with played(World(start=NOW)) as running:
        yield running


def act(console: Played, method: str, path: str = NEW, site: str = DOMAIN, **who: Any) -> Any:
    """Submit, delete or get one sitemap."""
    with console.service(**who) as service:
        asked = getattr(service.sitemaps(), method)(siteUrl=site, feedpath=path)
        return asked.execute(num_retries=0)


def listed(console: Played, site: str = DOMAIN, index: str | None = None) -> list[str]:
    with console.service() as service:
        answer = service.sitemaps().list(siteUrl=site, sitemapIndex=index).execute()
    return [one["path"] for one in answer.get("sitemap", [])]


def test_a_submitted_sitemap_is_pending(console: Played) -> None:
    before = listed(console)
    assert not act(console, "submit")
    assert listed(console) == [*before, NEW]
    assert listed(console, PREFIX)[-1] == NEW
    assert act(console, "get") == {
        "path": NEW,
        "lastSubmitted": "2026-11-21T21:30:00.000Z",
        "isPending": True,
        "isSitemapsIndex": False,
        "type": "sitemap",
        "warnings": "0",
        "errors": "0",
    }
    assert console.calls.snapshot()["search-console:sitemaps.submit"] == 1


def test_a_sitemap_submitted_again_is_the_same_one(console: Played) -> None:
    before = listed(console)
    act(console, "submit", INDEX)
    assert listed(console) == before
    again = act(console, "get", INDEX)
    assert (again["isPending"], again["isSitemapsIndex"]) == (True, True)
    assert again["lastSubmitted"].startswith("2026-11-21")


def test_a_deleted_sitemap_is_gone_with_what_it_names(console: Played) -> None:
    act(console, "submit")
    assert listed(console, index=INDEX)
    assert not act(console, "delete", INDEX)
    act(console, "delete")
    assert INDEX not in listed(console)
    assert NEW not in listed(console)
    assert listed(console, index=INDEX) == []
    for path in (INDEX, NEW):
        assert refusal(lambda path=path: act(console, "get", path))["code"] == 404
        assert refusal(lambda path=path: act(console, "delete", path))["code"] == 404
    act(console, "submit", INDEX)
    assert listed(console, index=INDEX)


@pytest.mark.parametrize(
    ("method", "path", "site", "code"),
    [
        ("submit", "https://www.birch.example/sitemap.xml", DOMAIN, 400),
        ("submit", "https://blog.aster.example/feed.xml", PREFIX, 400),
        ("submit", "sitemap.xml", DOMAIN, 400),
        ("submit", "ftp://www.aster.example/sitemap.xml", DOMAIN, 400),
        ("delete", INNER, DOMAIN, 404),
        ("delete", NEW, DOMAIN, 404),
        ("delete", "https://blog.aster.example/feed.xml", PREFIX, 404),
        ("submit", NEW, "sc-domain:nobody.example", 403),
        ("delete", NEW, "sc-domain:nobody.example", 403),
    ],
)
def test_what_google_does_not_take(
    console: Played, method: str, path: str, site: str, code: int
) -> None:
    before = listed(console)
    assert refusal(lambda: act(console, method, path, site))["code"] == code
    assert listed(console) == before


@pytest.mark.parametrize("method", ["submit", "delete"])
def test_other_peoples_properties(console: Played, method: str) -> None:
    for role in ("other-practitioner", "auditor"):
        assert refusal(lambda role=role: act(console, method, INDEX, role=role))["code"] == 403
    act(console, "submit", "https://www.dune.example/s.xml", SOUTH, role="other-practitioner")


def test_who_may_only_look_writes_nothing(console: Played, monkeypatch) -> None:
    seen = "sandbox.search_console.sites.permission"
    monkeypatch.setattr(seen, lambda *_: "siteRestrictedUser")
    assert refusal(lambda: act(console, "submit"))["code"] == 403
    assert refusal(lambda: act(console, "delete", INDEX))["code"] == 403
    assert NEW not in listed(console)


@pytest.mark.parametrize("method", ["submit", "delete"])
@pytest.mark.parametrize(
    ("kind", "code"),
    [(FaultKind.UNAVAILABLE, 503), (FaultKind.DENIED, 403), (FaultKind.THROTTLED, 429)],
)
def test_ordered_faults_change_nothing(
    console: Played, method: str, kind: FaultKind, code: int
) -> None:
    before = listed(console)
    console.faults.arm(f"search-console:sitemaps.{method}", kind)
    path = NEW if method == "submit" else INDEX
    assert refusal(lambda: act(console, method, path))["code"] == code
    assert listed(console) == before


@pytest.mark.parametrize(
    ("kind", "applied"), [(FaultKind.TIMEOUT, False), (FaultKind.TIMEOUT_AFTER_APPLY, True)]
)
def test_no_answer_in_time(console: Played, kind: FaultKind, applied: bool) -> None:
    console.faults.arm("search-console:sitemaps.submit", kind)
    headers = {"Authorization": f"Bearer {console.world.google_token('practitioner')}"}
    path = f"{console.endpoint}/webmasters/v3/sites/sc-domain%3Aaster.example/sitemaps/"
    encoded = NEW.replace(":", "%3A").replace("/", "%2F")
    with pytest.raises(httpx2.TimeoutException):
        httpx2.put(path + encoded, headers=headers, timeout=0.3)
    assert (NEW in listed(console)) is applied


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [
        (SCOPE, True, True),
        (f"{SCOPE}.readonly", True, False),
        ("https://www.googleapis.com/auth/adwords", False, False),
    ],
)
def test_a_token_does_what_its_user_allowed(
    console: Played, scopes: str, reads: bool, writes: bool
) -> None:
    client = Client("id", "secret", "https://x.example/back")
    oauth = GoogleOAuth(console.world, SandboxClock(), client, faults=Faults(), calls=Calls())
    until = "2099-01-01T00:00:00Z"
    token = f"{console.world.google_token('practitioner')}~consented"
    consent = {"user": "practitioner", "scopes": [scopes], "until": until}
    oauth.restore({"access": {token: consent}})

    for allowed, method, path in ((reads, "get", INDEX), (writes, "submit", NEW)):
        if allowed:
            act(console, method, path, token=token)
        else:
            refused = refusal(lambda m=method, p=path: act(console, m, p, token=token))
            assert refused["code"] == 403
            assert refused["reason"] == "insufficientPermissions"
    assert (NEW in listed(console)) is writes
