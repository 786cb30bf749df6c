"""Whose yes an operation needs, and whether it has been given (product.md §6)."""

from wpp_mcp.access.intake import Snapshot
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.caller import Channel, Role
from wpp_mcp.operations import tokens
from wpp_mcp.operations.records import Assent, OperationRecord, operation_of
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.states import OPEN, Status
from wpp_mcp.storage.directory import user_of
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.operations import Operations


def invalid(reason: str) -> WppError:
    """Return the refusal of a confirmation: one text, the reason in the log (threats.md D)."""
    return WppError(ErrorCode.CONFIRMATION_INVALID, reason=reason)


def own_operation(seen: Snapshot, operation_id: str) -> OperationRecord:
    """Return the caller's own operation; every other one is as if there were none.

    Raises
    ------
    WppError
        ``CONFIRMATION_INVALID``.
    """
    item = seen.extra.get(Operations.key(operation_id))
    if item is None:
        raise invalid("unknown operation")
    record = operation_of(item)
    if (record.user_id, record.employee_id) != (seen.caller.user_id, seen.caller.employee_id):
        raise invalid("an operation of somebody else")
    return record


def counts_form(seen: Snapshot) -> bool:
    """Whether this client's word on what a person answered in a form of its own counts."""
    return seen.caller.client_id in seen.policy.form_elicitation_clients


def require_consent(
    record: OperationRecord,
    seen: Snapshot,
    *,
    token: str | None,
    channel: Channel,
    attested: bool,
) -> None:
    """Refuse a confirmation that is not a yes of those whom the operation's risk asks for.

    Parameters
    ----------
    token
        As it was offered. A wrong one is refused whatever else there is, and uses nothing up.
    channel
        A token counts as a person's yes on a person's channel; on an assistant's it lets through
        what needs nobody's.
    attested
        The client says that the person agreed in its own dialogue.

    Raises
    ------
    WppError
        ``SECOND_APPROVAL_REQUIRED`` or ``CONFIRMATION_INVALID``.
    """
    if record.status is Status.AWAITING_APPROVAL:
        raise WppError(
            ErrorCode.SECOND_APPROVAL_REQUIRED,
            action="Wait until a manager or an admin has decided on its page",
        )
    holds_token = tokens.matches(token, record.token_hashes)
    if token is not None and not holds_token:
        raise invalid("wrong token")
    high = record.risk is Risk.HIGH
    if high and record.approval is None and record.status in OPEN:
        raise WppError(ErrorCode.SECOND_APPROVAL_REQUIRED)
    if record.consent is not None:
        return  # the person said so on their own channel; whoever asks now is their client
    if attested and not high and counts_form(seen):
        return
    if not holds_token:
        raise invalid("no token, and no consent of a person")
    if channel is not Channel.PERSON and record.risk is not Risk.LOW:
        raise invalid("a person has to agree, not their assistant")


def require_still_approver(record: OperationRecord, item: Item | None) -> None:
    """Refuse where the second person may not decide any more (threats.md C8).

    Parameters
    ----------
    item
        The second person's record in the directory, as it is now.

    Raises
    ------
    WppError
        ``SECOND_APPROVAL_REQUIRED``.
    """
    user = None if item is None else user_of(item)
    if user is not None and user.active:
        if user.role is Role.ADMIN:
            return
        if user.role is Role.MANAGER and user.agency == record.agency:
            return
    raise WppError(
        ErrorCode.SECOND_APPROVAL_REQUIRED,
        "Whoever approved this may not decide any more",
        action="Preview it again",
    )


def assent(seen: Snapshot, *, attested: bool) -> Assent:
    """Return the yes of whoever confirms now."""
    caller = seen.caller
    return Assent(
        by=caller.user_id,
        employee_id=caller.employee_id,
        at=seen.at,
        via=caller.client_id,
        attested=attested,
    )
