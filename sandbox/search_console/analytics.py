"""searchanalytics.query: clicks and impressions by what the query groups and filters by."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sandbox.search_console import filters
from sandbox.search_console.days import Known, hour_text, known
from sandbox.search_console.question import Question, question
from sandbox.search_console.sites import belongs
from sandbox.world import Client, World
from sandbox.world.searches import (
    HOUR_EDGES,
    Cell,
    Page,
    day_of_cells,
    split_of,
    spread,
)

Key = tuple[str, ...]

_ALSO: Final = 3
"""Every third result shows the second page too."""


@dataclass(slots=True)
class _Sum:
    clicks: int = 0
    impressions: int = 0
    positions: int = 0

    def add(self, clicks: int, impressions: int, position: int) -> None:
        self.clicks += clicks
        self.impressions += impressions
        self.positions += impressions * position

    def row(self, key: Key) -> dict[str, Any]:
        row: dict[str, Any] = {"keys": list(key)} if key else {}
        return row | {
            "clicks": self.clicks,
            "impressions": self.impressions,
            "ctr": self.clicks / self.impressions,
            "position": self.positions / self.impressions / 10,
        }


@dataclass(frozen=True, slots=True)
class _View:
    """One way in which a cell is counted.

    Parameters
    ----------
    index
        Of the cell in the client's split.
    second
        Counted for the second page: a third of the impressions and no clicks.
    """

    index: int
    facts: Mapping[str, str]
    position: int
    second: bool

    def count(self, clicks: int, others: int) -> tuple[int, int]:
        """Return clicks and impressions from those of the cell."""
        return (0, (clicks + others) // _ALSO) if self.second else (clicks, clicks + others)


Part = tuple[str, Callable[[int], int]]
"""The text of a day or hour, and what it has of a cell's count of that day."""


class SearchAnalytics:
    """Answers queries from the world.

    Parameters
    ----------
    clock
        Aware UTC; today is the Pacific coast's.
    """

    def __init__(self, world: World, clock: Callable[[], datetime]) -> None:
        self._world = world
        self._clock = clock

    def query(self, client: Client, site_url: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one query.

        Raises
        ------
        Refusal
            400 for what cannot be asked together.
        """
        there = known(self._clock())
        asked = question(body, there)
        sums: dict[Key, _Sum] = {}
        views = list(_views(client, site_url, asked, filters.passes(body)))
        for day in asked.days():
            self._add_day(client, day, asked, views, _parts(asked, there, day), sums)
        found = [(key, total) for key, total in sums.items() if total.impressions]
        found.sort(key=lambda pair: (-pair[1].clicks, -pair[1].impressions, pair[0]))
        rows = found[asked.start_row : asked.start_row + asked.row_limit]
        answer: dict[str, Any] = {"responseAggregationType": asked.aggregation}
        if rows:
            answer["rows"] = [total.row(key) for key, total in rows]
        return answer | _metadata(asked, there)

    def _add_day(
        self,
        client: Client,
        day: date,
        asked: Question,
        views: Sequence[_View],
        parts: Sequence[Part],
        sums: dict[Key, _Sum],
    ) -> None:
        clicks, others = day_of_cells(self._world.seed, client, day, asked.search_type)
        for view in views:
            for text, share in parts:
                facts = {**view.facts, "DATE": day.isoformat(), "HOUR": text}
                key = tuple(facts[dimension] for dimension in asked.dimensions)
                counted = view.count(share(clicks[view.index]), share(others[view.index]))
                sums.setdefault(key, _Sum()).add(*counted, view.position)


def _views(client: Client, site_url: str, asked: Question, passes: filters.Test) -> Iterator[_View]:
    for index, cell in enumerate(split_of(client).cells):
        if asked.about("QUERY") and not cell.query.text:
            continue  # searches of too few people are never shown
        if asked.about("SEARCH_APPEARANCE") and not cell.query.appearance:
            continue
        for page, second in _pages(cell, site_url, by_page=asked.by_page):
            facts = _facts(cell, page)
            if passes(facts):
                yield _View(index, facts, cell.query.position, second)


def _pages(cell: Cell, site_url: str, *, by_page: bool) -> list[tuple[Page, bool]]:
    both = [(cell.query.page, False)]
    if cell.query.also is not None:
        both.append((cell.query.also, True))
    inside = [(page, second) for page, second in both if belongs(site_url, page.url)]
    # By property a result counts once, however many of its pages it shows.
    return inside if by_page else inside[:1]


def _facts(cell: Cell, page: Page) -> dict[str, str]:
    return {
        "QUERY": cell.query.text,
        "PAGE": page.url,
        "COUNTRY": cell.country,
        "DEVICE": cell.device,
        "SEARCH_APPEARANCE": cell.query.appearance,
    }


def _parts(asked: Question, there: Known, day: date) -> list[Part]:
    over = there.hours_of(day)
    if "HOUR" in asked.dimensions:
        return [(hour_text(day, hour), _hour(hour)) for hour in range(over)]
    whole = HOUR_EDGES[-1]
    return [("", lambda count: count * HOUR_EDGES[over] // whole)]


def _hour(hour: int) -> Callable[[int], int]:
    return lambda count: spread(count, HOUR_EDGES)[hour]


def _metadata(asked: Question, there: Known) -> dict[str, Any]:
    if asked.state == "ALL" and "DATE" in asked.dimensions:
        first = there.last_final + timedelta(days=1)
        if asked.last >= first:
            return {"metadata": {"firstIncompleteDate": max(first, asked.first).isoformat()}}
    if asked.state == "HOURLY_ALL" and "HOUR" in asked.dimensions and asked.last >= there.today:
        return {"metadata": {"firstIncompleteHour": there.first_open_hour().isoformat()}}
    return {}
