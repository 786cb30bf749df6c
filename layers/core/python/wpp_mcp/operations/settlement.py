"""What follows from what an account, or a person, says of a request that had no answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from wpp_mcp.models.changes import Applied
from wpp_mcp.operations.outcomes import Seen, data_of
from wpp_mcp.operations.packing import packed_result
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.states import Status
from wpp_mcp.storage import locks
from wpp_mcp.storage.dynamo import Write

CLOCKS_APART: Final = timedelta(minutes=2)
"""How far our clocks, and Google's, may be apart without anything being settled wrongly."""

_WAITS: Final = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(days=1),
)
_NOT_TOLD: Final = "The account does not tell whether all of it was done"
_CONTRADICTED: Final = (
    "The account shows some of it as done and some not, although it was sent as all or nothing:"
    " somebody has changed it since"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the account says of all changes of one request.

    Parameters
    ----------
    applied
        What became of each; empty where that is not known.
    unsettled
        Why it is not.
    """

    applied: tuple[Applied, ...] = ()
    unsettled: str = ""


def span_of(record: OperationRecord) -> tuple[datetime, datetime]:
    """Return between when and when a request may have been applied, by whichever clock."""
    sent = record.intent_at or record.created_at
    return sent - CLOCKS_APART, sent + locks.LIFETIME + CLOCKS_APART


def answer_of(record: OperationRecord, said: Sequence[Applied | None]) -> Answer:
    """Return what an account's word on each change says of the request as a whole."""
    told = tuple(one for one in said if one is not None)
    if len(told) < len(record.changes):
        return Answer(unsettled=_NOT_TOLD)
    if not record.partial and len({one.done for one in told}) > 1:
        return Answer(unsettled=_CONTRADICTED)
    return Answer(told)


def reconciled(record: OperationRecord, seen: Sequence[Seen]) -> OperationRecord:
    """Return an operation of which it is known what became of each change."""
    by_us = [replace(one, refused=False) for one in seen]
    done = sum(one.applied.done for one in seen)
    data: dict[str, Any] = data_of(record, Status.RECONCILED, by_us)
    data["applied"] = "all" if done == len(seen) else "some" if done else "none"
    return replace(
        record,
        status=Status.RECONCILED,
        outcome=tuple(one.wire() for one in by_us),
        result={"data": data},
        unsettled=None,
    )


def settling(record: OperationRecord, ended: OperationRecord, until: datetime) -> Write:
    """Return the write of what `reconciled` returned, from the operation as it was read."""
    sets: dict[str, Any] = {"ended": packed_result(ended.result, ended.outcome)}
    if ended.settlement is not None:
        sets["settlement"] = ended.settlement.wire()
    return record.move(Status.RECONCILED, until=until, sets=sets, removes=("unsettled",))


def asked_again(record: OperationRecord, why: str, now: datetime) -> tuple[OperationRecord, Write]:
    """Return an operation that is still unknown, and the write that says when to ask again."""
    until = now + _WAITS[min(record.asked, len(_WAITS) - 1)]
    after = replace(
        record,
        asked=record.asked + 1,
        unsettled=why,
        expires_at=until,
        revision=record.revision + 1,
    )
    write = record.move(
        Status.UNKNOWN, until=until, sets={"asked": after.asked, "unsettled": after.unsettled}
    )
    return after, write
