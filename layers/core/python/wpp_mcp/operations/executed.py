"""Operations that were carried out, and whether anything of them can be undone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.changes import Applied, Change
from wpp_mcp.operations.outcomes import DONE
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.states import Status
from wpp_mcp.operations.undone import UNDOABLE
from wpp_mcp.storage.snapshots import LIFETIME

_REASONS: dict[Status, str] = {
    Status.ROLLED_BACK: "it was undone already",
    Status.UNKNOWN: "what became of it is not known yet",
    Status.EXECUTING: "it is being carried out",
    Status.FAILED: "it was refused, and nothing was changed",
}


@dataclass(frozen=True, slots=True)
class Executed:
    """An operation that was carried out.

    Parameters
    ----------
    snapshot
        Its changes with how things were before, in their order.
    """

    record: OperationRecord
    snapshot: Sequence[Change] = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what nothing can be undone from.

        Raises
        ------
        WppError
            ``CONFLICT``: the snapshot is not kept any more.
        """
        if len(self.snapshot) != len(self.record.outcome):
            raise WppError(
                ErrorCode.CONFLICT,
                f"The operation {self.record.operation_id} cannot be undone: how things were"
                f" before is kept for {LIFETIME.days} days",
            )

    def done(self) -> Iterator[tuple[Change, Applied]]:
        """Yield each change that stands, with what it is called now, the last one first."""
        pairs = list(zip(self.snapshot, self.record.outcome, strict=True))
        for change, outcome in reversed(pairs):
            if outcome["outcome"] == DONE:
                yield change, Applied(id=outcome.get("id"))


def account_of_all(records: Sequence[OperationRecord]) -> AccountRef:
    """Return the account of operations.

    Raises
    ------
    WppError
        ``INVALID_REQUEST``: they are not of one account, or of none.
    """
    accounts = {record.account for record in records}
    account = accounts.pop()
    if accounts or account is None:
        raise WppError(ErrorCode.INVALID_REQUEST, "Name operations of one Google account")
    return account


def require_executed(records: Sequence[OperationRecord]) -> None:
    """Refuse operations of which nothing stands that could be undone.

    Raises
    ------
    WppError
        ``CONFLICT`` naming the first that was not executed, or was undone already.
    """
    for record in records:
        if record.status in UNDOABLE:
            continue
        why = _REASONS.get(record.status, "it was not executed")
        said = f"The operation {record.operation_id} cannot be undone: {why}"
        details = {"operationId": record.operation_id, "status": record.status.value}
        raise WppError(
            ErrorCode.CONFLICT,
            said,
            details=details | ({"by": record.rolled_back_by} if record.rolled_back_by else {}),
        )


def executed_at(record: OperationRecord) -> datetime:
    """Return when an operation was sent to Google."""
    return record.intent_at or record.created_at
