"""From cells to rows: grouping, filters, empty rows, totals and the row of others."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final

from sandbox.google_analytics.cells import Cell, by_event, cells_of
from sandbox.google_analytics.dates import Days
from sandbox.google_analytics.dimensions import DIMENSIONS, Read
from sandbox.google_analytics.filters import Test
from sandbox.google_analytics.metrics import METRICS
from sandbox.google_analytics.properties import Property
from sandbox.google_analytics.visits import NOTHING, Visits, visits_of

RANGE: Final = "dateRange"
MOST_ROWS: Final = 50_000
"""Combinations that Google keeps apart; the rest becomes one row of others."""
FEWEST_USERS: Final = 10
"""Below it Google withholds a row that tells about people's age."""
OTHER: Final = "(other)"
_SAMPLED: Final = 10_000_000

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A report in the emulator's own terms.

    Parameters
    ----------
    dimensions
        As they are shown, `RANGE` among them where there are several ranges.
    names
        Every dimension that is shown or filtered.
    """

    site: Property
    dimensions: Sequence[str]
    metrics: Sequence[str]
    ranges: Sequence[Days]
    names: frozenset[str]
    passes: Test
    shows: Test
    keep_empty: bool
    earliest: date
    today: date

    @property
    def splits(self) -> frozenset[str]:
        """How sums have to be split for them."""
        return frozenset({DIMENSIONS[name].split for name in self.names} - {""})


@dataclass(slots=True)
class Outcome:
    """All rows of a report, before order and limit."""

    rows: dict[Key, Visits] = field(default_factory=dict)
    totals: dict[str, Visits] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    others: bool = False
    thresholded: bool = False

    def samples(self, ranges: Iterable[Days]) -> Iterator[tuple[int, int]]:
        """Yield events read and events there, by range, where Google would sample."""
        counts = [self.events.get(days.name, 0) // 100 for days in ranges]
        if any(count > _SAMPLED for count in counts):
            yield from ((min(count, _SAMPLED), count) for count in counts)


def evaluate(question: Question, seed: int) -> Outcome:
    """Return the rows of a report."""
    outcome = Outcome()
    reads = [_reader(name) for name in question.dimensions]
    for days in question.ranges:
        whole = _whole(question, days, seed)
        outcome.totals[days.name] = NOTHING
        outcome.events[days.name] = sum(cell.visits.events for cell in whole)
        for cell in whole:
            for below in cells_of(cell, question.splits):
                _count(question, below, reads, outcome)
    _shorten(question, outcome)
    return outcome


def value_of(sums: Visits, name: str) -> float:
    """Return a metric of sums, as metric filters see it."""
    return METRICS[name].measure(sums)


def _dimension_of(cell: Cell, name: str) -> str:
    return DIMENSIONS[name].read(cell)


def _whole(question: Question, days: Days, seed: int) -> Collection[Cell]:
    """Return what happened in a range, as one cell for all that no name keeps apart."""
    apart = [DIMENSIONS[name].read for name in question.names]
    found: dict[Key, Cell] = {}
    for day in days.each(question.earliest, question.today):
        for source, visits in visits_of(question.site, day, seed):
            cell = Cell(question.site, day, source, visits, days.name)
            key = tuple(read(cell) for read in apart)
            known = found.get(key)
            found[key] = known._replace(visits=_sum(known.visits, visits)) if known else cell
    return found.values()


def _count(question: Question, cell: Cell, reads: Sequence[Read], outcome: Outcome) -> None:
    first = True
    for one in by_event(cell) if "event" in question.splits else [cell]:
        if not question.passes(partial(_dimension_of, one)):
            continue
        key = tuple(read(one) for read in reads)
        outcome.rows[key] = _sum(outcome.rows.get(key, NOTHING), one.visits)
        # One session has several events: it counts once in the totals.
        counted = one.visits if first else one.visits._replace(sessions=0, users=0, engaged=0)
        outcome.totals[one.range_name] = _sum(outcome.totals[one.range_name], counted)
        first = False


def _shorten(question: Question, outcome: Outcome) -> None:
    """Take out what is empty, filtered or withheld, and roll up what is too much."""
    keep = question.keep_empty or not question.metrics
    kept = {
        key: sums
        for key, sums in outcome.rows.items()
        if (keep or any(value_of(sums, name) for name in question.metrics))
        and question.shows(partial(value_of, sums))
    }
    if "age" in question.splits:
        outcome.thresholded = True
        kept = {key: sums for key, sums in kept.items() if sums.users >= FEWEST_USERS}
    if len(kept) > MOST_ROWS:
        ranked = sorted(kept, key=lambda key: kept[key].events, reverse=True)
        rolled = NOTHING
        for key in ranked[MOST_ROWS - 1 :]:
            rolled = _sum(rolled, kept.pop(key))
        kept[(OTHER,) * len(question.dimensions)] = rolled
        outcome.others = True
    outcome.rows = kept


def _reader(name: str) -> Read:
    return (lambda cell: cell.range_name) if name == RANGE else DIMENSIONS[name].read


def _sum(one: Visits, other: Visits) -> Visits:
    if one is NOTHING:
        return other
    return Visits(*map(int.__add__, one, other))
