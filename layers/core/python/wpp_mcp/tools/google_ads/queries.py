"""How the tools of this package ask and answer: GAQL from parts, never from text.

A row model names the GAQL path of each of its fields with `Path`; the query selects just those.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeVar

from wpp_mcp.google.ads.connector import GoogleAds, SearchAnswer
from wpp_mcp.google.ads.gaql.ast import (
    Condition,
    Literal,
    LiteralKind,
    Operator,
    Query,
)
from wpp_mcp.google.ads.gaql.building import between, not_removed, one_of, select
from wpp_mcp.google.ads.rows import wire_name
from wpp_mcp.tools.inputs import PeriodInput, WireModel
from wpp_mcp.tools.table import Table

__all__ = [
    "CURRENCY",
    "Path",
    "currency_of",
    "not_removed",
    "one_of",
    "paths_of",
    "period",
    "rows_of",
    "select",
    "sums",
    "table",
]

CURRENCY: Final = "customer.currency_code"

RowT = TypeVar("RowT", bound=WireModel)


@dataclass(frozen=True, slots=True)
class Path:
    """Marks a row's field with the GAQL path that it comes from."""

    gaql: str


def paths_of(model: type[WireModel]) -> dict[str, str]:
    """Return field name to GAQL path, for the fields that have one."""
    return {
        name: mark.gaql
        for name, info in model.model_fields.items()
        for mark in info.metadata
        if isinstance(mark, Path)
    }


def rows_of(model: type[RowT], rows: Iterable[Mapping[str, Any]]) -> list[RowT]:
    """Return the connector's rows as models; ids are text on our wire and numbers on Google's."""
    texts = {n for n, i in model.model_fields.items() if i.annotation in (str, str | None)}
    sources = {name: wire_name(path) for name, path in paths_of(model).items()}
    return [
        model.model_validate(
            {
                name: str(row[source]) if name in texts else row[source]
                for name, source in sources.items()
                if row.get(source) is not None
            }
        )
        for row in rows
    ]


def period(request: PeriodInput) -> Condition:
    """Return the condition on days; Google knows what "today" is in the account's time zone."""
    if request.start_date is None or request.end_date is None:
        word = Literal(LiteralKind.WORD, "LAST_30_DAYS")
        return Condition("segments.date", Operator.DURING, (word,))
    return between(request.start_date.isoformat(), request.end_date.isoformat())


def currency_of(answer: SearchAnswer) -> str | None:
    """Return the account's currency from the first row that tells it."""
    return next((row[CURRENCY] for row in answer.rows if row.get(CURRENCY)), None)


def sums(rows: Iterable[Mapping[str, Any]], totals: Mapping[str, str]) -> dict[str, Any]:
    """Return sums over all rows.

    Parameters
    ----------
    rows
        As the connector gives them, by wire name of the path.
    totals
        Path in the row to name in the answer.
    """
    added: dict[str, Any] = dict.fromkeys(totals.values(), Decimal(0))
    for row in rows:
        for path, name in totals.items():
            added[name] += Decimal(str(row.get(path) or 0))
    return added


def table(
    ads: GoogleAds, query: Query, model: type[RowT], totals: Mapping[str, str] | None = None
) -> Table[RowT]:
    """Run a query and return its rows as the model says, with sums and the account's currency."""
    answer = ads.search(query)
    notes: tuple[str, ...] = ()
    if answer.matches > len(answer.rows):
        first = len(answer.rows)
        note = f"{answer.matches} rows match; these are the first {first}, totals included."
        notes = (f"{note} Narrow the question for the rest.",)
    return Table(
        rows=rows_of(model, answer.rows),
        matches=answer.matches,
        totals=sums(answer.rows, totals) if totals else None,
        currency=currency_of(answer),
        notes=notes,
    )
