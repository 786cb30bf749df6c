"""Errors as Google Ads answers them: a gRPC status and a GoogleAdsFailure in the metadata."""

import secrets
from typing import Any, Final, NoReturn

import grpc
from google.ads.googleads.v26.errors.types.errors import ErrorCode, GoogleAdsFailure
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.status_pb2 import Status

_FAILURE_KEY: Final = "google.ads.googleads.v26.errors.googleadsfailure-bin"
_STATUS_KEY: Final = "grpc-status-details-bin"
_REQUEST_ID_KEY: Final = "request-id"
_INVALID: Final = "Request contains an invalid argument."
_CODES: Final[Any] = ErrorCode.pb().DESCRIPTOR.fields_by_name
Path = tuple[str | tuple[str, int], ...]
"""Names of fields; with an index where the field is a list."""


class Refusal(Exception):  # noqa: N818  (what the emulator answers, not a fault of its own)
    """A call that Google refuses.

    Parameters
    ----------
    kind, code
        The field of Google's ErrorCode and the name in its enum, for example ``query_error`` and
        ``UNRECOGNIZED_FIELD``.
    message
        As Google words it.
    path
        Names of the request's fields that lead to the cause.
    also
        What else is refused in the same call.
    retry_seconds
        For quota errors: when to try again.
    """

    def __init__(
        self,
        kind: str,
        code: str,
        message: str,
        *,
        status: grpc.StatusCode = grpc.StatusCode.INVALID_ARGUMENT,
        summary: str = _INVALID,
        path: Path = (),
        retry_seconds: int | None = None,
        also: "tuple[Refusal, ...]" = (),
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.code = code
        self.message = message
        self.status = status
        self.summary = summary
        self.path = path
        self.retry_seconds = retry_seconds
        self.also = also

    def failure(self, request_id: str) -> Any:
        """Return the GoogleAdsFailure message (protobuf)."""
        failure = GoogleAdsFailure.pb()(request_id=request_id)
        for refusal in (self, *self.also):
            refusal.write_to(failure.errors.add(message=refusal.message))
        return failure

    def status_of(self, request_id: str) -> Status:
        """Return the google.rpc.Status with the failure in it."""
        packed = AnyMessage()
        packed.Pack(self.failure(request_id))
        code: int = self.status.value[0]
        return Status(code=code, message=self.summary, details=[packed])

    def write_to(self, error: Any) -> None:
        """Write the error (protobuf)."""
        number = _CODES[self.kind].enum_type.values_by_name[self.code].number
        setattr(error.error_code, self.kind, number)
        for part in self.path:
            name, index = (part, None) if isinstance(part, str) else part
            element = error.location.field_path_elements.add(field_name=name)
            if index is not None:
                element.index = index
        if self.retry_seconds is not None:
            details = error.details.quota_error_details
            details.rate_scope = 2  # ACCOUNT
            details.rate_name = "Requests per day and account"
            details.retry_delay.seconds = self.retry_seconds


class NotPlayed(Exception):  # noqa: N818  (what the emulator answers, not a fault of its own)
    """Something that Google can and the sandbox cannot; better said than left undone."""


def new_request_id() -> str:
    """Return an id as Google gives each request."""
    return secrets.token_urlsafe(16)


def abort(context: grpc.ServicerContext, refusal: Refusal) -> NoReturn:
    """End the call with the refusal."""
    request_id = new_request_id()
    failure = refusal.failure(request_id)
    status = refusal.status_of(request_id)
    context.set_trailing_metadata(
        (
            (_REQUEST_ID_KEY, request_id),
            (_FAILURE_KEY, failure.SerializeToString()),
            (_STATUS_KEY, status.SerializeToString()),
        )
    )
    context.abort(refusal.status, refusal.summary)


def succeed(context: grpc.ServicerContext) -> str:
    """Give the call its request id, and return it."""
    request_id = new_request_id()
    context.set_trailing_metadata(((_REQUEST_ID_KEY, request_id),))
    return request_id


def query_error(code: str, message: str) -> Refusal:
    """Return the refusal of a query."""
    return Refusal("query_error", code, message)


def permission_denied() -> Refusal:
    """Return what Google says about an account that the user cannot reach."""
    return Refusal(
        "authorization_error",
        "USER_PERMISSION_DENIED",
        "User doesn't have permission to access customer. Note: If you're accessing a client "
        "customer, the manager's customer id must be set in the 'login-customer-id' header. See "
        "https://developers.google.com/google-ads/api/docs/concepts/call-structure#cid",
        status=grpc.StatusCode.PERMISSION_DENIED,
        summary="The caller does not have permission",
    )


def unauthenticated(code: str, message: str) -> Refusal:
    """Return the refusal of a Google token."""
    return Refusal(
        "authentication_error",
        code,
        message,
        status=grpc.StatusCode.UNAUTHENTICATED,
        summary="Request had invalid authentication credentials. Expected OAuth 2 access token, "
        "login cookie or other valid authentication credential. See "
        "https://developers.google.com/identity/sign-in/web/devconsole-project.",
    )


def token_expired() -> Refusal:
    """Return what Google says about a token whose time is over."""
    return unauthenticated(
        "OAUTH_TOKEN_EXPIRED", "The OAuth access token in the request header has expired."
    )


def throttled() -> Refusal:
    """Return Google's answer to too many requests, to be tried again after a second."""
    return Refusal(
        "quota_error",
        "RESOURCE_TEMPORARILY_EXHAUSTED",
        "Too many requests. Retry in 1 seconds.",
        status=grpc.StatusCode.RESOURCE_EXHAUSTED,
        summary="Resource has been exhausted (e.g. check quota).",
        retry_seconds=1,
    )
