"""Errors as the Analytics APIs answer them: a gRPC status, and details in the metadata."""

from collections.abc import Sequence
from typing import Any, Final, NoReturn

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

_STATUS_KEY: Final = "grpc-status-details-bin"
_LEARN: Final = "https://developers.google.com/analytics/devguides/reporting/data/v1"
_CREDENTIALS: Final = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie "
    "or other valid authentication credential. See "
    "https://developers.google.com/identity/sign-in/web/devconsole-project."
)


class Refusal(Exception):  # noqa: N818  (what the emulator answers, not a fault of its own)
    """A call that Google refuses, with its words."""

    def __init__(
        self,
        message: str,
        status: grpc.StatusCode = grpc.StatusCode.INVALID_ARGUMENT,
        details: Sequence[Any] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.details = details


def abort(context: grpc.ServicerContext, refusal: Refusal) -> NoReturn:
    """End the call with the refusal."""
    code: int = refusal.status.value[0]
    status = Status(code=code, message=refusal.message)
    for detail in refusal.details:
        packed = AnyMessage()
        packed.Pack(detail)
        status.details.append(packed)
    if refusal.details:
        context.set_trailing_metadata(((_STATUS_KEY, status.SerializeToString()),))
    context.abort(refusal.status, refusal.message)


def wrong_field(path: str, message: str) -> Refusal:
    """Return the refusal of one field of the request, which is named."""
    violation = BadRequest.FieldViolation(field=path, description=message)
    return Refusal(message, details=[BadRequest(field_violations=[violation])])


def unknown_field(name: str, kind: str, schema: str, alike: str | None) -> Refusal:
    """Return the refusal of a name that is no dimension or no metric."""
    hint = f"Did you mean {alike}? " if alike else ""
    # Google puts two blanks after "metric." and one after "dimension."
    gap = "  " if kind == "metric" else " "
    return Refusal(
        f"{hint}Field {name} is not a valid {kind}.{gap}For a list of valid dimensions and "
        f"metrics, see {_LEARN}/{schema} "
    )


def incompatible(name: str) -> Refusal:
    """Return the refusal of names that do not fit together."""
    return Refusal(
        f"Please remove {name} to make the request compatible. The request's dimensions & metrics "
        "are incompatible. To learn more, see "
        "https://ga-dev-tools.google/ga4/dimensions-metrics-explorer/"
    )


def needed(name: str) -> Refusal:
    """Return the refusal of metrics that cannot stand without a dimension."""
    return Refusal(
        f"Please add {name} to make the request compatible. The request's dimensions & metrics "
        "are incompatible. To learn more, see "
        "https://ga-dev-tools.google/ga4/dimensions-metrics-explorer/"
    )


def permission_denied() -> Refusal:
    """Return what Google says about a property that the user cannot read, or that is not there."""
    return Refusal(
        "User does not have sufficient permissions for this property. To learn more about Property "
        f"ID, see {_LEARN}/property-id.",
        grpc.StatusCode.PERMISSION_DENIED,
    )


def token_refused(reason: str) -> Refusal:
    """Return the refusal of a Google token."""
    info = ErrorInfo(reason=reason, domain="googleapis.com")
    return Refusal(_CREDENTIALS, grpc.StatusCode.UNAUTHENTICATED, [info])


def token_expired() -> Refusal:
    """Return what Google says about a token whose time is over."""
    return token_refused("ACCESS_TOKEN_EXPIRED")


def exhausted(what: str) -> Refusal:
    """Return Google's answer when a bucket of the property's quota is empty."""
    return Refusal(
        f"Exhausted {what}. To learn more, see {_LEARN}/quotas",
        grpc.StatusCode.RESOURCE_EXHAUSTED,
    )


def throttled() -> Refusal:
    """Return Google's answer to too many requests at once, to be tried again after a second."""
    delay = RetryInfo()
    delay.retry_delay.seconds = 1
    return Refusal(
        "Exhausted concurrent requests quota. Please retry your request later. To learn more, see "
        f"{_LEARN}/quotas",
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        [delay],
    )
