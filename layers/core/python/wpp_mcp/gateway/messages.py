"""What passes between the wrapper and the endpoints behind it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from wpp_mcp.access.context import absence_in, principal_in
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.exchange import REFRESH_PREFIX
from wpp_mcp.models.caller import Principal
from wpp_mcp.models.forms import FormError, read_form
from wpp_mcp.models.time import Deadline
from wpp_mcp.routes import Route

GOOGLE_TOKEN_HEADER: Final = "x-google-access-token"  # noqa: S105 - a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that has passed the wrapper.

    Parameters
    ----------
    headers
        By lower-case name.
    query
        As API Gateway gives it: values of one name joined by commas.
    cookies
        By name; one that came twice is left out.
    body, json
        The text, and what it says as strict JSON, for routes that take JSON.
    form
        The fields, for routes that take a form.
    event, context
        As Lambda gave them, for adapters that need the whole.
    """

    route: Route
    headers: Mapping[str, str]
    query: Mapping[str, str]
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: str
    json: Any = None
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
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
    def place(self) -> Mapping[str, str]:
        """What stands in the address where the route's path has a name in braces."""
        found = self.event.get("pathParameters")
        return found if isinstance(found, Mapping) else {}

    @property
    def fields(self) -> dict[str, str]:
        """The query string read as strictly as a form.

        Raises
        ------
        WppError
            ``INVALID_REQUEST``: a name stands twice.
        """
        try:
            return read_form(str(self.event.get("rawQueryString") or ""))
        except FormError as error:
            raise WppError(
                ErrorCode.INVALID_REQUEST, f"The query string is not valid: {error}"
            ) from None

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
    """What an endpoint answers: JSON, or text as it is.

    Parameters
    ----------
    headers
        Added to the wrapper's own, and stronger.
    cookies
        Values of ``Set-Cookie``.
    """

    body: Mapping[str, Any] | str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = field(default=(), repr=False)


Endpoint = Callable[[Request], Response]

Errors = Callable[[WppError, Route | None, str], Response]
"""How a function says an error: without a route where none matched, and with the path that was
asked for."""


class Denials(Protocol):
    """Records that a known caller was turned away from a route."""

    def __call__(self, request: Request, error: WppError) -> None:
        """Record it.

        Raises
        ------
        WppError
            It could not be recorded; that is answered instead.
        """
