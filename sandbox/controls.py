"""The sandbox's own routes below ``/_sandbox``, for loopback only: Host and Origin are checked."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final, Protocol

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.aws import MemoryAws
from sandbox.clock import SandboxClock
from sandbox.faults import Calls, FaultKind, Faults
from sandbox.google_oauth import GoogleOAuth
from sandbox.issuer import Issuer
from sandbox.mail import Post
from sandbox.pool import PageError, UserPool
from sandbox.roles import ROLES
from sandbox.world import World
from sandbox.world_controls import GoogleAdsPage, UnknownThingError
from wpp_mcp.models import strict_json
from wpp_mcp.models.forms import read_form
from wpp_mcp.models.time import iso
from wpp_mcp.secret_store import SecretName

_MAX_COUNT: Final = 10_000
_MAX_ADVANCE: Final = 400 * 86_400


class Controlled(Protocol):
    """What the controls need of a sandbox."""

    hosts: frozenset[str]
    world: World
    faults: Faults
    calls: Calls
    clock: SandboxClock
    aws: MemoryAws
    issuer: Issuer
    pool: UserPool
    google_oauth: GoogleOAuth
    url: str
    secrets: dict[str, str]
    post: Post
    oma_heard: list[dict[str, Any]]

    def headers(self, role: str) -> dict[str, str]:
        """Return every header that a call as a role needs."""


class ControlError(Exception):
    """The control was called wrongly; the text says how it is called."""


Answer = Callable[[Request], Awaitable[Any]]


class Controls:
    """Answers the controls of one sandbox."""

    def __init__(self, box: Controlled) -> None:
        self._box = box
        self._ads_page = GoogleAdsPage(box.world, box.clock)

    def routes(self) -> list[Route]:
        """Return the routes, each behind the check of Host and Origin."""
        table: list[tuple[str, str, Answer]] = [
            ("GET", "/world", self._world),
            ("POST", "/faults", self._arm),
            ("GET", "/faults", self._waiting),
            ("DELETE", "/faults", self._disarm),
            ("POST", "/clock", self._clock),
            ("GET", "/outbox", self._outbox),
            ("GET", "/calls", self._calls),
            ("DELETE", "/calls", self._forget_calls),
            ("GET", "/headers", self._headers),
            ("GET", "/environment", self._environment),
            ("GET", "/issuer/.well-known/jwks.json", self._jwks),
            ("GET", "/issuer/oauth2/authorize", self._pool_page),
            ("POST", "/issuer/oauth2/login", self._pool_sign_in),
            ("POST", "/issuer/oauth2/token", self._pool_token),
            ("POST", "/issuer/oauth2/revoke", self._pool_revoke),
            ("GET", "/google/authorize", self._google_page),
            ("POST", "/google/consent", self._google_consent),
            ("POST", "/google/token", self._google_token),
            ("POST", "/google/revoke", self._google_revoke),
            ("POST", "/oma/{webhook}", self._oma_webhook),
            ("GET", "/oma", self._oma_heard),
            ("POST", "/google-ads/{customer}/budgets/{budget}", self._change_budget),
            ("POST", "/google-ads/{customer}/campaigns/{campaign}", self._change_campaign),
        ]
        return [
            Route(f"/_sandbox{path}", self._checked(answer), methods=[method])
            for method, path, answer in table
        ]

    async def _pool_page(self, request: Request) -> Response:
        return HTMLResponse(self._box.pool.page(request.query_params))

    async def _pool_sign_in(self, request: Request) -> Response:
        to = self._box.pool.sign_in(await _form(request))
        return RedirectResponse(to, HTTPStatus.SEE_OTHER)

    async def _pool_token(self, request: Request) -> Response:
        status, body = self._box.pool.token(await _form(request))
        return JSONResponse(body, int(status))

    async def _pool_revoke(self, request: Request) -> Response:
        status, body = self._box.pool.revoke(await _form(request))
        return JSONResponse(body, int(status))

    async def _google_page(self, request: Request) -> Response:
        return HTMLResponse(self._box.google_oauth.page(request.query_params))

    async def _google_consent(self, request: Request) -> Response:
        to = self._box.google_oauth.decide(await _form(request))
        return RedirectResponse(to, HTTPStatus.SEE_OTHER)

    async def _google_token(self, request: Request) -> Response:
        status, body = self._box.google_oauth.token(await _form(request))
        return JSONResponse(body, int(status))

    async def _google_revoke(self, request: Request) -> Response:
        status, body = self._box.google_oauth.revoke(await _form(request))
        return JSONResponse(body, int(status))

    async def _oma_webhook(self, request: Request) -> Mapping[str, Any]:
        """Take what the product tells OMA: whether it is signed is for who reads it to check."""
        headers = {n: v for n, v in request.headers.items() if n.startswith("x-wpp-mcp-")}
        body = (await request.body()).decode()
        heard = {"webhook": request.path_params["webhook"], "headers": headers, "body": body}
        self._box.oma_heard.append(heard)
        return {"received": True}

    async def _oma_heard(self, _: Request) -> Mapping[str, Any]:
        return {"heard": self._box.oma_heard}

    def _checked(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def checked(request: Request) -> Response:
            if request.headers.get("host") not in self._box.hosts:
                return JSONResponse({"error": "unknown Host"}, 421)
            origin = request.headers.get("origin")
            if origin is not None and origin.partition("://")[2] not in self._box.hosts:
                return JSONResponse({"error": "Origin not allowed"}, 403)
            try:
                body = await answer(request)
                return body if isinstance(body, Response) else JSONResponse(body)
            except UnknownThingError as error:
                return JSONResponse({"error": str(error)}, 404)
            except (ControlError, PageError, ValueError) as error:
                return JSONResponse({"error": str(error)}, 400)

        return checked

    async def _world(self, _: Request) -> Mapping[str, Any]:
        return self._box.world.describe()

    async def _arm(self, request: Request) -> Mapping[str, Any]:
        body = await _object(request)
        try:
            kind = FaultKind(str(body.get("kind")))
        except ValueError:
            kinds = ", ".join(FaultKind)
            raise ControlError(f"kind is one of {kinds}") from None
        target, count = body.get("target"), body.get("count", 1)
        if not isinstance(target, str) or target.count(":") != 1:
            raise ControlError("target is service:Operation, as google-ads:Search")
        if type(count) is not int or not 1 <= count <= _MAX_COUNT:
            raise ControlError(f"count is a whole number from 1 to {_MAX_COUNT}")
        self._box.faults.arm(target, kind, count)
        return {"waiting": self._box.faults.waiting()}

    async def _waiting(self, _: Request) -> Mapping[str, Any]:
        return {"waiting": self._box.faults.waiting()}

    async def _disarm(self, _: Request) -> Mapping[str, Any]:
        self._box.faults.clear()
        return {"waiting": {}}

    async def _clock(self, request: Request) -> Mapping[str, Any]:
        seconds = (await _object(request)).get("advance_seconds")
        if type(seconds) is not int or not 0 <= seconds <= _MAX_ADVANCE:
            raise ControlError(f"advance_seconds is a whole number from 0 to {_MAX_ADVANCE}")
        now = self._box.clock.advance(timedelta(seconds=seconds))
        await anyio.to_thread.run_sync(self._box.post.deliver)
        return {"now": iso(now)}

    async def _outbox(self, _: Request) -> Mapping[str, Any]:
        return {"mails": self._box.post.mails()}

    async def _calls(self, _: Request) -> Mapping[str, Any]:
        return {"calls": self._box.calls.snapshot()}

    async def _forget_calls(self, _: Request) -> Mapping[str, Any]:
        self._box.calls.clear()
        return {"calls": {}}

    async def _headers(self, request: Request) -> Mapping[str, Any]:
        return self._box.headers(_role(request))

    async def _environment(self, request: Request) -> Mapping[str, Any]:
        role = _role(request)
        headers = self._box.headers(role)
        return {
            "WPP_MCP_URL": self._box.url,
            "WPP_USER_ID": self._box.world.users[ROLES[role].user].email,
            "WPP_USER_TOKEN": headers["Authorization"].removeprefix("Bearer "),
            "OMA_API_KEY": headers.get("X-OMA-API-Key", ""),
            "GOOGLE_ACCESS_TOKEN": headers["X-Google-Access-Token"],
            "OMA_MCP_SHARED_SECRET": self._box.secrets[SecretName.OMA_SHARED_SECRET.value],
        }

    async def _change_budget(self, request: Request) -> Mapping[str, Any]:
        customer, budget = request.path_params["customer"], request.path_params["budget"]
        return self._ads_page.change_budget(customer, budget, await _object(request))

    async def _change_campaign(self, request: Request) -> Mapping[str, Any]:
        customer, campaign = request.path_params["customer"], request.path_params["campaign"]
        return self._ads_page.change_campaign(customer, campaign, await _object(request))

    async def _jwks(self, _: Request) -> Mapping[str, Any]:
        return self._box.issuer.jwks()


async def _form(request: Request) -> dict[str, str]:
    return read_form((await request.body()).decode())


def _role(request: Request) -> str:
    role = request.query_params.get("as", "")
    if role not in ROLES:
        raise ControlError(f"as is one of {', '.join(ROLES)}")
    return role


async def _object(request: Request) -> dict[str, Any]:
    body = strict_json.loads(await request.body() or b"{}")
    if not isinstance(body, dict):
        raise ControlError("send a JSON object")
    return body
