"""The wrapper round every handler: what API Gateway sends in, what leaves it.

Authentication, scope, size, strict JSON, errors and headers are here once. An endpoint gets a
`Request` that has passed, and returns a `Response` or raises `WppError`. A route without this
wrapper fails the build (threats.md A17).
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Protocol

from wpp_mcp.access.authorizer import ORIGIN_HEADER
from wpp_mcp.access.context import absence_in, principal_in
from wpp_mcp.config import ConfigurationError, Settings
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.refusals import UnreadableBodyError, error_body, error_headers
from wpp_mcp.google.call import REFRESH_PREFIX
from wpp_mcp.models import strict_json
from wpp_mcp.models.caller import Principal
from wpp_mcp.models.time import Deadline
from wpp_mcp.observability import CallMetrics, Metric, logger_for
from wpp_mcp.routes import (
    BY_KEY,
    FUNCTION_TIMEOUT_SECONDS,
    MAX_BODY_BYTES,
    ROUTES,
    WORK_BUDGET_SECONDS,
    Credentials,
    Function,
    Route,
)
from wpp_mcp.runtime import Runtime
from wpp_mcp.secret_store import SecretName, SecretStore, SecretUnavailableError

GOOGLE_TOKEN_HEADER: Final = "x-google-access-token"  # noqa: S105 - a name
_RESERVE_SECONDS: Final = FUNCTION_TIMEOUT_SECONDS - WORK_BUDGET_SECONDS
_HEADERS: Final = {
    "Cache-Control": "no-store",
    # No answer is a page: nothing in it may load, run or be framed.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that has passed the wrapper.

    Parameters
    ----------
    headers
        By lower-case name.
    body, json
        The text, and what it says as strict JSON, for methods that have one.
    event, context
        As Lambda gave them, for adapters that need the whole.
    """

    route: Route
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: str
    json: Any
    correlation_id: str
    deadline: Deadline
    event: Mapping[str, Any]
    context: Any

    def principal(self) -> Principal:
        """Return the verified caller.

        Raises
        ------
        WppError
            ``UNAUTHENTICATED``.
        """
        found = principal_in(self.event)
        if found is None:
            raise WppError(ErrorCode.UNAUTHENTICATED, reason=absence_in(self.event))
        return found

    @property
    def google_token(self) -> str | None:
        """The user's Google access token, from its own header.

        Raises
        ------
        WppError
            ``INVALID_REQUEST`` for a refresh token: those do not travel in headers.
        """
        token = self.headers.get(GOOGLE_TOKEN_HEADER) or None
        if token is not None and token.startswith(REFRESH_PREFIX):
            raise WppError(
                ErrorCode.INVALID_REQUEST,
                "X-Google-Access-Token takes an access token;"
                " a refresh token goes into googleOAuthToken of POST /mcp/execute-tool",
            )
        return token


@dataclass(frozen=True, slots=True)
class Response:
    """What an endpoint answers: JSON, or text of an adapter as it is."""

    body: Mapping[str, Any] | str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Endpoint = Callable[[Request], Response]


class Denials(Protocol):
    """Records that a known caller was turned away from a route."""

    def __call__(self, request: Request, error: WppError) -> None:
        """Record it.

        Raises
        ------
        WppError
            It could not be recorded; that is answered instead.
        """


class HttpFunction:
    """One function's handler.

    Parameters
    ----------
    endpoints
        By route key; exactly the routes that `routes` gives to the function.
    denied
        Called before a known caller is answered 403 for scope.
    shape
        Turns the ``error`` object into the body, where it is not ours alone to choose.
    """

    def __init__(
        self,
        runtime: Runtime,
        function: Function,
        endpoints: Mapping[str, Endpoint],
        denied: Denials | None = None,
        shape: Callable[[WppError], Mapping[str, Any]] | None = None,
    ) -> None:
        mine = {route.key for route in ROUTES if route.function is function and not route.allow}
        if mine != set(endpoints):
            raise ConfigurationError(f"{function.value} does not serve its routes")
        self._runtime = runtime
        self._function = function
        self._settings = Settings.load(runtime.environ)
        self._secrets = SecretStore(runtime, self._settings)
        self._log = logger_for(function.value, self._settings.log_level, runtime.log)
        self._endpoints = endpoints
        self._denied = denied
        self._shape = shape or error_body

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Answer one API Gateway event (payload format 2.0)."""
        correlation_id = str(event.get("requestContext", {}).get("requestId", "unknown"))
        try:
            response = self._answer(event, context, correlation_id)
        except WppError as error:
            response = self._error(error, correlation_id)
        except Exception:  # noqa: BLE001 - one opaque error outside, the reason in the log
            self._log.exception("unexpected failure", extra={"correlation_id": correlation_id})
            response = self._error(
                WppError(ErrorCode.INTERNAL, extra={"correlationId": correlation_id}),
                correlation_id,
            )
        body = response.body if isinstance(response.body, str) else strict_json.dumps(response.body)
        headers = {"Content-Type": "application/json", **_HEADERS, **response.headers}
        return {
            "statusCode": response.status,
            "headers": headers | {"X-Correlation-Id": correlation_id},
            "body": body,
            "isBase64Encoded": False,
        }

    def _answer(self, event: Mapping[str, Any], context: Any, correlation_id: str) -> Response:
        route = BY_KEY.get(str(event.get("routeKey")))
        if route is None or route.function is not self._function:
            raise WppError(ErrorCode.NOT_FOUND)
        headers = {str(k).lower(): str(v) for k, v in (event.get("headers") or {}).items()}
        self._authenticate(route, event, headers)
        if route.allow:
            return self._not_allowed(route)
        body, json = _body(route, event)
        request = Request(
            route=route,
            headers=headers,
            query=event.get("queryStringParameters") or {},
            body=body,
            json=json,
            correlation_id=correlation_id,
            deadline=self._deadline(context),
            event=event,
            context=context,
        )
        self._check_scope(request)
        return self._endpoints[route.key](request)

    def _authenticate(
        self, route: Route, event: Mapping[str, Any], headers: Mapping[str, str]
    ) -> None:
        if route.credentials is Credentials.NONE:
            self._check_origin(headers)
            return
        principal = principal_in(event)
        if principal is None:
            raise WppError(ErrorCode.UNAUTHENTICATED, reason=absence_in(event))
        if route.credentials is Credentials.USER_AND_OMA_KEY and not principal.oma_key:
            raise WppError(ErrorCode.UNAUTHENTICATED, reason="no OMA API key")

    def _check_origin(self, headers: Mapping[str, str]) -> None:
        try:
            origin = self._secrets.get(SecretName.ORIGIN_HEADER)
        except SecretUnavailableError as error:
            raise WppError(ErrorCode.FORBIDDEN, reason=str(error)) from error
        if not origin.matches(headers.get(ORIGIN_HEADER, "")):
            raise WppError(ErrorCode.FORBIDDEN, reason="did not come through the edge")

    def _check_scope(self, request: Request) -> None:
        scopes = request.route.scopes
        if not scopes or request.principal().scopes & scopes:
            return
        needed = min(scope.value for scope in scopes)
        error = WppError(
            ErrorCode.FORBIDDEN,
            f"The token lacks the scope {needed}",
            extra={"requiredScope": needed},
        )
        if self._denied is not None:
            self._denied(request, error)
        raise error

    def _deadline(self, context: Any) -> Deadline:
        left = getattr(context, "get_remaining_time_in_millis", None)
        seconds = left() / 1000 - _RESERVE_SECONDS if left else WORK_BUDGET_SECONDS
        now = self._runtime.clock()
        return Deadline(
            self._runtime.clock, now + timedelta(seconds=min(seconds, WORK_BUDGET_SECONDS))
        )

    def _not_allowed(self, route: Route) -> Response:
        error = WppError(ErrorCode.METHOD_NOT_ALLOWED, action=f"Use {route.allow}")
        return Response(self._shape(error), error.status, {"Allow": str(route.allow)})

    def _error(self, error: WppError, correlation_id: str) -> Response:
        extra = {"code": error.code.value, "reason": error.reason, "correlation_id": correlation_id}
        if error.code is ErrorCode.UNAUTHENTICATED:
            self._log.warning("authentication failed", extra={"security": True, **extra})
            metrics = CallMetrics(
                self._runtime.emit,
                service=self._function.value,
                environment=self._settings.environment,
            )
            metrics.count(Metric.AUTH_FAILURES)
            metrics.flush()
        else:
            self._log.info("refused", extra=extra)
        headers = error_headers(error, self._settings.resource_url)
        return Response(self._shape(error), error.status, headers)


def _body(route: Route, event: Mapping[str, Any]) -> tuple[str, Any]:
    raw = event.get("body") or ""
    data = base64.b64decode(raw) if event.get("isBase64Encoded") else raw.encode()
    if len(data) > MAX_BODY_BYTES:
        raise WppError(ErrorCode.PAYLOAD_TOO_LARGE)
    if route.method != "POST":
        return "", None
    try:
        json = strict_json.loads(data)
    except strict_json.StrictJsonError as error:
        raise UnreadableBodyError(str(error)) from None
    return data.decode(), json
