"""Errors as Google's JSON APIs answer them: an HTTP status and one error object."""

import json
from collections.abc import Iterable
from typing import Any, Final

SUPPORT: Final = "https://support.google.com/webmasters/answer/2451999"
_STATUS: Final = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}
RETRY_SECONDS: Final = 2


class Refusal(Exception):  # noqa: N818  (what the emulator answers, not a fault of its own)
    """A call that Google refuses.

    Parameters
    ----------
    code
        HTTP status.
    reason, message
        As Google words them.
    location
        The header, parameter or field that is wrong, with ``location_type``.
    details
        Further objects of ``google.rpc``.
    headers
        Beside the usual ones.
    """

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        *,
        location: str = "",
        location_type: str = "",
        details: tuple[dict[str, Any], ...] = (),
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.headers = headers
        error: dict[str, Any] = {"message": message, "domain": "global", "reason": reason}
        if location:
            error |= {"location": location, "locationType": location_type}
        body: dict[str, Any] = {"code": code, "message": message, "errors": [error]}
        body["status"] = _STATUS[code]
        if details:
            body["details"] = list(details)
        self._body = body

    def body(self) -> bytes:
        """Return Google's error as JSON."""
        return json.dumps({"error": self._body}).encode()


def invalid(field: str, message: str) -> Refusal:
    """Return the refusal of one field of the body."""
    violation = {"field": field, "description": message}
    bad = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
    return Refusal(400, "invalid", message, details=(bad,))


def wrong_parameter(name: str, message: str) -> Refusal:
    """Return the refusal of what a parameter means."""
    return Refusal(400, "invalidParameter", message, location=name, location_type="parameter")


def login_required() -> Refusal:
    """Return the answer to a call without a token."""
    return _unauthenticated(
        "Request is missing required authentication credential. Expected OAuth 2 access token, "
        "login cookie or other valid authentication credential.",
        "required",
        "CREDENTIALS_MISSING",
    )


def bad_token(*, expired: bool) -> Refusal:
    """Return the answer to a token that is unknown or expired."""
    return _unauthenticated(
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
        "cookie or other valid authentication credential.",
        "authError",
        "ACCESS_TOKEN_EXPIRED" if expired else "ACCESS_TOKEN_INVALID",
    )


def _unauthenticated(message: str, reason: str, detail: str) -> Refusal:
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": detail,
        "domain": "googleapis.com",
    }
    return Refusal(
        401,
        reason,
        message,
        location="Authorization",
        location_type="header",
        details=(info,),
        headers=(("WWW-Authenticate", 'Bearer realm="https://accounts.google.com/"'),),
    )


def forbidden(site_url: str) -> Refusal:
    """Return the answer about a property that the user does not see, or that is not there."""
    return Refusal(
        403,
        "forbidden",
        f"User does not have sufficient permission for site '{site_url}'. See also: {SUPPORT}.",
    )


def insufficient_scope(scopes: Iterable[str]) -> Refusal:
    """Return the answer to a token whose user did not allow this; one of the scopes would do."""
    needed = " ".join(sorted(scopes))
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com",
    }
    realm = 'Bearer realm="https://accounts.google.com/"'
    return Refusal(
        403,
        "insufficientPermissions",
        "Request had insufficient authentication scopes.",
        details=(info,),
        headers=(("WWW-Authenticate", f'{realm}, error="insufficient_scope", scope="{needed}"'),),
    )


def not_in_property() -> Refusal:
    """Return the answer to an inspection outside the user's properties."""
    return Refusal(
        403,
        "forbidden",
        "You do not own this site, or the inspected URL is not part of this property.",
    )


def quota_exceeded() -> Refusal:
    """Return how Search Analytics says that its quota is used up: with a 403."""
    return Refusal(
        403,
        "quotaExceeded",
        "Search Analytics QPS quota exceeded. Learn about usage limits: "
        "https://developers.google.com/webmaster-tools/limits.",
    )


def too_many_requests() -> Refusal:
    """Return how everything else says it, and when to come back."""
    return Refusal(
        429,
        "rateLimitExceeded",
        "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'.",
        headers=(("Retry-After", str(RETRY_SECONDS)),),
    )


def unavailable() -> Refusal:
    """Return the answer of a service that is down."""
    return Refusal(503, "backendError", "The service is currently unavailable.")
