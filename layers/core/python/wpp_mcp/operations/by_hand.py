"""Settling by hand: a person has looked into the account and says what became of an operation."""

from dataclasses import replace

from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import Facts, Subject
from wpp_mcp.access.services import Services
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.changes import Applied, Change
from wpp_mcp.operations.outcomes import Seen
from wpp_mcp.operations.people import Part, part_of
from wpp_mcp.operations.reconciliation import MovedOnError, write_settled
from wpp_mcp.operations.records import Assent, OperationRecord
from wpp_mcp.operations.settlement import reconciled
from wpp_mcp.operations.states import Status


def settle_by_hand(
    services: Services,
    seen: Snapshot,
    record: OperationRecord,
    facts: Facts,
    *,
    applied: bool,
    note: str,
) -> OperationRecord:
    """Settle an unknown operation by what a person has found out; return how it stands.

    Parameters
    ----------
    seen
        The person, as read with the operation: a manager of its agency or an admin, and not the
        one who asked for it. The entry stands in their chain.
    facts
        Of the person's call; the step is put in here.
    applied
        Whether all of it was done, or nothing.
    note
        What they write to those who are told.

    Raises
    ------
    WppError
        ``FORBIDDEN``; ``CONFLICT`` where it is not unknown (any more); ``AUDIT_UNAVAILABLE``.
    """
    caller = seen.caller
    if part_of(caller, record) is not Part.SECOND:
        raise WppError(
            ErrorCode.FORBIDDEN, "A manager of the agency or an admin says what became of it"
        )
    if record.status is not Status.UNKNOWN:
        raise WppError(ErrorCode.CONFLICT, f"The operation is {record.status.value}")
    word = Assent(
        by=caller.user_id,
        employee_id=caller.employee_id,
        at=seen.at,
        via=caller.client_id,
        note=note,
    )
    said = [
        Seen(change, _said(change, caller.user_id, applied=applied)) for change in record.changes
    ]
    ended = replace(reconciled(record, said), settlement=word)
    try:
        return write_settled(services, record, ended, Subject.of(seen), facts, note)
    except MovedOnError:
        raise WppError(ErrorCode.CONFLICT, "It was settled a moment ago") from None


def _said(change: Change, by: str, *, applied: bool) -> Applied:
    if not applied:
        return Applied(error={"code": "NOT_APPLIED", "message": f"Not done, says {by}"})
    return Applied(id=None if change.locator.temporary else change.locator.id)
