"""What leaves: addresses at a client's redirect URI, and errors as a page or as OAuth has them.

``iss`` tells a client of several authorization servers which of them answered (RFC 9207).
"""

from http import HTTPStatus
from typing import Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.messages import Response
from wpp_mcp.pages import rendering
from wpp_mcp.routes import Route
from wpp_mcp.sign_in.addresses import answered
from wpp_mcp.sign_in.parts import Parts
from wpp_mcp.sign_in.refusals import (
    DESCRIPTIONS,
    RETRY_AFTER_SECONDS,
    OAuthError,
    OAuthErrorName,
)

_OURS: Final = {
    ErrorCode.INVALID_REQUEST: OAuthErrorName.INVALID_REQUEST,
    ErrorCode.PAYLOAD_TOO_LARGE: OAuthErrorName.INVALID_REQUEST,
    ErrorCode.FORBIDDEN: OAuthErrorName.ACCESS_DENIED,
}


class Answering:
    """Builds the addresses that browsers are sent to."""

    def __init__(self, parts: Parts) -> None:
        self._issuer = parts.issuer

    def success(self, redirect_uri: str, state: str | None, code: str) -> str:
        """Return where a browser takes a code."""
        return self._address(redirect_uri, state, {"code": code})

    def refusal(self, redirect_uri: str, state: str | None, name: OAuthErrorName) -> str:
        """Return where a browser takes an error."""
        told = {"error": name.value, "error_description": DESCRIPTIONS[name]}
        return self._address(redirect_uri, state, told)

    def _address(self, redirect_uri: str, state: str | None, told: dict[str, str]) -> str:
        own = {} if state is None else {"state": state}
        return answered(redirect_uri, {**told, **own, "iss": self._issuer})


def say_error(error: WppError, route: Route | None, _: str = "") -> Response:
    """Say an error as a page to a person, and as OAuth has it to a client."""
    if route is None or route.page:
        return rendering.error_page(error)
    headers: dict[str, str] = {}
    if isinstance(error, OAuthError):
        name, text = error.name, error.message
        if error.scheme is not None:
            headers["WWW-Authenticate"] = f'{error.scheme} realm="wpp-mcp"'
    else:
        name = _OURS.get(error.code, OAuthErrorName.SERVER_ERROR)
        text = error.message if name is not OAuthErrorName.SERVER_ERROR else DESCRIPTIONS[name]
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE and error.retry_after is None:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return Response({"error": name.value, "error_description": text}, error.status, headers)
