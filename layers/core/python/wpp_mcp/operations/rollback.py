"""Planning a rollback: what undoes operations, from their snapshots and what became of them.

A rollback is an operation like any other: previewed, agreed to, checked again, carried out once.
What it starts from are the live values, so that the executor refuses where they change after the
preview; where they are not what our operation left behind, the preview says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wpp_mcp.audit.entry import Action
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.writing import WritableReader
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.changes import Applied, Change, Plan, Undo, Verb
from wpp_mcp.models.text import visible, visible_all
from wpp_mcp.models.time import iso
from wpp_mcp.operations.merging import Undoing, merged
from wpp_mcp.operations.outcomes import DONE, same
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


@dataclass(frozen=True, slots=True)
class NotUndone:
    """A change that is left as it is."""

    operation_id: str
    change: Change
    reason: str

    @property
    def sentence(self) -> str:
        """Which one, and why."""
        return f"{_named(self.change)} is not undone: {self.reason}"

    def wire(self) -> dict[str, Any]:
        """Return it as it is answered."""
        place = self.change.locator
        return {
            "operationId": self.operation_id,
            "resource": place.type.value,
            "id": None if place.temporary else place.id,
            "name": visible(place.name) or None,
            "action": self.change.verb.value,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Rollback:
    """A plan that undoes operations.

    Parameters
    ----------
    undone
        Those of which it undoes something.
    said
        Further members of its preview.
    """

    plan: Plan
    action: Action
    undone: tuple[str, ...]
    said: dict[str, Any]


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


def rollback_of(executed: Sequence[Executed], reader: WritableReader) -> Rollback:
    """Return the plan that undoes operations as far as they can be.

    Raises
    ------
    WppError
        ``INVALID_REQUEST`` where nothing is left to undo, naming why for each change; a
        ``GOOGLE_…`` code.
    """
    newest_first = sorted(executed, key=_executed_at, reverse=True)
    wanted, left = _wanted(newest_first, reader)
    undoing, overtaken = merged(wanted)
    live = reader.live([one.change for one in undoing]) if undoing else []
    kept: list[Undoing] = []
    for one, now in zip(undoing, live, strict=True):
        against = _against(one, now)
        if isinstance(against, str):
            left += [NotUndone(each, one.change, against) for each in one.operations]
        else:
            kept.append(against)
    # What somebody has to agree to is what can be spent now, not what it was in the snapshot.
    now_behind = reader.behind([each.change for each in kept])
    kept = [each.as_of(change) for each, change in zip(kept, now_behind, strict=True)]
    if not kept:
        raise WppError(
            ErrorCode.INVALID_REQUEST,
            "There is nothing to undo: " + "; ".join(one.sentence for one in left),
            details={"notUndone": [one.wire() for one in left]},
        )
    return _rollback(newest_first, kept, left, overtaken)


def _wanted(
    executed: Sequence[Executed], reader: WritableReader
) -> tuple[list[Undoing], list[NotUndone]]:
    """Return what would undo each change, the last one first, and what nothing undoes."""
    wanted: list[Undoing] = []
    left: list[NotUndone] = []
    for one in executed:
        operation_id = one.record.operation_id
        for change, applied in one.done():
            undo: Undo = reader.undo(change, applied)
            if undo.change is None:
                reason = undo.loss or "nothing undoes it"
                left.append(NotUndone(operation_id, change, reason))
            else:
                wanted.append(Undoing((operation_id,), undo.change, undo.loss))
    return wanted, left


def _against(one: Undoing, live: Any) -> Undoing | str:
    """Return what undoes a change from what is there now, or why nothing is to be undone."""
    change = one.change
    if change.verb is Verb.CREATE:
        return one if live is None else "something like it is there again"
    if live is None:
        return "it was removed since"
    if change.verb is Verb.REMOVE:
        return one.warned(_later(change, live)).as_of(change.against(live))
    names = [name for name in change.after if not same(live.get(name), change.after[name])]
    if not names:
        return "it is as it was before already"
    left_behind = replace(change, before={n: change.before.get(n) for n in names})
    return one.warned(_later(left_behind, live)).as_of(change.against(live))


def _later(change: Change, live: Any) -> list[str]:
    """Return a warning for each value that is not what our operation left behind."""
    removed = change.verb is Verb.REMOVE
    return [
        f"{name} of {_named(change)} was {_text(left)} after the operation and was later changed"
        f" to {_text(live.get(name))}; undoing "
        + ("removes it" if removed else f"sets it back to {_text(change.after.get(name))}")
        for name, left in change.before.items()
        if not same(live.get(name), left)
    ]


def _rollback(
    executed: Sequence[Executed],
    kept: Sequence[Undoing],
    left: Sequence[NotUndone],
    overtaken: Sequence[str],
) -> Rollback:
    lost = dict.fromkeys(f"{_named(one.change)}: {one.loss}" for one in kept if one.loss)
    touched = {each for one in kept for each in one.operations}
    undone = tuple(
        one.record.operation_id for one in executed if one.record.operation_id in touched
    )
    warnings = [
        *overtaken,
        *(warning for one in kept for warning in one.warnings),
        *(one.sentence for one in left),
        *(f"Not all of it comes back. {loss}" for loss in lost),
    ]
    changes = [one.change for one in kept]
    removes = any(change.verb is Verb.REMOVE for change in changes)
    currency = next((one.record.currency for one in executed if one.record.currency), None)
    said = {
        "rollback": {
            "operations": [_told(one.record) for one in executed],
            "notUndone": [one.wire() for one in left],
        }
    }
    return Rollback(
        plan=Plan(changes=changes, currency=currency, warnings=tuple(warnings)),
        action=Action.DELETE if removes else Action.WRITE,
        undone=undone,
        said=visible_all(said),
    )


def _told(record: OperationRecord) -> dict[str, Any]:
    return {
        "operationId": record.operation_id,
        "tool": record.tool,
        "title": record.title,
        "requestedBy": record.user_id,
        "executedAt": iso(executed_at(record)),
    }


def executed_at(record: OperationRecord) -> Any:
    """Return when an operation was sent to Google."""
    return record.intent_at or record.created_at


def _executed_at(one: Executed) -> Any:
    return executed_at(one.record)


def _named(change: Change) -> str:
    place = change.locator
    return f"{place.type.value.replace('_', ' ')} {visible(place.name or place.id, 100)}"


def _text(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list | tuple):
        return ", ".join(visible(str(one), 100) for one in value)
    return visible(str(value), 100)
