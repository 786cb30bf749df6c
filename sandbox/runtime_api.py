"""The Lambda Runtime API on loopback: hands a function its events and takes its answers.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import time
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from queue import Empty, Queue
from typing import Any, Final

from sandbox.loopback import LoopbackServer

_BASE: Final = "/2018-06-01/runtime"
_NEXT: Final = f"{_BASE}/invocation/next"


class InvocationError(Exception):
    """The function did not answer; the text says what it, or its runtime, said instead."""


@dataclass(frozen=True, slots=True)
class _Invocation:
    id: str
    event: bytes
    deadline_ms: int


class RuntimeApi:
    """Serves one function's process, one invocation at a time.

    Parameters
    ----------
    arn
        The function's name as AWS writes it.
    """

    def __init__(self, arn: str) -> None:
        self._arn = arn
        self._asked_at: float | None = None
        self._events: Queue[_Invocation | None] = Queue()
        self._answers: Queue[tuple[str, Any]] = Queue()
        self._server = LoopbackServer(self._handler())
        self._server.start()

    @property
    def address(self) -> str:
        """The value of ``AWS_LAMBDA_RUNTIME_API``."""
        return self._server.host

    def invoke(self, event: Any, seconds: float) -> Any:
        """Hand over an event and return the answer.

        Raises
        ------
        InvocationError
            The function failed, ended, or took longer.
        """
        ends = int((time.time() + seconds) * 1000)
        self._events.put(_Invocation(str(uuid.uuid4()), json.dumps(event).encode(), ends))
        try:
            kind, answer = self._answers.get(timeout=seconds)
        except Empty:
            raise InvocationError(f"no answer within {seconds:.0f} s") from None
        if kind != "response":
            raise InvocationError(f"{kind}: {json.dumps(answer, indent=2)}")
        return answer

    @property
    def asked_at(self) -> float | None:
        """When the function asked for its first event, by `time.monotonic`: it was loaded."""
        return self._asked_at

    def ended(self, status: int) -> None:
        """Tell whoever waits for an answer that the function's process is gone."""
        self._answers.put(("the function's process ended", {"status": status}))

    def stop(self) -> None:
        """Stop to serve."""
        self._events.put(None)
        self._server.stop()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"  # the runtime client speaks nothing older

            def do_GET(self) -> None:
                if api._asked_at is None:
                    api._asked_at = time.monotonic()
                invocation = api._events.get() if self.path == _NEXT else None
                if invocation is None:  # stopping, and the function is gone
                    self.close_connection = True
                    return
                headers = {
                    "Lambda-Runtime-Aws-Request-Id": invocation.id,
                    "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
                    "Lambda-Runtime-Invoked-Function-Arn": api._arn,
                    # Without this one and a content type the client waits silently.
                    "Lambda-Runtime-Trace-Id": f"Root=1-{'0' * 8}-{'0' * 24};Sampled=0",
                }
                self._send(HTTPStatus.OK, invocation.event, headers)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                # …/invocation/ID/response, …/invocation/ID/error, …/init/error
                kind = "init error" if "/init/" in self.path else self.path.rpartition("/")[2]
                self._send(HTTPStatus.ACCEPTED, b"{}", {})
                try:
                    api._answers.put((kind, json.loads(body)))
                except ValueError:
                    api._answers.put(("not JSON", body.decode(errors="replace")))

            def _send(self, status: HTTPStatus, body: bytes, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        return Handler
