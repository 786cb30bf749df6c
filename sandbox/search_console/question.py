"""What one query of Search Analytics asks for, checked as Google checks it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sandbox.search_console.days import Known
from sandbox.search_console.failures import invalid, wrong_parameter
from sandbox.search_console.filters import dimensions_of

MAX_ROWS: Final = 25_000
_DEFAULT_ROWS: Final = 1_000
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_ANSWERED: Final = {
    "BY_PAGE": "byPage",
    "BY_PROPERTY": "byProperty",
    "BY_NEWS_SHOWCASE_PANEL": "byNewsShowcasePanel",
}
_WITHOUT_QUERIES: Final = frozenset({"DISCOVER", "GOOGLE_NEWS"})


@dataclass(frozen=True, slots=True)
class Question:
    """One query.

    Parameters
    ----------
    first, last
        Cut to the days that have data.
    filtered
        The dimensions that it filters by.
    aggregation
        As the answer spells it.
    """

    first: date
    last: date
    dimensions: tuple[str, ...]
    filtered: frozenset[str]
    search_type: str
    aggregation: str
    state: str
    row_limit: int
    start_row: int

    @property
    def by_page(self) -> bool:
        """Whether each page of a result counts."""
        return self.aggregation != _ANSWERED["BY_PROPERTY"]

    def about(self, dimension: str) -> bool:
        """Whether the query groups or filters by a dimension."""
        return dimension in self.dimensions or dimension in self.filtered

    def days(self) -> Iterator[date]:
        """Yield each day."""
        for ordinal in range(self.first.toordinal(), self.last.toordinal() + 1):
            yield date.fromordinal(ordinal)


def question(body: Mapping[str, Any], there: Known) -> Question:
    """Return what a body asks for.

    Raises
    ------
    Refusal
        400 for a value out of its range, or for what cannot be asked together.
    """
    first, last = _day(body, "startDate"), _day(body, "endDate")
    if first > last:
        raise wrong_parameter("endDate", "endDate must be on or after startDate.")
    if last < there.first - timedelta(days=1):
        raise wrong_parameter("startDate", "The date is too long ago: no data is kept.")
    state = body.get("dataState", "FINAL")
    dimensions = tuple(body.get("dimensions", ()))
    filtered = frozenset(dimensions_of(body))
    search_type = body.get("type", body.get("searchType", "WEB"))
    _check_dimensions(dimensions, filtered, search_type, state)
    return Question(
        first=max(first, there.first_in(state)),
        last=min(last, there.last(state)),
        dimensions=dimensions,
        filtered=filtered,
        search_type=search_type,
        aggregation=_aggregation(body, search_type, {*dimensions, *filtered}),
        state=state,
        row_limit=_within(body, "rowLimit", _DEFAULT_ROWS, 1, MAX_ROWS),
        start_row=_within(body, "startRow", 0, 0, 1 << 31),
    )


def _day(body: Mapping[str, Any], name: str) -> date:
    text = body.get(name, "")
    if not text:
        raise wrong_parameter(name, f"{name} is required.")
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise wrong_parameter(name, f"'{text}' is not a date. Use YYYY-MM-DD.")


def _check_dimensions(
    dimensions: tuple[str, ...], filtered: frozenset[str], search_type: str, state: str
) -> None:
    if len(set(dimensions)) < len(dimensions):
        raise invalid("dimensions", "Each dimension can be given once.")
    if "SEARCH_APPEARANCE" in dimensions and len(dimensions) > 1:
        raise invalid("dimensions", "Search appearance cannot be grouped with other dimensions.")
    if "HOUR" in dimensions and state != "HOURLY_ALL":
        raise invalid("dataState", "Grouping by hour requires dataState HOURLY_ALL.")
    if search_type in _WITHOUT_QUERIES and "QUERY" in {*dimensions, *filtered}:
        raise invalid("dimensions", f"The dimension query is not supported for {search_type}.")


def _aggregation(body: Mapping[str, Any], search_type: str, about: set[str]) -> str:
    wanted = body.get("aggregationType", "AUTO")
    if wanted == "BY_PROPERTY" and ("PAGE" in about or search_type in _WITHOUT_QUERIES):
        raise invalid(
            "aggregationType",
            "BY_PROPERTY is not a valid aggregation type when grouping or filtering by page.",
        )
    if wanted == "BY_NEWS_SHOWCASE_PANEL" and search_type not in _WITHOUT_QUERIES:
        raise invalid("aggregationType", "BY_NEWS_SHOWCASE_PANEL is for DISCOVER and GOOGLE_NEWS.")
    if wanted == "AUTO":
        by_page = about & {"PAGE", "SEARCH_APPEARANCE"} or search_type in _WITHOUT_QUERIES
        wanted = "BY_PAGE" if by_page else "BY_PROPERTY"
    return _ANSWERED[wanted]


def _within(body: Mapping[str, Any], name: str, default: int, low: int, high: int) -> int:
    value: int = body.get(name, default)
    if not low <= value <= high:
        raise wrong_parameter(name, f"{name} must be from {low} to {high}.")
    return value
