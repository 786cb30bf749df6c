"""sitemaps.list, get, submit and delete: what was submitted for a property."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from sandbox.search_console.failures import Refusal, wrong_parameter
from sandbox.search_console.sites import belongs
from sandbox.world import Client, World
from sandbox.world.searches import pages_of

_SUBMITTED_BEFORE: Final = timedelta(days=120)
_ANCIENT: Final = timedelta(days=400)


class Sitemaps:
    """The sitemaps of the world's clients."""

    def __init__(self, world: World, clock: Callable[[], datetime]) -> None:
        self._world = world
        self._clock = clock

    def list(self, client: Client, site_url: str, index: str | None) -> dict[str, Any]:
        """Return what was submitted, or what a sitemap index of it names."""
        found = [one for one in self._of(client, index) if belongs(site_url, one["path"])]
        return {"sitemap": found} if found else {}

    def get(self, client: Client, site_url: str, path: str) -> dict[str, Any]:
        """Return one sitemap.

        Raises
        ------
        Refusal
            404 for one that is not known.
        """
        for one in self._all(client):
            if one["path"] == path and belongs(site_url, path):
                return one
        raise _unknown(site_url, path)

    def submit(self, client: Client, site_url: str, path: str) -> None:
        """Take a sitemap in; it is pending, for nobody has read it yet.

        Raises
        ------
        Refusal
            400 for what is no address, or lies outside the property.
        """
        if urlsplit(path).scheme not in {"http", "https"} or not belongs(site_url, path):
            raise wrong_parameter(
                "feedpath", f"'{path}' is not the address of a sitemap within '{site_url}'."
            )
        with self._world.lock:
            self._world.sitemaps.submit(client.client_id, path, self._clock())

    def delete(self, client: Client, site_url: str, path: str) -> None:
        """Forget a sitemap that was submitted; one that only an index names was not.

        Raises
        ------
        Refusal
            404 for one that is not there.
        """
        with self._world.lock:
            listed = [one["path"] for one in self._of(client, None)]
            if path not in listed or not belongs(site_url, path):
                raise _unknown(site_url, path)
            self._world.sitemaps.delete(client.client_id, path)

    def _all(self, client: Client) -> Iterator[dict[str, Any]]:
        yield from self._of(client, None)
        yield from self._of(client, f"https://www.{client.domain}/sitemap.xml")

    def _of(self, client: Client, index: str | None) -> Iterator[dict[str, Any]]:
        with self._world.lock:
            submitted = self._world.sitemaps.submitted(client.client_id)
            gone = self._world.sitemaps.deleted(client.client_id)
        if index in gone:
            return
        for one in self._of_old(client, index):
            at = submitted.pop(one["path"], None)
            if at is not None:
                yield one | {"lastSubmitted": _moment(at), "isPending": True}
            elif one["path"] not in gone:
                yield one
        for path, at in submitted.items() if index is None else ():
            yield {
                "path": path,
                "lastSubmitted": _moment(at),
                "isPending": True,
                "isSitemapsIndex": False,
                "type": "sitemap",
                "warnings": "0",
                "errors": "0",
            }

    def _of_old(self, client: Client, index: str | None) -> Iterator[dict[str, Any]]:
        site, pages = f"https://www.{client.domain}", len(pages_of(client))
        if index is None:
            yield self._sitemap(f"{site}/sitemap.xml", "sitemap", index=True, urls=pages * 40)
            yield self._sitemap(
                f"https://blog.{client.domain}/feed.xml", "rssFeed", urls=pages, warnings=2
            )
            yield self._sitemap(f"{site}/old-sitemap.xml", "sitemap", urls=0, errors=1, old=True)
        elif index == f"{site}/sitemap.xml":
            yield self._sitemap(f"{site}/sitemap-pages.xml", "sitemap", urls=pages * 30)
            yield self._sitemap(f"{site}/sitemap-products.xml", "sitemap", urls=pages * 10)

    def _sitemap(
        self,
        path: str,
        kind: str,
        *,
        urls: int,
        index: bool = False,
        errors: int = 0,
        warnings: int = 0,
        old: bool = False,
    ) -> dict[str, Any]:
        read = self._clock() - (_ANCIENT if old else timedelta(hours=9))
        submitted = self._world.start - _SUBMITTED_BEFORE - (_ANCIENT if old else timedelta())
        one: dict[str, Any] = {
            "path": path,
            "lastSubmitted": _moment(submitted),
            "isPending": False,
            "isSitemapsIndex": index,
            "type": kind,
            "lastDownloaded": _moment(read),
            "warnings": str(warnings),
            "errors": str(errors),
        }
        if urls:
            one["contents"] = [{"type": "web", "submitted": str(urls), "indexed": "0"}]
        return one


def _unknown(site_url: str, path: str) -> Refusal:
    return Refusal(404, "notFound", f"'{path}' is not a sitemap of '{site_url}'.")


def _moment(at: datetime) -> str:
    return at.replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%S.000Z")
