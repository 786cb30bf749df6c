"""What the statuses of gRPC mean here, the same for every Google API that speaks it."""

from collections.abc import Mapping
from typing import Any, Final

from wpp_mcp.errors import ErrorCode

MAX_ERRORS: Final = 10
"""How many of Google's errors an answer repeats."""

_BY_STATUS: Final[Mapping[str, ErrorCode]] = {
    "UNAUTHENTICATED": ErrorCode.GOOGLE_AUTH_EXPIRED,
    "PERMISSION_DENIED": ErrorCode.GOOGLE_ACCESS_DENIED,
    "RESOURCE_EXHAUSTED": ErrorCode.GOOGLE_QUOTA_EXCEEDED,
    "INVALID_ARGUMENT": ErrorCode.GOOGLE_INVALID_REQUEST,
    "NOT_FOUND": ErrorCode.GOOGLE_INVALID_REQUEST,
    "FAILED_PRECONDITION": ErrorCode.GOOGLE_INVALID_REQUEST,
    "OUT_OF_RANGE": ErrorCode.GOOGLE_INVALID_REQUEST,
}


def code_of(status: str) -> ErrorCode:
    """Return our code for a status.

    One that is not known (unavailable, internal, deadline of one try) counts as Google not
    answering, so that a read is tried again.
    """
    return _BY_STATUS.get(status, ErrorCode.GOOGLE_UNAVAILABLE)


def status_of(error: Any) -> str:
    """Return the name of the status of an exception of gRPC or of Google's libraries above it."""
    source = getattr(error, "error", error)  # GoogleAdsException holds the RpcError
    code = getattr(source, "grpc_status_code", None) or getattr(source, "code", None)
    code = code() if callable(code) else code
    return str(getattr(code, "name", code or "UNKNOWN"))


def whole_seconds(delay: Any) -> int:
    """Return a protobuf duration in seconds, rounded up."""
    return int(delay.seconds) + (1 if delay.nanos else 0)
