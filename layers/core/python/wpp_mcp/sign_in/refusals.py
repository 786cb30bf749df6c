"""How the authorization server says no: to a client, at its redirect URI, and to a person.

The names are those of RFC 6749 §4.1.2.1 and §5.2, and RFC 8707 §2. Outside there is one text for
each; why exactly stands in the log.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from wpp_mcp.errors import ErrorCode, WppError

RETRY_AFTER_SECONDS: Final = 5


class OAuthErrorName(StrEnum):
    """The names on the wire."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    INVALID_SCOPE = "invalid_scope"
    INVALID_TARGET = "invalid_target"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"
    ACCESS_DENIED = "access_denied"
    SERVER_ERROR = "server_error"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"


DESCRIPTIONS: Final[Mapping[OAuthErrorName, str]] = {
    OAuthErrorName.INVALID_REQUEST: "A parameter is missing or not valid",
    OAuthErrorName.INVALID_CLIENT: "This client is not known here, or sends a secret it has not",
    OAuthErrorName.INVALID_GRANT: "This sign-in does not hold: sign in again",
    OAuthErrorName.INVALID_SCOPE: "This scope cannot be given; tools/read and tools/write can",
    OAuthErrorName.INVALID_TARGET: "This resource is not the one that is protected here",
    OAuthErrorName.UNSUPPORTED_GRANT_TYPE: "Use authorization_code or refresh_token",
    OAuthErrorName.UNSUPPORTED_RESPONSE_TYPE: "Use the response type code",
    OAuthErrorName.ACCESS_DENIED: "The person did not allow it, or did not sign in",
    OAuthErrorName.SERVER_ERROR: "Something went wrong on our side",
    OAuthErrorName.TEMPORARILY_UNAVAILABLE: "Sign-in does not answer: try again in a moment",
}


class RefusedError(Exception):
    """A request for authorization that is answered at the client's redirect URI.

    Parameters
    ----------
    reason
        For the log only.
    """

    def __init__(self, name: OAuthErrorName, reason: str) -> None:
        super().__init__(name.value)
        self.name = name
        self.reason = reason


class OAuthError(WppError):
    """A refusal at the token or the revocation endpoint (RFC 6749 §5.2).

    Parameters
    ----------
    reason
        For the log only.
    scheme
        The scheme of the ``Authorization`` header that the client should not have sent.
    """

    def __init__(self, name: OAuthErrorName, reason: str, *, scheme: str | None = None) -> None:
        code = ErrorCode.INVALID_REQUEST if scheme is None else ErrorCode.UNAUTHENTICATED
        super().__init__(code, DESCRIPTIONS[name], reason=f"{name.value}: {reason}")
        self.name = name
        self.scheme = scheme


def unavailable(reason: str) -> WppError:
    """Return the error for a pool or a table that does not answer."""
    return WppError(
        ErrorCode.STORAGE_UNAVAILABLE,
        DESCRIPTIONS[OAuthErrorName.TEMPORARILY_UNAVAILABLE],
        reason=reason,
        action="",
        retry_after=RETRY_AFTER_SECONDS,
    )
