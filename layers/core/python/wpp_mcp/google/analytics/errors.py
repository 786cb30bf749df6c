"""What the Analytics APIs refuse with, as our errors. Status, reason and words stay Google's."""

from collections.abc import Iterable
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.statuses import MAX_ERRORS, code_of, status_of, whole_seconds
from wpp_mcp.models.text import visible

_HOUR: Final = 3_600
_DAY: Final = 86_400


def translated(error: Exception) -> WppError:
    """Return our error for an exception of Google's API core or of gRPC below it.

    A status that is not known (unavailable, internal, deadline of one try) counts as Google not
    answering, so that a read is tried again.
    """
    status = status_of(error)
    code = code_of(status)
    message = visible(_message(error))
    reason = str(getattr(error, "reason", None) or "")
    return WppError(
        code,
        # Only a request that the caller can mend is answered in Google's words.
        message if code is ErrorCode.GOOGLE_INVALID_REQUEST and message else None,
        reason=f"{status} {reason}".strip(),
        details={"google": _details(error, status, reason, message)},
        retry_after=_retry_after(error, message)
        if code is ErrorCode.GOOGLE_QUOTA_EXCEEDED
        else None,
    )


def _details(error: Exception, status: str, reason: str, message: str) -> list[dict[str, str]]:
    """Return each field that is wrong, or the one thing that is."""
    code = f"{status}.{visible(reason)}" if reason else status
    violations = [v for part in _parts(error) for v in getattr(part, "field_violations", ())]
    if not violations:
        return [{"code": code, "message": message}]
    return [
        {"code": code, "message": visible(v.description), "fieldPath": visible(v.field)}
        for v in violations[:MAX_ERRORS]
    ]


def _parts(error: Exception) -> Iterable[Any]:
    parts: Iterable[Any] = getattr(error, "details", None) or ()
    # gRPC's own error has a method of this name, API core's a list.
    return () if callable(parts) else parts


def _retry_after(error: Exception, message: str) -> int:
    """Return when to come back: as Google says, else when the named bucket fills again."""
    for part in _parts(error):
        delay = getattr(part, "retry_delay", None)
        if delay is not None:
            return max(1, whole_seconds(delay))
    words = message.lower()
    if "per day" in words:
        return _DAY
    return _HOUR if "per hour" in words else 1


def _message(error: Exception) -> str:
    details = getattr(error, "details", None)
    return str(getattr(error, "message", None) or (details() if callable(details) else "") or "")
