"""A small HTTP server on this machine that answers as a test wrote down, and keeps what it saw."""

import queue
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer: a page if nothing else is said."""

    body: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that came in; ``fields`` are those of its query and of its form."""

    method: str
    path: str
    fields: dict[str, str]
    cookies: str


class Loopback:
    """Another origin for each server: ``url`` by its number, ``named`` as another site."""

    def __init__(
        self, answers: Mapping[tuple[str, str], Answer] | None = None, *, port: int = 0
    ) -> None:
        self.answers: dict[tuple[str, str], Answer] = dict(answers or {})
        self.seen: list[Seen] = []
        self._unread: queue.Queue[Seen] = queue.Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        bound = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{bound}"
        self.named = f"http://localhost:{bound}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def next(self, path: str, limit: float = 10.0) -> Seen:
        """Wait for the next request of a path, in seconds; those of others are passed over."""
        while (seen := self._unread.get(timeout=limit)).path != path:
            pass
        return seen

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answers, seen, unread = self.answers, self.seen, self._unread

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                address = urlsplit(self.path)
                length = int(self.headers.get("Content-Length", 0))
                form = self.rfile.read(length).decode()
                fields = dict(parse_qsl(address.query) + parse_qsl(form))
                cookies = self.headers.get("Cookie", "")
                seen.append(Seen(self.command, address.path, fields, cookies))
                unread.put(seen[-1])
                answer = answers.get((self.command, address.path), Answer(status=404))
                self.send_response(answer.status)
                body = answer.body.encode()
                standard = {"Content-Type": "text/html; charset=utf-8", "Connection": "close"}
                for name, value in {**standard, **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer  # noqa: N815 (the names that the server looks for)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        return Handler
