"""What the Google Ads API refuses with, as our errors. Google's code and field path are kept."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.statuses import MAX_ERRORS, code_of, status_of, whole_seconds
from wpp_mcp.models.text import visible

API_VERSION: Final = "v26"
"""The one version of the API that is used and shipped (22 MB each)."""

FAILURE_KEY: Final = f"google.ads.googleads.{API_VERSION}.errors.googleadsfailure-bin"
_FAILURE_MODULE: Final = f"google.ads.googleads.{API_VERSION}.errors.types.errors"
_BY_CATEGORY: Final = {
    "authentication_error": ErrorCode.GOOGLE_AUTH_EXPIRED,
    "authorization_error": ErrorCode.GOOGLE_ACCESS_DENIED,
    "quota_error": ErrorCode.GOOGLE_QUOTA_EXCEEDED,
    "internal_error": ErrorCode.GOOGLE_UNAVAILABLE,
}


def translated(error: Exception) -> WppError:
    """Return our error for an exception of the google-ads library or of gRPC below it.

    A status that is not known (unavailable, internal, deadline of one try) counts as Google not
    answering, so that a read is tried again.
    """
    failure = failure_in(error)
    status = status_of(error)
    if failure is None or not failure.errors:
        code = code_of(status)
        wait = 1 if code is ErrorCode.GOOGLE_QUOTA_EXCEEDED else None
        return WppError(code, reason=status, retry_after=wait)
    details = [told(item) for item in list(failure.errors)[:MAX_ERRORS]]
    category = details[0]["code"].split(".")[0]
    code = _BY_CATEGORY.get(category, code_of(status))
    return WppError(
        code,
        # Only a request that the caller can mend is answered in Google's words.
        details[0]["message"] if code is ErrorCode.GOOGLE_INVALID_REQUEST else None,
        reason=f"{status} {details[0]['code']}",
        details={"google": details, "requestId": str(getattr(error, "request_id", "") or "")},
        retry_after=_retry_after(failure) if code is ErrorCode.GOOGLE_QUOTA_EXCEEDED else None,
    )


def failure_in(error: Exception) -> Any | None:
    """Return Google's failure (protobuf) that an exception brings along, if it does."""
    return getattr(error, "failure", None) or _failure_behind(error)


def _failure_behind(error: Exception) -> Any | None:
    """Return Google's failure from the metadata of the RPC.

    The library unpacks it for most statuses, but not for RESOURCE_EXHAUSTED and INTERNAL.
    """
    from google.ads.googleads.util import convert_proto_plus_to_protobuf

    for source in (error, *getattr(error, "errors", ())):
        read = getattr(source, "trailing_metadata", None)
        for key, value in (read() if callable(read) else None) or ():
            if key == FAILURE_KEY and isinstance(value, bytes):
                failure = import_module(_FAILURE_MODULE).GoogleAdsFailure.deserialize(value)
                return convert_proto_plus_to_protobuf(failure)
    return None


def told(error: Any) -> dict[str, str]:
    """Return one of Google's errors as ``{code, message, fieldPath}``."""
    detail = {"code": _code_of(error.error_code), "message": visible(error.message)}
    path = ".".join(_path(error))
    return detail | ({"fieldPath": path} if path else {})


def _code_of(error_code: Any) -> str:
    message = getattr(error_code, "_pb", error_code)
    which = message.WhichOneof("error_code")
    if which is None:
        return "unknown"
    enum = message.DESCRIPTOR.fields_by_name[which].enum_type
    value = getattr(message, which)
    known = enum.values_by_number.get(value)
    return f"{which}.{known.name if known else value}"


def _path(error: Any) -> Iterator[str]:
    for element in error.location.field_path_elements:
        yield visible(element.field_name)


def _retry_after(failure: Any) -> int:
    delays = [item.details.quota_error_details.retry_delay for item in failure.errors]
    return max([1, *(whole_seconds(delay) for delay in delays)])
