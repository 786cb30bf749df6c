"""Planning a rollback: what undoes operations, from their snapshots and what became of them.

A rollback is an operation like any other: previewed, agreed to, checked again, carried out once.
What it starts from are the live values, so that the executor refuses where they change after the
preview; where they are not what our operation left behind, the preview says so.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.writing import WritableReader
from wpp_mcp.models.changes import CONTENTS, Change, Undo, Verb
from wpp_mcp.models.text import visible
from wpp_mcp.operations.executed import Executed, executed_at
from wpp_mcp.operations.merging import Undoing, merged
from wpp_mcp.operations.outcomes import same
from wpp_mcp.operations.rollback_plan import NotUndone, Rollback, named

_OF_ITEMS: Final = frozenset({ErrorCode.GOOGLE_INVALID_REQUEST, ErrorCode.INVALID_REQUEST})
"""Refusals that may be about single changes, so that the others can be undone all the same."""
_LONGEST_REASON: Final = 300
_LONGEST_TEXT: Final = 150


def rollback_of(executed: Sequence[Executed], reader: WritableReader) -> Rollback:
    """Return what undoes operations as far as they can be.

    Raises
    ------
    WppError
        ``INVALID_REQUEST`` where nothing is left to undo, naming why for each change; a
        ``GOOGLE_…`` code.
    """
    newest_first = sorted(executed, key=lambda one: executed_at(one.record), reverse=True)
    wanted, left = _wanted(newest_first, reader)
    undoing, overtaken = merged(wanted)
    live = reader.live([one.change for one in undoing]) if undoing else []
    kept: list[Undoing] = []
    for one, now in zip(undoing, live, strict=True):
        against = _against(one, now)
        if isinstance(against, str):
            left += _left(one, against)
        else:
            kept.append(against)
    if not kept:
        raise _nothing(ErrorCode.INVALID_REQUEST, left)
    # What somebody has to agree to is what can be spent now, not what it was in the snapshot.
    changes = reader.behind([each.change for each in kept])
    return Rollback(
        executed=newest_first,
        kept=[each.as_of(change) for each, change in zip(kept, changes, strict=True)],
        left=left,
        overtaken=overtaken,
    )


def without_refused(rollback: Rollback, refusal: WppError, reader: WritableReader) -> Rollback:
    """Return a rollback without what Google would refuse, and without what depends on that.

    Parameters
    ----------
    refusal
        Of the rollback as a whole.

    Raises
    ------
    WppError
        ``refusal`` where it is about no change in particular; its code, with why for each change,
        where nothing is left; a ``GOOGLE_…`` code.
    """
    if refusal.code not in _OF_ITEMS:
        raise refusal
    kept: list[Undoing] = []
    left = list(rollback.left)
    checks = reader.validate(rollback.changes, partial=True)
    for one, check in zip(rollback.kept, checks, strict=True):
        if check.error is None:
            kept.append(one)
        else:
            left += _left(one, visible(str(check.error["message"]), _LONGEST_REASON))
    if len(kept) == len(rollback.kept):
        raise refusal
    kept, holding = _emptied(kept, reader)
    left += [each for one in holding for each in _left(one, "what lies in it is not undone")]
    if not kept:
        raise _nothing(refusal.code, left)
    return replace(rollback, kept=kept, left=left)


def _emptied(
    kept: Sequence[Undoing], reader: WritableReader
) -> tuple[list[Undoing], list[Undoing]]:
    """Return what can go on, and removals that would take along what was just left out.

    Asked again as long as something is left out: what that lies in stays, too.
    """
    staying = list(kept)
    holding: list[Undoing] = []
    while staying:
        live = reader.live([one.change for one in staying])
        pairs = list(zip(staying, live, strict=True))
        found = [one for one, now in pairs if _holds_more(one.change, now)]
        if not found:
            break
        holding += found
        staying = [one for one in staying if one not in found]
    return staying, holding


def _holds_more(change: Change, live: Any) -> bool:
    if CONTENTS not in change.before or live is None:
        return False
    return not same(live.get(CONTENTS), change.before[CONTENTS])


def _left(one: Undoing, reason: str) -> list[NotUndone]:
    return [NotUndone(each, one.change, reason) for each in one.operations]


def _nothing(code: ErrorCode, left: Sequence[NotUndone]) -> WppError:
    return WppError(
        code,
        "There is nothing to undo: " + "; ".join(one.sentence for one in left),
        details={"notUndone": [one.wire() for one in left]},
    )


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
    return [
        _overwritten(change, name, live.get(name))
        for name, left in change.before.items()
        if not same(live.get(name), left)
    ]


def _overwritten(change: Change, name: str, now: Any) -> str:
    if name == CONTENTS:
        return f"In {named(change)} lies what others added; undoing removes it too: {_text(now)}"
    removed = change.verb is Verb.REMOVE
    return (
        f"{name} of {named(change)} was {_text(change.before[name])} after the operation and was"
        f" later changed to {_text(now)}; undoing "
        + ("removes it" if removed else f"sets it back to {_text(change.after.get(name))}")
    )


def _text(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list | tuple):
        return ", ".join(visible(str(one), _LONGEST_TEXT) for one in value)
    return visible(str(value), _LONGEST_TEXT)
