"""The Search Console API on a port of loopback."""

import select
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import unquote

from sandbox.faults import Calls, FaultKind, Faults
from sandbox.search_console import discovery
from sandbox.search_console.analytics import SearchAnalytics
from sandbox.search_console.discovery import Asked, Method
from sandbox.search_console.failures import (
    Refusal,
    bad_token,
    forbidden,
    quota_exceeded,
    too_many_requests,
    unavailable,
)
from sandbox.search_console.inspection import Inspection
from sandbox.search_console.sitemaps import Sitemaps
from sandbox.search_console.sites import (
    check_can_write,
    permission,
    signed_in,
    visible_site,
    visible_sites,
)
from sandbox.world import Client, World
from wpp_mcp.models import strict_json

_LONGEST_SILENCE: Final = 30.0
_STEP: Final = 0.05
_LARGEST_BODY: Final = 1024 * 1024

Answer = Callable[[str, Asked], dict[str, Any]]
"""From the user's e-mail address and what is asked to Google's answer."""


class SearchConsoleEmulator:
    """Plays the Search Console API.

    Parameters
    ----------
    world
        What there is.
    clock
        Aware UTC; the API's "today" follows from it.
    faults, calls
        Faults to order and the count of calls. Targets are ``search-console:`` and a method's id
        without its first word, as ``search-console:searchanalytics.query``.

    Notes
    -----
    What changes the list of properties is UNIMPLEMENTED.
    """

    def __init__(
        self, *, world: World, clock: Callable[[], datetime], faults: Faults, calls: Calls
    ) -> None:
        self._world = world
        self._faults = faults
        self._calls = calls
        self._analytics = SearchAnalytics(world, clock)
        self._sitemaps = Sitemaps(world, clock)
        self._inspection = Inspection(world, clock)
        self._stopping = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self._answers: Mapping[str, Answer] = {
            "webmasters.sites.list": self._list_sites,
            "webmasters.sites.get": self._get_site,
            "webmasters.searchanalytics.query": self._query,
            "webmasters.sitemaps.list": self._list_sitemaps,
            "webmasters.sitemaps.get": self._get_sitemap,
            "webmasters.sitemaps.submit": self._submit_sitemap,
            "webmasters.sitemaps.delete": self._delete_sitemap,
            "searchconsole.urlInspection.index.inspect": self._inspect,
        }

    def start(self) -> str:
        """Start to listen, and return the endpoint, ``http://127.0.0.1:PORT``."""
        self._stopping.clear()
        emulator = self

        class Handler(_Handler):
            def answered(self, body: bytes) -> tuple[int, Mapping[str, str], bytes] | None:
                return emulator.answer(self, body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_STEP,), name="search-console"
        )
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        """End all calls and stop to listen."""
        self._stopping.set()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None

    def answer(
        self, handler: "_Handler", body: bytes
    ) -> tuple[int, Mapping[str, str], bytes] | None:
        """Return status, headers and body; none for a call that was left without an answer."""
        try:
            method, site_url, asked = _understood(handler, body)
            last = self._begin(method, site_url, handler)
            if last is FaultKind.TIMEOUT:
                return None
            answer = self._answered(method, asked, handler.headers.get("Authorization"))
        except Refusal as refusal:
            return refusal.code, dict(refusal.headers), refusal.body()
        if last is FaultKind.TIMEOUT_AFTER_APPLY:
            self._hold(handler.connection)
            return None
        return (200, {}, strict_json.dumps(answer).encode()) if method.answers else (204, {}, b"")

    def _answered(
        self, method: Method, asked: Callable[[], Asked], authorization: str | None
    ) -> dict[str, Any]:
        email = signed_in(self._world, authorization, method.scopes)
        played = self._answers.get(method.method_id)
        if played is None:
            raise Refusal(501, "notImplemented", f"{method.method_id} is not played.")
        return played(email, asked())

    def _begin(self, method: Method, site_url: str, handler: "_Handler") -> FaultKind | None:
        """Count the call and let an ordered fault happen; return what is left to do at the end."""
        target = f"search-console:{method.target}"
        self._calls.count(target)
        fault = self._faults.take(target)
        if fault is FaultKind.UNAVAILABLE:
            raise unavailable()
        if fault is FaultKind.DENIED:
            raise forbidden(site_url)
        if fault is FaultKind.AUTH_EXPIRED:
            raise bad_token(expired=True)
        if fault is FaultKind.THROTTLED:
            raise quota_exceeded() if method.target.endswith(".query") else too_many_requests()
        if fault is FaultKind.TIMEOUT:
            self._hold(handler.connection)
        return fault

    def _hold(self, connection: socket.socket) -> None:
        """Hold the call until its caller gives up, or Google does."""
        until = time.monotonic() + self._faults.held_seconds
        while time.monotonic() < until and not self._stopping.is_set():
            if select.select([connection], [], [], _STEP)[0]:
                return  # nothing more was to come but the end of the connection

    def _list_sites(self, email: str, _: Asked) -> dict[str, Any]:
        level = permission(self._world, email)
        sites = [
            {"siteUrl": site, "permissionLevel": level}
            for site in visible_sites(self._world, email)
        ]
        return {"siteEntry": sites} if sites else {}

    def _get_site(self, email: str, asked: Asked) -> dict[str, Any]:
        site_url = asked.parameters["siteUrl"]
        visible_site(self._world, email, site_url)
        return {"siteUrl": site_url, "permissionLevel": permission(self._world, email)}

    def _query(self, email: str, asked: Asked) -> dict[str, Any]:
        site_url = asked.parameters["siteUrl"]
        client = visible_site(self._world, email, site_url)
        return self._analytics.query(client, site_url, asked.body)

    def _list_sitemaps(self, email: str, asked: Asked) -> dict[str, Any]:
        site_url = asked.parameters["siteUrl"]
        client = visible_site(self._world, email, site_url)
        return self._sitemaps.list(client, site_url, asked.parameters.get("sitemapIndex"))

    def _get_sitemap(self, email: str, asked: Asked) -> dict[str, Any]:
        site_url = asked.parameters["siteUrl"]
        client = visible_site(self._world, email, site_url)
        return self._sitemaps.get(client, site_url, asked.parameters["feedpath"])

    def _submit_sitemap(self, email: str, asked: Asked) -> dict[str, Any]:
        self._sitemaps.submit(*self._written(email, asked), asked.parameters["feedpath"])
        return {}

    def _delete_sitemap(self, email: str, asked: Asked) -> dict[str, Any]:
        self._sitemaps.delete(*self._written(email, asked), asked.parameters["feedpath"])
        return {}

    def _written(self, email: str, asked: Asked) -> tuple[Client, str]:
        site_url = asked.parameters["siteUrl"]
        client = visible_site(self._world, email, site_url)
        check_can_write(self._world, email, site_url)
        return client, site_url

    def _inspect(self, email: str, asked: Asked) -> dict[str, Any]:
        return self._inspection.inspect(email, asked.body)


def _understood(handler: "_Handler", body: bytes) -> tuple[Method, str, Callable[[], Asked]]:
    path, _, query = handler.path.partition("?")
    found = discovery.find(handler.command, path)
    if found is None:
        raise Refusal(404, "notFound", "Not Found")
    method, parameters = found
    site_url = unquote(parameters.get("siteUrl", ""))
    return method, site_url, lambda: discovery.checked(method, parameters, query, body)


class _Handler(BaseHTTPRequestHandler, ABC):
    """One request and one answer per connection."""

    server_version = "ESF"
    sys_version = ""
    timeout = _LONGEST_SILENCE

    @abstractmethod
    def answered(self, body: bytes) -> tuple[int, Mapping[str, str], bytes] | None:
        """Return status, headers and body."""

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        answer = self.answered(self.rfile.read(min(length, _LARGEST_BODY)))
        if answer is None:
            return
        status, headers, content = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815  (names that the base class calls)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (of the base class)
        """Write nothing."""
