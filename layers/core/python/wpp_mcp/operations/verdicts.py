"""What was decided about an operation, by whom and when, in words."""

from datetime import datetime
from typing import Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.time import iso
from wpp_mcp.operations.records import Assent, OperationRecord
from wpp_mcp.operations.states import OPEN, Status

BUSY_SECONDS: Final = 5
"""After which it is worth asking again about what is being carried out."""


def already_decided(record: OperationRecord) -> WppError:
    """Return the refusal of whoever decides on what is decided: who did, and what."""
    word = last_word(record)
    status = record.status.value
    if word is None:
        return WppError(ErrorCode.CONFLICT, f"It is decided already: {status}")
    if record.status not in (*OPEN, Status.REJECTED, Status.CANCELLED):
        # What became of it says more than who agreed to it.
        return WppError(ErrorCode.CONFLICT, f"It is decided already, and now {status}")
    return WppError(
        ErrorCode.CONFLICT,
        f"It is decided already: {word.by} {verb_of(record)} on {iso(word.at)}",
        action="See the operation",
        details={"status": status, "decidedBy": word.by, "decidedAt": iso(word.at)},
    )


def left_to_do(record: OperationRecord) -> bool:
    """Whether both have agreed to what needs no confirmation, a change of policies: it is due."""
    approved = record.status is Status.APPROVED and record.approval is not None
    return approved and record.account is None


def last_word(record: OperationRecord) -> Assent | None:
    """Return the word that brought an operation where it is; ``None`` where nobody said one."""
    if record.refusal is not None:
        return record.refusal
    words = [word for word in (record.approval, record.consent) if word is not None]
    return max(words, key=lambda word: word.at, default=None)


def verb_of(record: OperationRecord) -> str:
    """Return what that word did."""
    if record.status is Status.CANCELLED:
        return "took it back"
    return "rejected it" if record.refusal is not None else "approved it"


def require_open(record: OperationRecord, now: datetime) -> None:
    """Refuse whatever nobody can decide about any more.

    Raises
    ------
    WppError
        ``OPERATION_EXPIRED``, ``OPERATION_IN_PROGRESS``, or ``CONFLICT`` that says who decided.
    """
    if record.over(now) or record.status is Status.EXPIRED:
        raise WppError(ErrorCode.OPERATION_EXPIRED)
    if record.status is Status.EXECUTING:
        raise WppError(ErrorCode.OPERATION_IN_PROGRESS, retry_after=BUSY_SECONDS)
    if record.status not in OPEN:
        raise already_decided(record)
