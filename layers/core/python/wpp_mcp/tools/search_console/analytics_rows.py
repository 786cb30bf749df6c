"""Rows of Search Analytics: keys become fields, and Google's remarks become notes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic.alias_generators import to_snake

from wpp_mcp.tools.search_console.properties import spelled
from wpp_mcp.tools.table import Row

_MOMENT: Final = re.compile(r"[0-9T:+-]{10,25}", re.ASCII)
_AGGREGATED: Final = {
    "byPage": "Aggregated by page: each page of a result counts.",
    "byProperty": "Aggregated by property: a result counts once, however many pages it shows.",
    "byNewsShowcasePanel": "Aggregated by News Showcase panel.",
}


class SearchAnalyticsRow(Row):
    """Sums of one combination of the chosen dimensions; ``position`` 1 is the top."""

    date: str | None = None
    query: str | None = None
    page: str | None = None
    country: str | None = None
    device: str | None = None
    search_appearance: str | None = None
    hour: str | None = None
    clicks: int
    impressions: int
    ctr: float | None = None
    position: float | None = None


def rows_of(
    dimensions: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> list[SearchAnalyticsRow]:
    """Return Google's rows with each key under its dimension's name."""
    names = [to_snake(dimension) for dimension in dimensions]
    return [
        SearchAnalyticsRow.model_validate(
            {
                **dict(zip(names, row.get("keys", ()), strict=False)),
                "clicks": round(row.get("clicks", 0)),
                "impressions": round(row.get("impressions", 0)),
                "ctr": _rounded(row.get("ctr"), 5),
                "position": _rounded(row.get("position"), 2),
            }
        )
        for row in rows
    ]


def notes(answer: Mapping[str, Any], following: int | None) -> tuple[str, ...]:
    """Return what the reader has to know about the figures.

    Parameters
    ----------
    following
        The row to go on from, where there may be more than were asked for.
    """
    said = [_AGGREGATED.get(spelled(answer.get("responseAggregationType")) or "")]
    metadata = answer.get("metadata", {})
    for name in ("firstIncompleteDate", "firstIncompleteHour"):
        moment = str(metadata.get(name, ""))
        # Notes stand outside the marked content: nothing but a date or time gets there.
        if _MOMENT.fullmatch(moment):
            said.append(f"From {moment} on the figures are not complete yet.")
    if following is not None:
        said.append(
            "rowLimit is reached, and the totals are those of these rows. There may be more: ask "
            f"again with startRow {following}, or narrow the question."
        )
    return tuple(note for note in said if note)


def _rounded(value: Any, digits: int) -> float | None:
    return round(float(value), digits) if isinstance(value, int | float) else None
