"""The wrapper round every handler: what API Gateway sends in, what leaves it.

Authentication, scope, size, strict JSON, errors and headers are here once. An endpoint gets a
`Request` that has passed, and returns a `Response` or raises `WppError`. A route without this
wrapper fails the build (threats.md A17).
"""

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, NoReturn

from wpp_mcp.access.context import absence_in, principal_in
from wpp_mcp.access.edge import Edge
from wpp_mcp.config import ConfigurationError, PublicSettings
from wpp_mcp.edge.failures import SECURITY_MESSAGE
from wpp_mcp.edge.viewer import viewer_address
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.functions import Function
from wpp_mcp.gateway.cors import cors_headers
from wpp_mcp.gateway.messages import Denials, Endpoint, Errors, Request, Response
from wpp_mcp.gateway.refusals import (
    ScopeLackedError,
    UnreadableBodyError,
    error_body,
    error_headers,
)
from wpp_mcp.models import strict_json
from wpp_mcp.models.caller import ClientKind, Principal
from wpp_mcp.models.cookies import read_cookies
from wpp_mcp.models.forms import FormError, read_form
from wpp_mcp.models.time import Deadline
from wpp_mcp.observability import CallMetrics, logger_for
from wpp_mcp.routes import (
    BY_KEY,
    FUNCTION_TIMEOUT_SECONDS,
    MAX_BODY_BYTES,
    PERSONS,
    PREFLIGHT,
    ROUTES,
    WORK_BUDGET_SECONDS,
    Body,
    Credentials,
    Route,
)
from wpp_mcp.runtime import Runtime
from wpp_mcp.secret_store import SecretStore, SecretUnavailableError

_RESERVE_SECONDS: Final = FUNCTION_TIMEOUT_SECONDS - WORK_BUDGET_SECONDS
_NO_CONTENT: Final = 204
_HEADERS: Final = {
    "Cache-Control": "no-store",
    # No answer is a page: nothing in it may load, run or be framed.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


class HttpFunction:
    """One function's handler.

    Parameters
    ----------
    endpoints
        By route key; exactly the routes that `routes` gives to the function.
    denied
        Called before a known caller is answered 403 for scope.
    errors
        How an error is said, where JSON of ours is not what the client reads.
    """

    def __init__(
        self,
        runtime: Runtime,
        function: Function,
        endpoints: Mapping[str, Endpoint],
        denied: Denials | None = None,
        errors: Errors | None = None,
    ) -> None:
        mine = {route.key for route in ROUTES if route.function is function and not route.allow}
        if mine != set(endpoints):
            raise ConfigurationError(f"{function.value} does not serve its routes")
        self._runtime = runtime
        self._function = function
        self._settings = PublicSettings.load(runtime.environ)
        self._edge = Edge(self._settings, SecretStore(runtime, self._settings))
        self._log = logger_for(function.value, self._settings.log_level, runtime.log)
        self._endpoints = endpoints
        self._denied = denied
        self._errors = errors or plain_error

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Answer one API Gateway event (payload format 2.0)."""
        correlation_id = str(event.get("requestContext", {}).get("requestId", "unknown"))
        try:
            response = self._answer(event, context, correlation_id)
        except WppError as error:
            response = self._error(error, event, correlation_id)
        except Exception:  # noqa: BLE001 - one opaque error outside, the reason in the log
            self._log.exception("unexpected failure", extra={"correlation_id": correlation_id})
            failure = WppError(ErrorCode.INTERNAL, extra={"correlationId": correlation_id})
            response = self._error(failure, event, correlation_id)
        return _answer_of(response, self._cors(event), correlation_id)

    def _cors(self, event: Mapping[str, Any]) -> dict[str, str]:
        route = BY_KEY.get(str(event.get("routeKey")))
        origin = _headers_of(event).get("origin")
        return cors_headers(route, origin, self._settings.allowed_origins)

    def _answer(self, event: Mapping[str, Any], context: Any, correlation_id: str) -> Response:
        route = BY_KEY.get(str(event.get("routeKey")))
        if route is None or route.function is not self._function:
            raise WppError(ErrorCode.NOT_FOUND)
        headers = _headers_of(event)
        self._authenticate(route, event, headers)
        if route.method == PREFLIGHT:
            return Response("", _NO_CONTENT)
        if route.allow:
            return self._not_allowed(route)
        data = _body(event)
        json = _json(data) if route.body is Body.JSON else None
        request = Request(
            route=route,
            headers=headers,
            query=event.get("queryStringParameters") or {},
            cookies=read_cookies(event),
            body=data.decode() if route.body is Body.JSON else "",
            json=json,
            form=_form(data) if route.body is Body.FORM else {},
            correlation_id=correlation_id,
            deadline=self._deadline(context),
            event=event,
            context=context,
        )
        self._check_client(request)
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
        lacking = _lacking(route.credentials, principal)
        if lacking:
            raise WppError(ErrorCode.UNAUTHENTICATED, reason=lacking)

    def _check_origin(self, headers: Mapping[str, str]) -> None:
        try:
            passed = self._edge.passed(headers)
        except SecretUnavailableError as error:
            raise WppError(ErrorCode.FORBIDDEN, reason=str(error)) from error
        if not passed:
            raise WppError(ErrorCode.FORBIDDEN, reason="did not come through the edge")

    def _check_client(self, request: Request) -> None:
        if request.route.credentials not in PERSONS:
            return
        principal = request.principal()
        if principal.session or principal.client_kind is ClientKind.OMA:
            return
        self._deny(request, WppError(ErrorCode.FORBIDDEN, "A person decides here, in OMA"))

    def _check_scope(self, request: Request) -> None:
        scopes = request.route.scopes
        if not scopes or request.principal().scopes & scopes:
            return
        self._deny(request, ScopeLackedError(min(scopes), request.principal().scopes))

    def _deny(self, request: Request, error: WppError) -> NoReturn:
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
        answer = self._errors(error, route, route.path)
        return replace(answer, headers={**answer.headers, "Allow": str(route.allow)})

    def _error(self, error: WppError, event: Mapping[str, Any], correlation_id: str) -> Response:
        extra = {"code": error.code.value, "reason": error.reason, "correlation_id": correlation_id}
        if error.code is ErrorCode.UNAUTHENTICATED:
            # Whoever gets here came through the edge, so the address is the edge's word.
            address = viewer_address(_headers_of(event))
            known = {} if address is None else {"address": address}
            self._log.warning(SECURITY_MESSAGE, extra={"security": True, **extra, **known})
        else:
            self._log.info("refused", extra=extra)
        route = BY_KEY.get(str(event.get("routeKey")))
        if not error.counted:
            self._count(error, route, correlation_id)
        answer = self._errors(error, route, str(event.get("rawPath", "")))
        headers = error_headers(error, self._settings.resource_url)
        return replace(answer, headers={**headers, **answer.headers})

    def _count(self, error: WppError, route: Route | None, correlation_id: str) -> None:
        metrics = CallMetrics(
            self._runtime.emit,
            function=self._function.value,
            environment=self._settings.environment,
            tool=route.key if route else "none",
        )
        metrics.error(error.code)
        metrics.note("correlationId", correlation_id)
        metrics.flush()


def plain_error(error: WppError, _: Route | None, __: str) -> Response:
    """Say an error as JSON of ours (product.md §3)."""
    return Response(error_body(error), error.status)


def _headers_of(event: Mapping[str, Any]) -> dict[str, str]:
    return {str(k).lower(): str(v) for k, v in (event.get("headers") or {}).items()}


def _answer_of(response: Response, cors: Mapping[str, str], correlation_id: str) -> dict[str, Any]:
    body = response.body if isinstance(response.body, str) else strict_json.dumps(response.body)
    headers = {"Content-Type": "application/json", **_HEADERS, **response.headers}
    answer: dict[str, Any] = {
        "statusCode": response.status,
        "headers": {**headers, **cors, "X-Correlation-Id": correlation_id},
        "body": body,
        "isBase64Encoded": False,
    }
    return answer | ({"cookies": list(response.cookies)} if response.cookies else {})


_SESSION_TOO: Final = frozenset(
    {
        Credentials.OMA_KEY_OR_SESSION,
        Credentials.OMA_CLIENT_OR_SESSION,
        Credentials.USER_OR_SESSION,
    }
)
_WITH_KEY: Final = frozenset(
    {Credentials.USER_AND_OMA_KEY, Credentials.OMA_KEY_OR_SESSION, *PERSONS}
)


def _lacking(credentials: Credentials, principal: Principal) -> str | None:
    """Return what a caller's credentials lack for a route, for the log."""
    if credentials is Credentials.SESSION:
        return None if principal.session else "no console session"
    if principal.session and credentials in _SESSION_TOO:
        return None
    if principal.session:
        # A browser sends its cookie wherever a page of anybody's makes it call.
        return "a console session does not count here"
    if credentials in _WITH_KEY and not principal.oma_key:
        return "no OMA API key"
    return None


def _body(event: Mapping[str, Any]) -> bytes:
    raw = event.get("body") or ""
    data = base64.b64decode(raw) if event.get("isBase64Encoded") else raw.encode()
    if len(data) > MAX_BODY_BYTES:
        raise WppError(ErrorCode.PAYLOAD_TOO_LARGE)
    return data


def _json(body: bytes) -> Any:
    try:
        return strict_json.loads(body)
    except strict_json.StrictJsonError as error:
        raise UnreadableBodyError(str(error)) from None


def _form(body: bytes) -> dict[str, str]:
    try:
        return read_form(body.decode())
    except UnicodeDecodeError:
        raise UnreadableBodyError("it is not UTF-8") from None
    except FormError as error:
        raise UnreadableBodyError(str(error)) from None
