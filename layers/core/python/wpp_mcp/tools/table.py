"""What a read tool returns: all rows it found. Paging and size are the gateway's work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from wpp_mcp.tools.inputs import WireModel


class Row(WireModel):
    """One row of a result."""


class AnyRow(WireModel):
    """A row whose fields the caller chose: names as in the query, amounts without ``_micros``."""


RowT = TypeVar("RowT", bound=WireModel)


@dataclass(frozen=True, slots=True)
class Table(Generic[RowT]):
    """Rows and what holds for all of them.

    Parameters
    ----------
    rows
        Models, or flat mappings for `AnyRow`.
    matches
        How many there are in the account, where that is more than ``rows``.
    totals
        Over all ``rows``, by wire name.
    currency
        ISO 4217 code of every amount, where there are amounts.
    quota
        What is left of Google's quota, where the caller asked for it.
    notes
        What the reader has to know about the figures.
    """

    rows: Sequence[RowT | Mapping[str, Any]]
    matches: int | None = None
    totals: Mapping[str, Any] | None = None
    currency: str | None = None
    quota: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = field(default=())
