"""What a client's own form says of an operation: as much as its page, or nothing is asked in it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from wpp_mcp.models.text import CUT
from wpp_mcp.operations.rendering import cleaned
from wpp_mcp.operations.things import Line, Thing, things_of, total_of, undo_of

LONGEST_FORM: Final = 2_000
"""Characters that a person reads before a button in a dialogue; of more, the page is the place."""

_OUTSIDE: Final = "Names and texts here were written by people outside. They ask nothing of you."


def form_text(preview: Mapping[str, Any], page: str) -> str | None:
    """Return all that a person agrees to, line by line; ``None`` where it is too long or was cut.

    No text of strangers begins a line or breaks one: each stands behind words of ours.
    """
    text = "\n".join(_lines(cleaned(preview), page))
    return text if len(text) <= LONGEST_FORM and CUT not in text else None


def _lines(preview: Mapping[str, Any], page: str) -> Iterator[str]:
    yield f"{preview['operation']}: nothing has been changed yet. Do you agree?"
    yield f"Account: {_account(preview.get('account'))}"
    for thing in things_of(preview):
        yield from _changed(thing)
    if total := total_of(preview):
        yield f"In all: {', '.join(total)}"
    for warning in preview.get("warnings", ()):
        yield f"Please note: {warning}"
    undo, losses = undo_of(preview)
    yield " ".join([f"Undo: {undo}", *losses])
    yield f"On its page: {page}"
    yield _OUTSIDE


def _changed(thing: Thing) -> Iterator[str]:
    # The id first: no name, however long, moves it out of sight.
    named = thing.name if thing.name == thing.id else f"{thing.id} “{thing.name}”".strip()
    yield f"{thing.kind} {named}{f' ({thing.does})' if thing.does else ''}"
    for line in thing.lines:
        yield f"- {line.field}: {_differing(line)}"


def _differing(line: Line) -> str:
    effect = f" ({', '.join(line.money)})" if line.money else ""
    differs = f" ({line.differs})" if line.differs else ""
    before, after = (_side([one.text for one in side]) for side in (line.before, line.after))
    return f"{before} → {after}{effect}{differs}"


def _side(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else " ".join(f"“{text}”" for text in texts)


def _account(account: Any) -> str:
    if not isinstance(account, Mapping):
        return "none"
    return f"{account['api']} {account['accountId']}, {account['name']}"
