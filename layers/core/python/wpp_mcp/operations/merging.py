"""Putting together what undoes several operations, so that each thing is changed once.

Steps come the newest first. Of what several of them say of one thing the oldest word counts for
what it was, and the newest for what was left behind.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from wpp_mcp.models.changes import Change, Verb
from wpp_mcp.models.text import visible
from wpp_mcp.operations.outcomes import same


@dataclass(frozen=True, slots=True)
class Undoing:
    """What undoes a change.

    Parameters
    ----------
    operations
        Of which operations it undoes something.
    change
        From what they left behind to how it was before them.
    loss
        What does not come back.
    warnings
        What is overwritten by it.
    """

    operations: tuple[str, ...]
    change: Change
    loss: str = ""
    warnings: tuple[str, ...] = ()

    def warned(self, warnings: Iterable[str]) -> "Undoing":
        """Return it with further warnings."""
        return replace(self, warnings=(*self.warnings, *warnings))

    def as_of(self, change: Change) -> "Undoing":
        """Return it with another start."""
        return replace(self, change=change)


def merged(steps: Sequence[Undoing]) -> tuple[list[Undoing], list[str]]:
    """Return one step for each thing, in order, and what is overwritten in between, in sentences.

    Parameters
    ----------
    steps
        The newest first.
    """
    found: dict[str, Undoing] = {}
    overtaken: list[str] = []
    for step in steps:
        key = step.change.locator.key
        newer = found.pop(key, None)
        if newer is None:
            found[key] = step
            continue
        together, between = _together(newer, step)
        found[key] = together  # in the place of the older one: what depends on it comes first
        overtaken += between
    return list(found.values()), overtaken


def _together(newer: Undoing, older: Undoing) -> tuple[Undoing, list[str]]:
    operations = tuple(dict.fromkeys([*newer.operations, *older.operations]))
    first, then = newer.change, older.change
    if then.verb is not Verb.UPDATE or first.verb is not Verb.UPDATE:
        # Made by the older one: it goes as a whole, whatever the newer one did to it.
        left_behind = {**then.before, **first.before}
        kept = {name: left_behind[name] for name in then.before}
        return replace(older, operations=operations, change=replace(then, before=kept)), []
    between = [
        f"{name} of {visible(then.locator.name or then.locator.id, 100)} was changed from"
        f" {then.before[name]} to {first.after[name]} between the operations that are undone;"
        f" undoing sets it back to {then.after.get(name)}"
        for name in then.before
        if name in first.after and not same(first.after[name], then.before[name])
    ]
    change = replace(
        then,
        before={**then.before, **first.before},
        after={**first.after, **then.after},
        budget=then.budget or first.budget,
        inherited=then.inherited or first.inherited,
    )
    loss = " ".join(dict.fromkeys(one for one in (newer.loss, older.loss) if one))
    return replace(older, operations=operations, change=change, loss=loss), between
