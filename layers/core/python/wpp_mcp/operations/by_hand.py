"""Settling by hand: a person has looked into the account and says what became of an operation.

Like a decision it is bound to the digest of what the person was shown, and is one write that holds
only for the operation as it was read.
"""

from dataclasses import dataclass, replace
from hashlib import sha256

from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import Facts, Subject
from wpp_mcp.access.services import Services
from wpp_mcp.audit.entry import Action
from wpp_mcp.audit.trail import LinkedWriteRefusedError
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models import strict_json
from wpp_mcp.models.caller import Channel
from wpp_mcp.models.changes import Applied, Change
from wpp_mcp.operations.calls import Call, OperationCalls
from wpp_mcp.operations.outcomes import Seen
from wpp_mcp.operations.people import Part, part_of
from wpp_mcp.operations.records import Assent, OperationRecord
from wpp_mcp.operations.settled import MovedOnError, Settled, write_settled
from wpp_mcp.operations.settlement import reconciled
from wpp_mcp.operations.states import Status
from wpp_mcp.operations.views import second_person
from wpp_mcp.routes import TOOL_ROLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a person has found out about an unknown operation.

    Parameters
    ----------
    applied
        Whether all of it was done, or nothing.
    digest
        Of what the person was shown.
    note
        What they write to those who are told.
    """

    operation_id: str
    applied: bool
    digest: str
    note: str = ""
    channel: Channel
    correlation_id: str


class Settlements:
    """Takes the word of those who have looked."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._calls = OperationCalls(services)

    def settle(self, seen: Snapshot, finding: Finding) -> Settled:
        """Settle an unknown operation by the word of the person who was read with it.

        Raises
        ------
        WppError
            ``NOT_FOUND``, ``CONFIRMATION_INVALID`` for another digest, and as `settle_by_hand`;
            each is recorded.
        """
        with self._calls.about(seen, _call(finding), finding.operation_id) as found:
            if finding.digest != found.record.digest:
                raise WppError(
                    ErrorCode.CONFIRMATION_INVALID, reason="the digest of something else"
                )
            return settle_by_hand(
                self._services,
                seen,
                found.record,
                found.facts,
                applied=finding.applied,
                note=finding.note,
            )


def settle_by_hand(
    services: Services,
    seen: Snapshot,
    record: OperationRecord,
    facts: Facts,
    *,
    applied: bool,
    note: str,
) -> Settled:
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
        ``FORBIDDEN``; ``CONFLICT`` where it is not unknown (any more), or has changed since it was
        read; ``RATE_LIMITED``; ``AUDIT_UNAVAILABLE``.
    """
    caller = seen.caller
    if part_of(caller, record) is not Part.SECOND:
        raise WppError(
            ErrorCode.FORBIDDEN,
            "Whoever asked for a change does not say what became of it",
            action=f"Ask {second_person(record)} to look into the account",
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
    counted = seen.window.count_user(caller.user_id, seen.policy)
    try:
        return write_settled(services, record, ended, Subject.of(seen), facts, [counted])
    except MovedOnError:
        # A job asks the account in between: it may still be unknown.
        raise WppError(
            ErrorCode.CONFLICT, "It has changed since it was read", action="See the operation"
        ) from None
    except LinkedWriteRefusedError:
        raise WppError(ErrorCode.RATE_LIMITED, retry_after=1) from None


def _call(finding: Finding) -> Call:
    asked = {
        "operationId": finding.operation_id,
        "applied": finding.applied,
        "digest": finding.digest,
        "note": finding.note,
    }
    return Call(
        what="operation_settlement",
        channel=finding.channel,
        correlation_id=finding.correlation_id,
        roles=TOOL_ROLES,
        action=Action.WRITE,
        request_digest=sha256(strict_json.canonical(asked)).hexdigest(),
    )


def _said(change: Change, by: str, *, applied: bool) -> Applied:
    if not applied:
        return Applied(error={"code": "NOT_APPLIED", "message": f"Not done, says {by}"})
    return Applied(id=None if change.locator.temporary else change.locator.id)
