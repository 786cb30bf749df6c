"""What an account shows against what a plan says: before something is sent, and afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from wpp_mcp.errors import WppError
from wpp_mcp.google.writing import WritableReader
from wpp_mcp.models.changes import Applied, Change, Verb
from wpp_mcp.models.text import visible_all
from wpp_mcp.operations.outcomes import Seen, same
from wpp_mcp.operations.records import OperationRecord


def things(record: OperationRecord) -> list[str]:
    """Return what is locked: everything that is there already, and what the operation undoes.

    Of what is made again nothing is there yet; that it is made once, its operation sees to.
    """
    there = [change.locator.key for change in record.changes if not change.locator.temporary]
    return [*there, *record.rollback_of]


def drifts(changes: Sequence[Change], reader: WritableReader) -> list[dict[str, Any]]:
    """Return what the account shows otherwise than it was previewed, each with both values.

    That is what changes start from, and what stands behind them, as budgets: the limits were
    checked against that, and people have agreed to what it lets be spent.

    Raises
    ------
    WppError
        A ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
    """
    live, behind = reader.live(changes), reader.behind(changes)
    return [
        _drift(change, now, then)
        for change, now, then in zip(changes, live, behind, strict=True)
        if not _as_previewed(change, now) or then != change
    ]


def _as_previewed(change: Change, live: Mapping[str, Any] | None) -> bool:
    """Whether the account shows what the change was previewed from."""
    if change.verb is Verb.CREATE:
        return live is None
    if live is None:
        return not change.before
    return all(same(live.get(name), value) for name, value in change.before.items())


def _drift(change: Change, live: Mapping[str, Any] | None, behind: Change) -> dict[str, Any]:
    """Return both values, for whoever has to preview again; texts made visible (threats.md G2)."""
    place = change.locator
    said: dict[str, Any] = {
        "resource": place.type.value,
        "id": place.id,
        "name": place.name,
        "previewed": {**change.before, **_behind(change, behind)},
        "live": {**(live or {}), **_behind(behind, change)} or None,
    }
    return {name: visible_all(value) for name, value in said.items()}


def _behind(one: Change, other: Change) -> dict[str, Any]:
    """Return what stands behind a change, as far as behind the other one it is not the same."""
    said: dict[str, Any] = {}
    if one.inherited != other.inherited and one.inherited is not None:
        said["inherited"] = one.inherited.wire()
    if one.budget != other.budget and one.budget is not None:
        told = other.budget.wire() if other.budget else {}
        whole = one.budget.wire()
        said["budget"] = {n: v for n, v in whole.items() if n == "id" or told.get(n) != v}
    return said


def read_back(
    changes: Sequence[Change], applied: Sequence[Applied], reader: WritableReader
) -> list[Seen]:
    """Read what the account shows now; that it cannot be read changes nothing of what was done."""
    changes = _with_ids(changes, applied)
    asked = [_afterwards(change, one) for change, one in zip(changes, applied, strict=True)]
    try:
        live = reader.live(asked)
    except WppError:
        return [Seen(change, one) for change, one in zip(changes, applied, strict=True)]
    return [
        Seen(change, one, now, read=True)
        for change, one, now in zip(changes, applied, live, strict=True)
    ]


def _with_ids(changes: Sequence[Change], applied: Sequence[Applied]) -> list[Change]:
    """Return the changes with the ids that what they were made of has got meanwhile."""
    ids = {c.locator.id: a.id for c, a in zip(changes, applied, strict=True) if a.id}
    return [
        replace(
            change,
            after={
                name: ids.get(value, value) if value in change.depends_on else value
                for name, value in change.after.items()
            },
        )
        for change in changes
    ]


def _afterwards(change: Change, applied: Applied) -> Change:
    place = replace(change.locator, id=applied.id or change.locator.id)
    return replace(change, locator=place, before=change.after or change.before)
