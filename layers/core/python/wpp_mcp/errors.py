"""Every error a caller can get: code, HTTP status, message and what to do about it.

One table (`SPECS`) serves the HTTP answers, the MCP results and the documentation
(product.md §3). A `WppError` carries what the caller may read; ``reason`` is for the log only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class ErrorCode(StrEnum):
    """The codes on the wire."""

    INVALID_REQUEST = "INVALID_REQUEST"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    ACCOUNT_NOT_AUTHORIZED = "ACCOUNT_NOT_AUTHORIZED"
    APPROVED_ACCOUNTS_INVALID = "APPROVED_ACCOUNTS_INVALID"
    SAFETY_LIMIT_EXCEEDED = "SAFETY_LIMIT_EXCEEDED"
    CONFIRMATION_INVALID = "CONFIRMATION_INVALID"
    SECOND_APPROVAL_REQUIRED = "SECOND_APPROVAL_REQUIRED"
    OPERATION_EXPIRED = "OPERATION_EXPIRED"
    OPERATION_IN_PROGRESS = "OPERATION_IN_PROGRESS"
    CONFLICT = "CONFLICT"
    STATE_CHANGED = "STATE_CHANGED"
    WRITES_DISABLED = "WRITES_DISABLED"
    NOT_FOUND = "NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    RATE_LIMITED = "RATE_LIMITED"
    GOOGLE_QUOTA_EXCEEDED = "GOOGLE_QUOTA_EXCEEDED"
    GOOGLE_AUTH_EXPIRED = "GOOGLE_AUTH_EXPIRED"
    GOOGLE_ACCESS_DENIED = "GOOGLE_ACCESS_DENIED"
    GOOGLE_INVALID_REQUEST = "GOOGLE_INVALID_REQUEST"
    GOOGLE_UNAVAILABLE = "GOOGLE_UNAVAILABLE"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    AUDIT_UNAVAILABLE = "AUDIT_UNAVAILABLE"
    STORAGE_UNAVAILABLE = "STORAGE_UNAVAILABLE"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    INTERNAL = "INTERNAL"


@dataclass(frozen=True, slots=True)
class ErrorSpec:
    """HTTP status, default message and default advice of one code."""

    status: int
    message: str
    action: str | None = None


SPECS: Final[Mapping[ErrorCode, ErrorSpec]] = {
    ErrorCode.INVALID_REQUEST: ErrorSpec(400, "The request is not valid"),
    ErrorCode.UNAUTHENTICATED: ErrorSpec(401, "Authentication failed", "Sign in and call again"),
    ErrorCode.FORBIDDEN: ErrorSpec(403, "This caller may not do that"),
    ErrorCode.ACCOUNT_NOT_AUTHORIZED: ErrorSpec(
        403, "You don't have access to this account", "Request access in OMA platform"
    ),
    ErrorCode.APPROVED_ACCOUNTS_INVALID: ErrorSpec(
        403, "The sealed list of approved accounts is not valid", "Seal a fresh list and call again"
    ),
    ErrorCode.SAFETY_LIMIT_EXCEEDED: ErrorSpec(
        422, "The change exceeds a safety limit", "Ask for a smaller change"
    ),
    ErrorCode.CONFIRMATION_INVALID: ErrorSpec(403, "The confirmation is not valid"),
    ErrorCode.SECOND_APPROVAL_REQUIRED: ErrorSpec(403, "A second person has to approve this"),
    ErrorCode.OPERATION_EXPIRED: ErrorSpec(410, "The operation has expired", "Preview it again"),
    ErrorCode.OPERATION_IN_PROGRESS: ErrorSpec(409, "A confirmation of it is running"),
    ErrorCode.CONFLICT: ErrorSpec(409, "The request conflicts with an earlier one"),
    ErrorCode.STATE_CHANGED: ErrorSpec(
        409, "The live value is not the previewed one any more", "Preview it again"
    ),
    ErrorCode.WRITES_DISABLED: ErrorSpec(423, "Writes are switched off"),
    ErrorCode.NOT_FOUND: ErrorSpec(404, "There is no such thing here"),
    ErrorCode.METHOD_NOT_ALLOWED: ErrorSpec(405, "This method is not allowed here"),
    ErrorCode.PAYLOAD_TOO_LARGE: ErrorSpec(413, "The body is larger than 1 MB", "Ask for less"),
    ErrorCode.RATE_LIMITED: ErrorSpec(429, "Too many calls", "Wait for Retry-After seconds"),
    ErrorCode.GOOGLE_QUOTA_EXCEEDED: ErrorSpec(
        429, "Google's quota is used up", "Wait for Retry-After seconds"
    ),
    ErrorCode.GOOGLE_AUTH_EXPIRED: ErrorSpec(
        424, "Google authentication expired", "Reconnect Google"
    ),
    ErrorCode.GOOGLE_ACCESS_DENIED: ErrorSpec(
        403, "Google refuses this account to this user", "Ask the account's owner for access"
    ),
    ErrorCode.GOOGLE_INVALID_REQUEST: ErrorSpec(400, "Google refuses the request"),
    ErrorCode.GOOGLE_UNAVAILABLE: ErrorSpec(503, "Google does not answer", "Try again later"),
    ErrorCode.DEADLINE_EXCEEDED: ErrorSpec(
        504, "The time for one call is used up", "Ask for less: fewer days, fields or rows"
    ),
    ErrorCode.AUDIT_UNAVAILABLE: ErrorSpec(
        503, "The call cannot be recorded, so it was refused; nothing was changed", "Try again"
    ),
    ErrorCode.STORAGE_UNAVAILABLE: ErrorSpec(
        503, "The call cannot be checked, so it was refused; nothing was changed", "Try again"
    ),
    ErrorCode.OUTCOME_UNKNOWN: ErrorSpec(
        502, "The change was sent and its outcome is not known", "Do not repeat it"
    ),
    ErrorCode.INTERNAL: ErrorSpec(500, "Something went wrong on our side"),
}


class WppError(Exception):
    """A refusal or failure with everything the caller may know about it.

    Parameters
    ----------
    code
        One of `ErrorCode`; decides the HTTP status.
    message
        Text for the caller; the code's own text when omitted. Never holds a secret.
    reason
        Why, for the log only. Never leaves the server.
    action
        What the caller can do; the code's own advice when omitted.
    details
        Figures behind the refusal, JSON-ready.
    extra
        Further members of the error object (``requestedAccount``, ``approvedAccounts``).
    retry_after
        Whole seconds for the ``Retry-After`` header, where waiting helps.

    Attributes
    ----------
    counted
        Whether a line of metrics holds it already: an error passes more than one place that
        counts.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str | None = None,
        *,
        reason: str = "",
        action: str | None = None,
        details: Any | None = None,
        extra: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        spec = SPECS[code]
        self.code = code
        self.message = message if message is not None else spec.message
        self.action = action if action is not None else spec.action
        self.reason = reason
        self.details = details
        self.extra = dict(extra or {})
        self.retry_after = retry_after
        self.counted = False
        super().__init__(f"{code}: {self.message}")

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return SPECS[self.code].status

    def body(self) -> dict[str, Any]:
        """Return the ``error`` object of the answer, JSON-ready."""
        body: dict[str, Any] = {"code": self.code.value, "message": self.message}
        if self.action is not None:
            body["action"] = self.action
        if self.details is not None:
            body["details"] = self.details
        if self.retry_after is not None:
            body["retryAfterSeconds"] = self.retry_after
        return body | self.extra
