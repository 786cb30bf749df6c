"""Google's OAuth token endpoint, as far as a refresh goes.

Refresh tokens of the sandbox are ``1//sandbox-`` and the user's key, so that nobody takes one for
real; the access token that comes back is that user's.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs

from sandbox.faults import Calls, FaultKind, Faults
from sandbox.world import World

TARGET: Final = "google-oauth:token"
REFRESH: Final = "1//sandbox-"
_LIFETIME: Final = 3599
_FAULTS: Final = {
    FaultKind.UNAVAILABLE: (HTTPStatus.SERVICE_UNAVAILABLE, "temporarily_unavailable"),
    FaultKind.THROTTLED: (HTTPStatus.TOO_MANY_REQUESTS, "rate_limit_exceeded"),
    FaultKind.TIMEOUT: (HTTPStatus.GATEWAY_TIMEOUT, "internal_failure"),
    FaultKind.TIMEOUT_AFTER_APPLY: (HTTPStatus.GATEWAY_TIMEOUT, "internal_failure"),
    FaultKind.DENIED: (HTTPStatus.UNAUTHORIZED, "invalid_client"),
    FaultKind.AUTH_EXPIRED: (HTTPStatus.BAD_REQUEST, "invalid_grant"),
}

Answer = tuple[int, dict[str, Any]]


class TokenEndpoint:
    """Answers ``POST /token``.

    Parameters
    ----------
    client
        Id and secret of the one client that is known.
    """

    def __init__(
        self, world: World, client: tuple[str, str], *, faults: Faults, calls: Calls
    ) -> None:
        self._world = world
        self._client = client
        self._faults = faults
        self._calls = calls

    def __call__(self, form: bytes) -> Answer:
        """Return status and body for a form."""
        self._calls.count(TARGET)
        fault = self._faults.take(TARGET)
        if fault is not None:
            status, error = _FAULTS[fault]
            return _refusal(status, error)
        fields = {n: v[0] for n, v in parse_qs(form.decode("utf-8", "replace")).items()}
        return self._exchange(fields)

    def _exchange(self, fields: Mapping[str, str]) -> Answer:
        if (fields.get("client_id"), fields.get("client_secret")) != self._client:
            return _refusal(HTTPStatus.UNAUTHORIZED, "invalid_client")
        if fields.get("grant_type") != "refresh_token":
            return _refusal(HTTPStatus.BAD_REQUEST, "unsupported_grant_type")
        token = fields.get("refresh_token", "")
        role = token.removeprefix(REFRESH)
        if role == token or role not in self._world.users:
            return _refusal(HTTPStatus.BAD_REQUEST, "invalid_grant")
        return HTTPStatus.OK, {
            "access_token": self._world.google_token(role),
            "expires_in": _LIFETIME,
            "scope": "https://www.googleapis.com/auth/adwords",
            "token_type": "Bearer",
        }


def _refusal(status: int, error: str) -> Answer:
    return status, {"error": error, "error_description": error.replace("_", " ")}
