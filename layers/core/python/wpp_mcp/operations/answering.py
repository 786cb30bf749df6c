"""What is answered to a preview and to a confirmation (product.md §3)."""

from collections.abc import Mapping
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.time import iso
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.states import Status
from wpp_mcp.routes import OPERATION_PAGE

_MESSAGES: Final[Mapping[Risk, str]] = {
    Risk.LOW: "Nothing has been changed yet. Call confirm_operation with the confirmationToken.",
    Risk.MEDIUM: (
        "Nothing has been changed yet. The user has to agree in person, in OMA or on the page at"
        " approvalUrl; an assistant cannot agree for them. After they agreed on the page, call"
        " confirm_operation with the operationId."
    ),
    Risk.HIGH: (
        "Nothing has been changed yet. A second person, a manager of the user's agency or an"
        " admin, has to approve it at approvalUrl within 24 hours; the user confirms after that."
    ),
}


_POLICIES: Final = (
    "Nothing has been changed yet. Another admin has to approve it at approvalUrl within 24 hours;"
    " it is carried out then."
)


def approval_url(origin: str, operation_id: str) -> str:
    """Return the address of an operation's page."""
    return origin + OPERATION_PAGE.replace("{operationId}", operation_id)


def preview_body(record: OperationRecord, origin: str, token: str | None) -> dict[str, Any]:
    """Return the answer to a write that was previewed.

    Parameters
    ----------
    token
        Where this caller may hold one: for what is LOW, and OMA for what its user will confirm.
    """
    body: dict[str, Any] = {
        "success": False,
        "requiresApproval": True,
        "operationId": record.operation_id,
        "tool": record.tool,
        "preview": dict(record.preview),
        "message": _POLICIES if record.account is None else _MESSAGES[record.risk],
        "approvalUrl": approval_url(origin, record.operation_id),
        "digest": record.digest,
    }
    if record.expires_at is not None:
        body["expiresAt"] = iso(record.expires_at)
    return body if token is None else body | {"confirmationToken": token}


def done_body(
    record: OperationRecord,
    data: Mapping[str, Any],
    audit_log_id: str | None,
    notified: tuple[str, ...],
) -> dict[str, Any]:
    """Return the answer to a write that was done."""
    body: dict[str, Any] = {
        # What was settled as never done is no success, however well it was found out.
        "success": data.get("applied") != "none",
        "operationId": record.operation_id,
        "tool": record.tool,
        "data": dict(data),
        "notificationsSent": list(notified),
    }
    return body if audit_log_id is None else body | {"auditLogId": audit_log_id}


def data_again(record: OperationRecord) -> Mapping[str, Any]:
    """Return what was answered when an operation that is not open any more was carried out.

    Raises
    ------
    WppError
        What was answered instead; ``OPERATION_IN_PROGRESS``, ``OPERATION_EXPIRED``, and
        ``CONFLICT`` where nobody carries it out any more.
    """
    if record.status is Status.EXECUTING:
        raise WppError(ErrorCode.OPERATION_IN_PROGRESS, retry_after=2)
    if record.status is Status.EXPIRED:
        raise WppError(ErrorCode.OPERATION_EXPIRED)
    stored = record.result.get("error")
    if stored is not None:
        raise _again(stored)
    if "data" not in record.result:
        status = record.status.value
        raise WppError(ErrorCode.CONFLICT, f"The operation is {status}: nothing was done")
    data: Mapping[str, Any] = record.result["data"]
    return data


def _again(stored: Mapping[str, Any]) -> WppError:
    """Return the error that was answered before."""
    known = {"code", "message", "action", "details", "retryAfterSeconds"}
    return WppError(
        ErrorCode(stored["code"]),
        stored["message"],
        action=stored.get("action"),
        details=stored.get("details"),
        reason="answered before",
        extra={name: value for name, value in stored.items() if name not in known},
    )
