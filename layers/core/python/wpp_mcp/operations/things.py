"""What an operation changes, in words: each thing once, each field from what to what, the money.

The page of an operation and the form of a client say it with the same words. Nothing is left out
or cut here: people agree to all of it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from wpp_mcp.models import strict_json

_NOTHING: Final = "nothing"
_DOES: Final = {"create": "new", "remove": "removed", "act": "set going"}
_UNDO: Final = {
    "exact": "It can be undone exactly.",
    "compensating": "It can be undone, but not all of it comes back.",
    "none": "It cannot be undone.",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A value, or one of a list of them; ``mark`` says that only one of two lists has it."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a thing: from what to what, and what that means in money.

    Parameters
    ----------
    before, after
        More than one entry for a list.
    differs
        Of two lists: how they differ.
    """

    field: str
    before: tuple[Entry, ...]
    after: tuple[Entry, ...]
    differs: str = ""
    money: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is changed, and the fields that are."""

    kind: str
    name: str
    id: str
    does: str
    lines: list[Line] = field(default_factory=list)


def things_of(preview: Mapping[str, Any]) -> tuple[Thing, ...]:
    """Return the changes by thing, in the order in which they come."""
    things: dict[tuple[str, str, str, str], Thing] = {}
    currency = preview.get("currency")
    for change in map(_mapping, preview.get("changes", ())):
        kind, name, place = (str(change.get(key) or "") for key in ("resource", "name", "id"))
        does = _DOES.get(str(change.get("action")), "")
        thing = things.setdefault(
            (kind, place, name, does), Thing(words(kind), name or place, place, does)
        )
        if change.get("field"):
            thing.lines.append(_line(change, currency))
    return tuple(things.values())


def total_of(preview: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what all changes mean together, in money."""
    return tuple(_total(_mapping(preview.get("money"))))


def undo_of(preview: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return how all of it can be undone, and what does not come back."""
    undo = _mapping(preview.get("undo"))
    losses = tuple(map(str, undo.get("losses", ())))
    return _UNDO.get(str(undo.get("kind")), _UNDO["none"]), losses


def words(name: str) -> str:
    """Return a name on the wire as people write it: ``Campaign budget``, ``Cpc bid``."""
    parted = "".join(f" {c.lower()}" if c.isupper() else c for c in name.replace("_", " "))
    return parted.strip().capitalize()


def value_text(value: Any, unit: str = "") -> str:
    """Return a single value as text."""
    if value is None or value == "" or value == []:
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    number = _number(value)
    if number is None:
        return strict_json.dumps(value)
    return f"{number:,f} {unit}".strip()


def _line(change: Mapping[str, Any], currency: Any) -> Line:
    money = change.get("money")
    unit = str(currency) if isinstance(money, Mapping) and currency else ""
    values = change.get("before"), change.get("after")
    before, after = ([value_text(one, unit) for one in _listed(value)] for value in values)
    lists = all(isinstance(value, list | tuple) and value for value in values)
    return Line(
        field=words(str(change["field"])),
        before=_entries(before, after if lists else before, "removed"),
        after=_entries(after, before if lists else after, "added"),
        differs=_differs(before, after) if lists else "",
        money=tuple(_effect(_mapping(money))),
    )


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) and value else [value]


def _entries(texts: Sequence[str], others: Sequence[str], mark: str) -> tuple[Entry, ...]:
    """Return the entries of a list; those that the other one lacks are marked."""
    only = Counter(texts) - Counter(others)
    entries = []
    # What stands there twice and once in the other is marked where it comes again.
    for text in reversed(texts):
        marked = only[text] > 0
        only[text] -= marked
        entries.append(Entry(text, mark if marked else ""))
    return tuple(reversed(entries))


def _differs(before: Sequence[str], after: Sequence[str]) -> str:
    added, removed = Counter(after) - Counter(before), Counter(before) - Counter(after)
    if not added and not removed:
        return "the same in another order"
    return f"{added.total()} added, {removed.total()} removed"


def _effect(money: Mapping[str, Any]) -> Iterator[str]:
    currency = str(money.get("currency", ""))
    for name, unit in (("perDay", "a day"), ("perMonth", "a month")):
        if _number(money.get(name)) is not None:
            yield f"{_signed(money[name])} {currency} {unit}"
    if _number(money.get("percent")) is not None:
        yield f"{_signed(money['percent'])} %"


def _total(money: Mapping[str, Any]) -> Iterator[str]:
    currency = str(money.get("currency", ""))
    if _number(money.get("perDay")) is not None:
        yield f"{_signed(money['perDay'])} {currency} a day on average"
    if _number(money.get("perMonth")) is not None:
        yield f"{_signed(money['perMonth'])} {currency} a month at most"


def _signed(value: Any) -> str:
    return f"{Decimal(str(value)).normalize():+,f}"


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    # As the wire has it, whether it was stored in between or not: 2.5, not 2.500000.
    return Decimal(str(value)).normalize()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
