"""A proxy that signs the conformance suite in: the suite itself cannot send credentials."""

import threading
from datetime import timedelta
from typing import Final, Self

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.box import Sandbox

ROLE: Final = "agent"
_ADDED: Final = ("Authorization", "X-Google-Access-Token")
_OF_A_HOP: Final = frozenset({"connection", "content-length", "transfer-encoding"})
_START_SECONDS: Final = 20.0


class SigningProxy:
    """Forwards to a sandbox. Use it as a context manager.

    It adds what a signed-in caller sends, and gives its own name in Host and Origin as the
    sandbox's. Every other Host and Origin goes on as it came, so that attempts at DNS rebinding
    reach the server. The sandbox's clock moves a second with each request: the suite is quicker
    than the limit of calls per second allows, and is not about it.
    """

    def __init__(self, box: Sandbox) -> None:
        self._box = box
        self._client = httpx2.AsyncClient(timeout=60)
        routes = [Route("/{path:path}", self._forward, methods=["GET", "POST", "DELETE"])]
        config = uvicorn.Config(Starlette(routes=routes), port=0, log_config=None, lifespan="off")
        self._socket = config.bind_socket()
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/mcp"
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="proxy"
        )

    async def _forward(self, request: Request) -> Response:
        self._box.clock.advance(timedelta(seconds=1))
        query = f"?{request.url.query}" if request.url.query else ""
        answer = await self._client.request(
            request.method,
            f"{self._box.url}{request.url.path}{query}",
            headers=self._headers(request),
            content=await request.body(),
        )
        kept = {n: v for n, v in answer.headers.items() if n.lower() not in _OF_A_HOP}
        return Response(answer.content, answer.status_code, kept)

    def _headers(self, request: Request) -> list[tuple[str, str]]:
        headers = [
            (name.decode("latin-1"), self._renamed(name.decode("latin-1"), value.decode("latin-1")))
            for name, value in request.headers.raw
            if name.decode("latin-1") not in _OF_A_HOP
        ]
        signed_in = self._box.headers(ROLE)
        return headers + [(n, signed_in[n]) for n in _ADDED if n not in request.headers]

    def _renamed(self, name: str, value: str) -> str:
        for host in ("127.0.0.1", "localhost"):
            mine, theirs = f"{host}:{self.port}", f"{host}:{self._box.port}"
            if (name, value) == ("host", mine):
                return theirs
            if (name, value) == ("origin", f"http://{mine}"):
                return f"http://{theirs}"
        return value

    def __enter__(self) -> Self:
        self._thread.start()
        waited = threading.Event()
        for _ in range(int(_START_SECONDS / 0.01)):
            if self._server.started:
                return self
            waited.wait(0.01)
        raise RuntimeError("the proxy did not come up")

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()
