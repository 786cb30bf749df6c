"""Marking operations that another one has undone."""

from collections.abc import Mapping, Sequence
from typing import Final

from wpp_mcp.access.services import Services
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.operations.outcomes import DONE
from wpp_mcp.operations.records import OperationRecord, operation_of
from wpp_mcp.operations.states import Status
from wpp_mcp.storage.dynamo import ConditionFailedError, Key, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.operations import Operations

UNDOABLE: Final = frozenset({Status.SUCCEEDED, Status.PARTIALLY_SUCCEEDED, Status.RECONCILED})
"""States of operations of which something may stand that can be undone."""


def undone_keys(record: OperationRecord) -> list[Key]:
    """Return what to read to know how the operations stand that this one undoes."""
    return [Operations.key(operation_id) for operation_id in record.rollback_of]


def require_still_undoable(
    record: OperationRecord, found: Mapping[Key, Item]
) -> tuple[OperationRecord, ...]:
    """Return the operations that this one undoes, as they stand.

    Raises
    ------
    WppError
        ``CONFLICT``: one of them was undone since the preview.
    StorageError
        A record is damaged.
    """
    undone = _present(record, found)
    for one in undone:
        if one.status not in UNDOABLE:
            raise not_undone_twice(f"{one.operation_id} is {one.status.value}")
    return undone


def not_undone_twice(which: str = "was undone meanwhile") -> WppError:
    """Return the refusal of a rollback whose operation does not stand any more.

    Parameters
    ----------
    which
        What is said of it.
    """
    return WppError(
        ErrorCode.CONFLICT,
        f"The operation {which}: it is not undone twice",
        action="Preview it again if something is still to be undone",
    )


def still_undoable(undone: Sequence[OperationRecord]) -> list[Write]:
    """Return writes that change nothing, and hold only while operations stand as they were read.

    By their states: that a mail is noted meanwhile is nothing to a rollback.
    """
    return [Operations.holding(one.operation_id, one.status.value) for one in undone]


def marks(ended: OperationRecord, undone: Sequence[OperationRecord]) -> list[Write]:
    """Return the writes that mark what an operation has undone; each holds as it was read."""
    if not _stands(ended):
        return []
    sets = {"rolledBackBy": ended.operation_id}
    # When a job looks again stays as it is: a mail may be owed.
    return [
        one.move(Status.ROLLED_BACK, until=one.expires_at, sets=sets)
        for one in undone
        if one.status in UNDOABLE
    ]


class Marking:
    """Makes up for marks that the outcome of a rollback could not take along."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def follow(self, ended: OperationRecord) -> tuple[str, ...]:
        """Mark what an operation has undone and is not marked; return whose it was.

        Raises
        ------
        StorageError
            DynamoDB did not answer: it has to be done again.
        """
        if not _stands(ended):
            return ()
        for _ in range(_TRIES):
            undone = _present(ended, self._services.dynamo.batch_get(undone_keys(ended)))
            missing = marks(ended, undone)
            if not missing:
                break
            try:
                self._services.dynamo.transact(missing)
            except ConditionFailedError:
                continue  # one of them has moved on meanwhile
        return tuple(dict.fromkeys(one.user_id for one in undone))


_TRIES: Final = 3


def _present(record: OperationRecord, found: Mapping[Key, Item]) -> tuple[OperationRecord, ...]:
    return tuple(operation_of(found[key]) for key in undone_keys(record) if key in found)


def _stands(ended: OperationRecord) -> bool:
    """Whether all that a rollback wanted is done."""
    return bool(ended.rollback_of and ended.outcome) and all(
        one["outcome"] == DONE for one in ended.outcome
    )
