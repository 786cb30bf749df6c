"""Writing down what became of an unknown operation, whoever has found it out.

Apart from `reconciliation`, which asks Google: a function that only takes a person's word is
deployed without Google's libraries.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wpp_mcp.access.recording import Facts, Recorder, Subject
from wpp_mcp.access.services import Services
from wpp_mcp.audit.trail import LinkedWriteRefusedError
from wpp_mcp.operations.aftermath import Aftermath
from wpp_mcp.operations.given_back import given_back
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.runs import NOTIFY_AGAIN
from wpp_mcp.operations.settlement import settling
from wpp_mcp.storage.dynamo import Write


class MovedOnError(Exception):
    """Somebody else has moved the operation on since it was read: there is nothing to do."""


@dataclass(frozen=True, slots=True)
class Settled:
    """An operation of which it is known what became of it.

    Parameters
    ----------
    record
        How it stands.
    told
        Whom the mail about it goes to.
    """

    record: OperationRecord
    audit_log_id: str
    told: tuple[str, ...]


def write_settled(
    services: Services,
    record: OperationRecord,
    ended: OperationRecord,
    subject: Subject,
    facts: Facts,
    beside: Sequence[Write] = (),
) -> Settled:
    """Write down what became of an unknown operation with its entry, and tell of it.

    What it has used up of limits and did not do is given back with it.

    Parameters
    ----------
    beside
        What else is written with it, all or nothing.

    Raises
    ------
    MovedOnError
        Somebody else was faster.
    LinkedWriteRefusedError
        One of ``beside`` did not hold; ``index`` counts from the first of them.
    WppError
        ``AUDIT_UNAVAILABLE``.
    """
    write = settling(record, ended, services.runtime.clock() + NOTIFY_AGAIN)
    said = replace(facts, step="reconciled", error=None, rows=len(ended.outcome))
    try:
        recorded = Recorder(services).note_with(subject, said, [write, *beside], given_back(ended))
    except LinkedWriteRefusedError as lost:
        if lost.index == 0:
            raise MovedOnError from lost
        raise LinkedWriteRefusedError(lost.index - 1, lost.item) from None
    after = replace(ended, revision=record.revision + 1)
    told = Aftermath(services).follow(after, recorded.audit_log_id)
    stands = replace(after, audit_log_id=recorded.audit_log_id, notified=told)
    return Settled(stands, recorded.audit_log_id, told)
