"""The columns of the archive, from the entries themselves: nothing has to be kept in step.

Glue's table, the Parquet files and what is sent to them all come from `columns`. Beside the columns
that are searched by, ``entry`` holds the whole entry as its HMAC was made of it, so that a chain
can be verified from the archive alone, and an attribute that is newer than the table is kept too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final, get_args, get_type_hints

from wpp_mcp.audit.chain import ChainKey, genesis, linked
from wpp_mcp.audit.entry import Action, Entry, Result
from wpp_mcp.models import strict_json

ENTRY: Final = "entry"
ARRIVED: Final = "arrived"
"""The partition: the day on which an entry came to the archive, ``YYYY-MM-DD``."""

_SAMPLES: Final[Mapping[Any, Any]] = {
    str: "x",
    int: 1,
    datetime: datetime(2026, 1, 1, tzinfo=UTC),
    Action: Action.READ,
    Result: Result.SUCCESS,
}


class Kind(StrEnum):
    """The types in use, as Glue and Athena call them."""

    TEXT = "string"
    NUMBER = "bigint"


@dataclass(frozen=True, slots=True)
class Column:
    """One column, and the attribute of an entry that it holds."""

    name: str
    kind: Kind
    attribute: str

    def takes(self, value: object) -> bool:
        """Whether a value is of the column's type."""
        wanted = str if self.kind is Kind.TEXT else int
        return isinstance(value, wanted) and not isinstance(value, bool)


class NotAnEntryError(ValueError):
    """An item of the audit log is none that the product writes; the message names no content."""


@cache
def columns() -> tuple[Column, ...]:
    """Return a column for each attribute that an entry can have, ``entry`` aside."""
    hints = get_type_hints(Entry)
    every = Entry(**{f.name: _SAMPLES[_type(hints[f.name])] for f in fields(Entry)})
    stored = linked(ChainKey(b""), genesis("x", "x"), "x", "x", every.attributes())
    return tuple(
        Column(_snake(name), Kind.NUMBER if isinstance(value, int) else Kind.TEXT, name)
        for name, value in sorted(stored.items())
    )


def schema() -> dict[str, str]:
    """Return every column of the table with its type, without the partition."""
    return {column.name: column.kind.value for column in columns()} | {ENTRY: Kind.TEXT.value}


def row(entry: Mapping[str, Any]) -> bytes:
    """Return a stored entry as a line of JSON with the columns' names.

    Raises
    ------
    NotAnEntryError
        It lacks its place in a chain, has a value of another type, or one that is not JSON.
    """
    values: dict[str, Any] = {}
    for column in columns():
        value = entry.get(column.attribute)
        if value is None:
            continue
        if not column.takes(value):
            raise NotAnEntryError(f"{column.attribute} is of another type")
        values[column.name] = value
    lacking = {"user_id", "day_sequence", "day", "sequence", "mac"} - set(values)
    if lacking:
        raise NotAnEntryError(f"lacks {', '.join(sorted(lacking))}")
    try:
        values[ENTRY] = strict_json.canonical(entry).decode("ascii")
        return strict_json.dumps(values).encode() + b"\n"
    except (TypeError, ValueError) as error:
        raise NotAnEntryError("holds what is not JSON") from error


def restored(line: str | bytes) -> dict[str, Any]:
    """Return the entry of a line, as it was stored.

    Raises
    ------
    ValueError
        The line is none of `row`.
    """
    values = strict_json.loads(line)
    if not isinstance(values, dict) or not isinstance(values.get(ENTRY), str):
        raise NotAnEntryError("not a line of the archive")
    entry: dict[str, Any] = strict_json.loads(values[ENTRY])
    return entry


def _type(hint: Any) -> Any:
    """Return the type behind ``str | None``."""
    choices = [choice for choice in get_args(hint) if choice is not type(None)]
    return choices[0] if choices else hint


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
