"""Every route of the HTTP API: the one definition for stacks, wrapper and tests.

A route that is not here does not exist; a test walks this table and proves that each one runs
behind the wrapper (threats.md A17).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from wpp_mcp.functions import Function
from wpp_mcp.models.caller import Channel, Role, Scope


class Credentials(StrEnum):
    """What a caller must bring beside having come through the edge.

    "user" is a bearer token. A console session is a cookie, which a browser sends by itself: it
    counts only where a route names it.
    """

    NONE = "none"
    USER = "user"
    USER_AND_OMA_KEY = "user and OMA key"
    OMA_KEY_OR_SESSION = "user and OMA key, or console session"
    USER_OR_SESSION = "user, or console session"
    OMA_CLIENT = "user of OMA's client, and OMA key"
    OMA_CLIENT_OR_SESSION = "user of OMA's client and OMA key, or console session"
    SESSION = "console session"


PERSONS: Final = frozenset({Credentials.OMA_CLIENT, Credentials.OMA_CLIENT_OR_SESSION})
"""Where OMA vouches that a person acts: its key alone, with the token of another client, is not
enough."""


class Body(StrEnum):
    """How the body of a request is read."""

    NONE = "none"
    JSON = "JSON"
    FORM = "form"


EVERY_ROLE: Final = frozenset(Role)
TOOL_ROLES: Final = frozenset({Role.PRACTITIONER, Role.MANAGER, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Route:
    """One method and path.

    Parameters
    ----------
    path
        A part in braces is any one part of an address: ``/operations/{operationId}``.
    scopes
        Any one of these in the token; empty where no token is needed, and for a console session,
        whose client has every scope. What a tool itself needs is checked again when it is called.
    roles
        Any one of these in the directory.
    allow
        Where set, the route answers 405 and names these methods.
    public_cors
        Readable from any origin (metadata, the token endpoint), not only OMA's.
    body
        How the body is read; JSON where a POST says nothing else.
    page
        Answers a person's browser: errors are pages too.
    """

    method: str
    path: str
    function: Function
    credentials: Credentials
    scopes: frozenset[Scope] = frozenset()
    roles: frozenset[Role] = field(default=EVERY_ROLE)
    channel: Channel = Channel.NONE
    allow: str | None = None
    public_cors: bool = False
    body: Body = Body.NONE
    page: bool = False

    @property
    def key(self) -> str:
        """The ``routeKey`` of API Gateway, for example ``POST /mcp``."""
        return f"{self.method} {self.path}"


_TOOL_SCOPES: Final = frozenset({Scope.TOOLS_READ, Scope.TOOLS_WRITE})


def _mcp(method: str, allow: str | None = None) -> Route:
    return Route(
        method,
        "/mcp",
        Function.MCP_ENDPOINT,
        Credentials.USER,
        scopes=_TOOL_SCOPES,
        roles=TOOL_ROLES,
        channel=Channel.AGENT,
        allow=allow,
        body=Body.JSON if method == "POST" else Body.NONE,
    )


def _open(path: str, function: Function, *, public_cors: bool = False) -> Route:
    return Route("GET", path, function, Credentials.NONE, public_cors=public_cors)


_DECIDING: Final = frozenset({Scope.TOOLS_WRITE, Scope.ACCESS_MANAGE})


def _operations(method: str, path: str) -> Route:
    return Route(
        method,
        path,
        Function.OPERATIONS,
        Credentials.USER_OR_SESSION,
        scopes=_TOOL_SCOPES,
        roles=TOOL_ROLES,
    )


def _policies(method: str) -> Route:
    return Route(
        method,
        "/policies",
        Function.OPERATIONS,
        Credentials.OMA_CLIENT_OR_SESSION,
        scopes=frozenset({Scope.ACCESS_MANAGE}),
        roles=frozenset({Role.ADMIN}),
        channel=Channel.PERSON,
        body=Body.NONE if method == "GET" else Body.JSON,
    )


def _sign_in(method: str, path: str, *, page: bool) -> Route:
    return Route(
        method,
        path,
        Function.SIGN_IN,
        Credentials.NONE,
        # Clients in a browser call what is no page.
        public_cors=not page,
        body=Body.FORM if method == "POST" else Body.NONE,
        page=page,
    )


CONNECT_PATH: Final = "/console/google/connect"
"""The page on which a person connects Google."""


OPERATION_PAGE: Final = "/console/operations/{operationId}"
"""The page on which a person sees one operation and decides on it."""


def _console(method: str, path: str, credentials: Credentials = Credentials.SESSION) -> Route:
    return Route(
        method,
        path,
        Function.CONSOLE,
        credentials,
        channel=Channel.PERSON,
        body=Body.FORM if method == "POST" else Body.NONE,
        page=True,
    )


ROUTES: Final[tuple[Route, ...]] = (
    _mcp("POST"),
    _mcp("GET", allow="POST"),
    _mcp("DELETE", allow="POST"),
    Route(
        "POST",
        "/mcp/execute-tool",
        Function.EXECUTE_TOOL,
        Credentials.USER_AND_OMA_KEY,
        scopes=_TOOL_SCOPES,
        roles=TOOL_ROLES,
        channel=Channel.AGENT,
        body=Body.JSON,
    ),
    Route(
        "GET",
        "/mcp/tools/list",
        Function.LIST_TOOLS,
        Credentials.OMA_KEY_OR_SESSION,
        scopes=_TOOL_SCOPES,
        roles=TOOL_ROLES,
        channel=Channel.AGENT,
    ),
    Route(
        "GET",
        "/mcp/audit-logs",
        Function.AUDIT_LOGS,
        Credentials.OMA_KEY_OR_SESSION,
        scopes=frozenset({Scope.AUDIT_READ}),
        channel=Channel.PERSON,
    ),
    Route(
        "POST",
        "/mcp/confirm-operation",
        Function.CONFIRM_OPERATION,
        Credentials.OMA_CLIENT,
        scopes=frozenset({Scope.TOOLS_WRITE}),
        roles=TOOL_ROLES,
        channel=Channel.PERSON,
        body=Body.JSON,
    ),
    _operations("GET", "/operations"),
    _operations("GET", "/operations/{operationId}"),
    Route(
        "POST",
        "/operations/{operationId}/decision",
        Function.OPERATIONS,
        Credentials.OMA_CLIENT_OR_SESSION,
        scopes=_DECIDING,
        roles=TOOL_ROLES,
        channel=Channel.PERSON,
        body=Body.JSON,
    ),
    Route(
        "POST",
        "/operations/{operationId}/settlement",
        Function.OPERATIONS,
        Credentials.OMA_CLIENT_OR_SESSION,
        scopes=frozenset({Scope.ACCESS_MANAGE}),
        roles=TOOL_ROLES,
        channel=Channel.PERSON,
        body=Body.JSON,
    ),
    _policies("GET"),
    _policies("PUT"),
    _open("/health", Function.HEALTH),
    _open("/mcp/health", Function.HEALTH),
    _open("/.well-known/oauth-protected-resource", Function.OAUTH_METADATA, public_cors=True),
    _open("/.well-known/oauth-protected-resource/mcp", Function.OAUTH_METADATA, public_cors=True),
    _open("/.well-known/oauth-authorization-server", Function.OAUTH_METADATA, public_cors=True),
    _sign_in("GET", "/oauth/authorize", page=True),
    _sign_in("POST", "/oauth/consent", page=True),
    _sign_in("GET", "/oauth/callback", page=True),
    _sign_in("POST", "/oauth/token", page=False),
    _sign_in("POST", "/oauth/revoke", page=False),
    _console("GET", "/console/sign-in", Credentials.NONE),
    _console("GET", "/console/callback", Credentials.NONE),
    _console("POST", "/console/sign-out"),
    _console("GET", CONNECT_PATH),
    _console("POST", CONNECT_PATH),
    _console("GET", "/console/google/callback"),
    _console("POST", "/console/google/disconnect"),
    _console("GET", OPERATION_PAGE),
    _console("POST", OPERATION_PAGE),
)

PREFLIGHT: Final = "OPTIONS"
"""The method with which a browser asks before it lets a page of another origin call."""


def _preflights() -> tuple[Route, ...]:
    public = {route.path: route.public_cors for route in ROUTES}
    return tuple(
        Route(PREFLIGHT, path, Function.OAUTH_METADATA, Credentials.NONE, public_cors=everybody)
        for path, everybody in public.items()
    )


PREFLIGHTS: Final[tuple[Route, ...]] = _preflights()
"""One for each path. The smallest function answers them all: nothing of the route's own is run."""

BY_KEY: Final[Mapping[str, Route]] = {route.key: route for route in (*ROUTES, *PREFLIGHTS)}

CORS_HEADERS: Final = (
    "Authorization",
    "Content-Type",
    "X-OMA-API-Key",
    "X-Google-Access-Token",
    "X-MCP-Toolsets",
    "MCP-Protocol-Version",
    "Mcp-Method",
    "Mcp-Name",
    "Mcp-Session-Id",
)
CORS_EXPOSED: Final = ("WWW-Authenticate", "Retry-After", "Mcp-Session-Id")
CORS_METHODS: Final = tuple(sorted({route.method for route in ROUTES}))
CORS_MAX_AGE_SECONDS: Final = 3600

MAX_BODY_BYTES: Final = 1_000_000
FUNCTION_TIMEOUT_SECONDS: Final = 28
WORK_BUDGET_SECONDS: Final = 25
