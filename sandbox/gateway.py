"""API Gateway's HTTP API and the edge in front of it, on loopback.

Routes come from `routes.py`. The edge writes the secret origin header and the viewer's address as
CloudFront does, over whatever the viewer sent. The answers of the gateway's own (403, 404, 413,
500, 503) are the fixed ones of AWS, because a client has to cope with them.
"""

import asyncio
import base64
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import anyio
from anyio import CapacityLimiter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from sandbox.clock import SandboxClock
from sandbox.events import HttpRequest, authorizer_event, base_event, integration_event
from sandbox.functions import Functions, FunctionTimeoutError
from wpp_mcp.access.edge import ORIGIN_HEADER
from wpp_mcp.edge.viewer import VIEWER_HEADER
from wpp_mcp.functions import Function
from wpp_mcp.routes import BY_KEY, Credentials, Route

_LOG: Final = logging.getLogger(__name__)
MAX_BODY: Final = 10 * 1024 * 1024
MAX_HEADERS: Final = 10_240
SLOW_BODY_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """How the gateway is set up.

    Parameters
    ----------
    origin_secret
        What the edge writes into the origin header.
    edge
        Off: requests come straight to the API, as one that goes round the edge would.
    """

    origin_secret: str
    edge: bool = True
    slow_body_seconds: float = SLOW_BODY_SECONDS


_NAME: Final = re.compile(r"\{(\w+)\}")


def _patterns() -> list[tuple[re.Pattern[str], Route]]:
    # As API Gateway has it: a route without a name in it goes before one with.
    routes = sorted(BY_KEY.values(), key=lambda route: route.path.count("{"))
    return [(re.compile(_NAME.sub(r"(?P<\1>[^/]+)", route.path)), route) for route in routes]


_PATTERNS: Final = _patterns()


def matched(method: str, path: str) -> tuple[Route | None, dict[str, str]]:
    """Return the route of a request, and what stands where its path has a name in braces."""
    for pattern, route in _PATTERNS:
        match = pattern.fullmatch(path)
        if match and route.method == method:
            return route, match.groupdict()
    return None, {}


class HttpGateway:
    """Turns a request into events, runs the functions, and turns the answer back."""

    def __init__(
        self, functions: Functions, settings: GatewaySettings, clock: SandboxClock
    ) -> None:
        self._functions = functions
        self._settings = settings
        self._clock = clock
        self._limiter = CapacityLimiter(200)

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        route, place = matched(request.method, request.url.path)
        if sum(len(n) + len(v) for n, v in request.headers.raw) > MAX_HEADERS:
            return _fixed(431, "Request Header Fields Too Large")
        try:
            body = await asyncio.wait_for(_body(request), self._settings.slow_body_seconds)
        except TimeoutError:
            return _fixed(408, "Request Timeout")
        except ClientDisconnect:
            return _fixed(400, "Bad Request")
        if body is None:
            return _fixed(413, "Request Entity Too Large")
        if route is None:
            return _fixed(404, "Not Found")
        viewer = request.client.host if request.client else "127.0.0.1"
        received = HttpRequest(
            method=request.method,
            path=request.url.path,
            query=request.url.query,
            headers=self._headers(request, viewer),
            body=body,
            source_ip=viewer,
            at=self._clock(),
            place=place,
        )
        return await anyio.to_thread.run_sync(self._invoke, route, received, limiter=self._limiter)

    def _headers(self, request: Request, viewer: str) -> list[tuple[str, str]]:
        headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in request.headers.raw]
        if not self._settings.edge:
            return headers
        own = {ORIGIN_HEADER: self._settings.origin_secret, VIEWER_HEADER: viewer}
        return [(n, v) for n, v in headers if n.lower() not in own] + list(own.items())

    def _invoke(self, route: Route, request: HttpRequest) -> Response:
        event = base_event(request, route.key)
        context: Mapping[str, Any] | None = None
        try:
            if route.credentials is not Credentials.NONE:
                decision = self._functions.invoke(Function.AUTHORIZER, authorizer_event(event))
                if decision.get("isAuthorized") is not True:
                    return _fixed(403, "Forbidden")
                context = decision.get("context") or {}
            answer = self._functions.invoke(
                route.function, integration_event(event, request.body, context)
            )
        except FunctionTimeoutError:
            return _fixed(503, "Service Unavailable")
        except Exception:  # noqa: BLE001 - whatever it is, the caller is told no more
            _LOG.exception("the function failed")
            return _fixed(500, "Internal Server Error")
        return _of_answer(answer)


async def _body(request: Request) -> bytes | None:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _fixed(status: int, message: str) -> Response:
    return Response(
        json.dumps({"message": message}), status_code=status, media_type="application/json"
    )


def _of_answer(answer: Mapping[str, Any]) -> Response:
    body = answer.get("body") or ""
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    headers = {str(n): str(v) for n, v in (answer.get("headers") or {}).items()}
    response = Response(content, status_code=int(answer["statusCode"]), headers=headers)
    for cookie in answer.get("cookies") or ():
        response.headers.append("Set-Cookie", str(cookie))
    return response
