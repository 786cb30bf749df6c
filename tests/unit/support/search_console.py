"""A played Search Console and Google's own client for it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import google_auth_httplib2
import httplib2
import pytest
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from sandbox.faults import Calls, Faults
from sandbox.search_console import SearchConsoleEmulator
from sandbox.world import World
from tests.unit.support.surroundings import Surroundings, unexpected
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.google.exchange import given
from wpp_mcp.google.search_console.connector import SearchConsole
from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.models.time import Deadline
from wpp_mcp.runtime import Endpoints

NOW = datetime(2026, 11, 21, 21, 30, tzinfo=UTC)
"""13:30 on the Pacific coast: the figures of the 19th are final."""
DOMAIN = "sc-domain:aster.example"
PREFIX = "https://www.aster.example/"
SOUTH = "sc-domain:dune.example"


@dataclass
class Played:
    """A running emulator and what a test needs to talk to it."""

    world: World
    faults: Faults = field(default_factory=Faults)
    calls: Calls = field(default_factory=Calls)
    endpoint: str = ""
    now: datetime = NOW

    @contextmanager
    def service(self, role: str = "practitioner", token: str | None = None) -> Iterator[Any]:
        """Google's client, without any wall of ours."""
        held = Credentials(token or self.world.google_token(role))
        http = google_auth_httplib2.AuthorizedHttp(
            held, http=httplib2.Http(timeout=10), refresh_status_codes=()
        )
        service = build(
            "searchconsole",
            "v1",
            http=http,
            static_discovery=True,
            cache_discovery=False,
            client_options={"api_endpoint": f"{self.endpoint}/"},
        )
        yield service
        service.close()

    def query(self, site: str = DOMAIN, role: str = "practitioner", **body: Any) -> dict[str, Any]:
        dates = {"startDate": "2026-10-01", "endDate": "2026-10-28"}
        with self.service(role) as service:
            asked = service.searchanalytics().query(siteUrl=site, body=dates | body)
            answer: dict[str, Any] = asked.execute(num_retries=0)
            return answer

    def rows(self, *dimensions: str, **more: Any) -> dict[tuple[str, ...], dict[str, Any]]:
        """Rows by their keys, in Google's order."""
        answer = self.query(dimensions=list(dimensions), **{"rowLimit": 25_000, **more})
        return {tuple(row.get("keys", ())): row for row in answer.get("rows", ())}

    def sums(self, **more: Any) -> tuple[int, int]:
        """Clicks and impressions without any dimension."""
        (row,) = self.rows(**more).values()
        return row["clicks"], row["impressions"]


@contextmanager
def played(world: World) -> Iterator[Played]:
    running = Played(world)
    emulator = SearchConsoleEmulator(
        world=world, clock=lambda: running.now, faults=running.faults, calls=running.calls
    )
    running.endpoint = emulator.start()
    yield running
    emulator.stop()


def refusal(act: Any) -> dict[str, Any]:
    """Return status and Google's first error of a refused call."""
    with pytest.raises(HttpError) as caught:
        act()
    error = json.loads(caught.value.content)["error"]
    assert error["code"] == caught.value.status_code
    return {**error["errors"][0], "code": error["code"], "status": error["status"]}


def google_call(
    around: Surroundings,
    endpoint: str,
    *,
    token: str | None = "sandbox-google-token-practitioner",
    seconds: float = 25,
) -> GoogleCall:
    """One call's way to the played Search Console."""
    return GoogleCall(
        tokens=given(token, unexpected),
        developer_token=lambda: "",
        endpoints=Endpoints(search_console=endpoint),
        deadline=Deadline(around.clock, around.clock() + timedelta(seconds=seconds)),
        chance=around.chance,
        sleep=around.sleep,
    )


def connector(
    around: Surroundings, endpoint: str, *, site: str = DOMAIN, **how: Any
) -> SearchConsole:
    """The connector as the gateway makes it."""
    call = google_call(around, endpoint, **how)
    return SearchConsole(call, AccountRef(Api.SEARCH_CONSOLE, site))


@dataclass
class Scripted:
    """A server that gives each request the next of its answers, the last one for ever."""

    endpoint: str = ""
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def next(self) -> tuple[int, dict[str, str], bytes]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def scripted() -> Iterator[Scripted]:
    script = Scripted()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            script.requests.append((self.command, self.path, headers))
            status, extra, content = script.next()
            self.send_response(status)
            for name, value in {**extra, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_PUT = do_DELETE = do_GET  # noqa: N815  (names that the base class calls)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    script.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    yield script
    server.shutdown()
    thread.join()
    server.server_close()
