"""The smallest parts of a site's traffic that a report asks for, each with all its values."""

from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any, Final, NamedTuple

from sandbox.google_analytics.audience import (
    COUNTRIES,
    COUNTRY_SHARES,
    DEVICE_SHARES,
    DEVICES,
    Country,
    Page,
    page_shares,
    pages_of,
    stretches,
)
from sandbox.google_analytics.properties import Property
from sandbox.google_analytics.visits import NOTHING, Source, Visits, part
from sandbox.world.records import Share

AGES: Final = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+", "unknown")
_AGE_SHARES: Final = stretches((6, 11, 10, 8, 5, 3, 57))
_ITEM_SHARES: Final = stretches((35, 30, 20, 15))
_HOUR_SHARES: Final = stretches(
    (2, 1, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 6, 6, 5, 5, 5, 5, 6, 7, 8, 7, 6, 3)
)
_BY_EVENT: Final = ("session_start", "page_view", "first_visit", "user_engagement", "scroll")


class Cell(NamedTuple):
    """One part; what the report does not ask for is left at its default."""

    site: Property
    day: date
    source: Source
    visits: Visits
    range_name: str = ""
    device: str = ""
    country: Country = COUNTRIES[0]
    page: Page | None = None
    visitor: str = ""
    age: str = ""
    hour: int = 0
    item: str = ""
    event: str = ""


def cells_of(whole: Cell, splits: Collection[str]) -> Iterable[Cell]:
    """Return the parts of a cell, split as asked; ``event`` is left to `by_event`."""
    cells: Iterable[Cell] = [whole]
    for name, split in _SPLITS.items():
        if name in splits:
            cells = [below for cell in cells for below in split(cell)]
    return cells


def by_event(cell: Cell) -> list[Cell]:
    """Return the cell once for each event that happened in it."""
    visits = cell.visits
    counts = (visits.sessions, visits.views, visits.new_users, visits.engaged, visits.scrolls)
    found = [
        _with_event(cell, name, count * 100, key=False)
        for name, count in zip(_BY_EVENT, counts, strict=True)
        if count
    ]
    if visits.key_events:
        found.append(_with_event(cell, cell.site.key_event, visits.key_events, key=True))
    return found


def items_of(site: Property) -> tuple[str, ...]:
    """Return what a site sells."""
    return tuple(f"{site.client.name} {word}" for word in ("One", "Two", "Plus", "Gift"))


def _with_event(cell: Cell, name: str, events: int, *, key: bool) -> Cell:
    visits = cell.visits
    limit = -(-events // 100)
    return cell._replace(
        event=name,
        visits=visits._replace(
            sessions=min(visits.sessions, limit),
            users=min(visits.users, limit),
            engaged=min(visits.engaged, limit),
            views=visits.views if name == "page_view" else 0,
            new_users=visits.new_users if name == "first_visit" else 0,
            key_events=visits.key_events if key else 0,
            revenue=visits.revenue if key else 0,
            seconds=visits.seconds if name == "user_engagement" else 0,
            events=events,
        ),
    )


def _shared(name: str, values: Iterable[tuple[Any, Share]]) -> Callable[[Cell], list[Cell]]:
    pairs = list(values)

    def split(cell: Cell) -> list[Cell]:
        parts = ((value, part(cell.visits, share)) for value, share in pairs)
        return [
            cell._replace(visits=visits, **{name: value})
            for value, visits in parts
            if visits is not NOTHING
        ]

    return split


def _by_page(cell: Cell) -> list[Cell]:
    pages, shares = pages_of(cell.site.client), page_shares(cell.site.client)
    return _shared("page", zip(pages, shares, strict=True))(cell)


def _by_item(cell: Cell) -> list[Cell]:
    pairs = zip(items_of(cell.site), _ITEM_SHARES, strict=True)
    return _shared("item", pairs)(cell)


def _by_visitor(cell: Cell) -> list[Cell]:
    found = _split_visitors(cell)
    # First visits are all of new visitors, however the rest divides.
    return [
        below._replace(
            visits=below.visits._replace(new_users=0 if number else cell.visits.new_users),
        )
        for number, below in enumerate(found)
    ]


_split_visitors: Final = _shared(
    "visitor", zip(("new", "returning"), stretches((62, 38)), strict=True)
)
_SPLITS: Final[dict[str, Callable[[Cell], list[Cell]]]] = {
    "device": _shared("device", zip(DEVICES, DEVICE_SHARES, strict=True)),
    "country": _shared("country", zip(COUNTRIES, COUNTRY_SHARES, strict=True)),
    "page": _by_page,
    "visitor": _by_visitor,
    "age": _shared("age", zip(AGES, _AGE_SHARES, strict=True)),
    "hour": _shared("hour", zip(range(24), _HOUR_SHARES, strict=True)),
    "item": _by_item,
}
"""How a cell is split, in the order in which it is done."""
