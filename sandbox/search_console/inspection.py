"""urlInspection.index.inspect: what the index knows of one URL."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zlib import crc32

from sandbox.search_console.failures import invalid, not_in_property
from sandbox.search_console.sites import belongs, visible_sites
from sandbox.world import World
from sandbox.world.searches import Page, pages_of

_LINK: Final = "https://search.google.com/search-console/inspect?resource_id={site}"
_NOINDEX: Final = 5
"""Every fifth page of a client is kept out of the index by its own word."""


class Inspection:
    """Inspects the pages of the world's clients."""

    def __init__(self, world: World, clock: Callable[[], datetime]) -> None:
        self._world = world
        self._clock = clock

    def inspect(self, email: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one inspection.

        Raises
        ------
        Refusal
            400 without a URL or property; 403 outside the user's properties.
        """
        for name in ("inspectionUrl", "siteUrl"):
            if not body.get(name):
                raise invalid(name, f"{name} is required.")
        url, site_url = body["inspectionUrl"], body["siteUrl"]
        client = visible_sites(self._world, email).get(site_url)
        if client is None or not belongs(site_url, url):
            raise not_in_property()
        pages = pages_of(client)
        number = next((n for n, page in enumerate(pages) if page.url == url), None)
        result: dict[str, Any] = {"inspectionResultLink": _LINK.format(site=site_url)}
        if number is None:
            result["indexStatusResult"] = {
                "verdict": "NEUTRAL",
                "coverageState": "URL is unknown to Google",
                "robotsTxtState": "ROBOTS_TXT_STATE_UNSPECIFIED",
                "indexingState": "INDEXING_STATE_UNSPECIFIED",
                "pageFetchState": "PAGE_FETCH_STATE_UNSPECIFIED",
            }
        else:
            result["indexStatusResult"] = self._status(pages, number)
            result["richResultsResult"] = _rich_results(pages[number])
        return {"inspectionResult": result}

    def _status(self, pages: tuple[Page, ...], number: int) -> dict[str, Any]:
        url = pages[number].url
        crawled = self._clock() - timedelta(hours=5 + crc32(url.encode()) % 200)
        status: dict[str, Any] = {
            "verdict": "PASS",
            "coverageState": "Submitted and indexed",
            "robotsTxtState": "ALLOWED",
            "indexingState": "INDEXING_ALLOWED",
            "lastCrawlTime": crawled.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "pageFetchState": "SUCCESSFUL",
            "googleCanonical": url,
            "userCanonical": url,
            "crawledAs": "MOBILE",
            "referringUrls": [pages[0].url],
        }
        if (number + 1) % _NOINDEX == 0:
            status |= {
                "verdict": "NEUTRAL",
                "coverageState": "Excluded by \u2018noindex\u2019 tag",
                "indexingState": "BLOCKED_BY_META_TAG",
            }
            del status["googleCanonical"]
        return status


def _rich_results(page: Page) -> dict[str, Any]:
    item = {"name": page.title, "issues": []}
    return {
        "verdict": "PASS",
        "detectedItems": [{"richResultType": "Product snippets", "items": [item]}],
    }
