"""What the Search Console API refuses with, as our errors. Google's reason and place are kept."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.text import visible

_MAX_ERRORS: Final = 10
_LONGEST_WAIT: Final = 86_400
_QUOTA: Final = ("quota", "ratelimit", "rate_limit", "dailylimit", "resource_exhausted")
"""How the reasons of a 403 begin or go on that mean: later, not never."""
_BY_STATUS: Final = {
    401: ErrorCode.GOOGLE_AUTH_EXPIRED,
    403: ErrorCode.GOOGLE_ACCESS_DENIED,
    408: ErrorCode.GOOGLE_UNAVAILABLE,
    429: ErrorCode.GOOGLE_QUOTA_EXCEEDED,
}


def translated(status: int, headers: Mapping[str, str], content: bytes) -> WppError:
    """Return our error for an answer that is not a success.

    Parameters
    ----------
    headers
        By lower-case name.
    content
        Google's error as JSON; anything else is told by the status alone.
    """
    body = _error_of(content)
    google = list(_details(body))
    code = _code(status, google)
    message = google[0]["message"] if google else None
    return WppError(
        code,
        # Only a request that the caller can mend is answered in Google's words.
        message if code is ErrorCode.GOOGLE_INVALID_REQUEST else None,
        reason=f"{status} {google[0]['reason'] if google else ''}".strip(),
        details={"google": google, "status": status} if google else {"status": status},
        retry_after=_wait(headers, body) if code is ErrorCode.GOOGLE_QUOTA_EXCEEDED else None,
    )


def unreachable(error: Exception) -> WppError:
    """Return our error for a call without an answer."""
    return WppError(ErrorCode.GOOGLE_UNAVAILABLE, reason=type(error).__name__)


def _code(status: int, google: list[dict[str, str]]) -> ErrorCode:
    if status == 403 and any(_is_quota(one["reason"]) for one in google):
        return ErrorCode.GOOGLE_QUOTA_EXCEEDED
    if 400 <= status < 500:
        return _BY_STATUS.get(status, ErrorCode.GOOGLE_INVALID_REQUEST)
    # A redirection is no answer either: it is not followed.
    return ErrorCode.GOOGLE_UNAVAILABLE


def _is_quota(reason: str) -> bool:
    return any(word in reason.lower() for word in _QUOTA)


def _error_of(content: bytes) -> dict[str, Any]:
    try:
        error = json.loads(content)["error"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}
    return error if isinstance(error, dict) else {}


def _details(body: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield what Google says is wrong: reason, message and where."""
    if not body:
        return
    fields = list(_fields(body))
    errors = _objects(body.get("errors")) or [{}]
    for error in errors[:_MAX_ERRORS]:
        detail = {
            "reason": _text(error.get("reason") or body.get("status") or "unknown"),
            "message": _text(error.get("message") or body.get("message") or ""),
        }
        location = error.get("location") or (fields[0] if fields else "")
        yield detail | ({"location": _text(location)} if location else {})


def _fields(body: Mapping[str, Any]) -> Iterator[str]:
    for detail in _objects(body.get("details")):
        for violation in _objects(detail.get("fieldViolations")):
            if violation.get("field"):
                yield str(violation["field"])


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return visible(str(value))


def _wait(headers: Mapping[str, str], body: Mapping[str, Any]) -> int:
    """Return the seconds that Google asks to wait, at least one."""
    asked = [headers.get("retry-after", "")]
    asked += [str(d.get("retryDelay", "")).partition("s")[0] for d in _objects(body.get("details"))]
    seconds = [_seconds(text.strip()) for text in asked]
    return min(max([1, *seconds]), _LONGEST_WAIT)


def _seconds(text: str) -> int:
    whole, _, part = text.partition(".")
    if not (whole.isascii() and whole.isdecimal() and len(whole) < 9):
        return 0
    return int(whole) + (1 if part.strip("0") else 0)
