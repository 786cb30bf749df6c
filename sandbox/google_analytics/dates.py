"""Date ranges of reports, in the property's own days."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sandbox.google_analytics.failures import Refusal, wrong_field

MOST_RANGES: Final = 4
_AGO: Final = re.compile(r"([0-9]{1,5})daysAgo")
_RESERVED: Final = ("date_range_", "RESERVED_")


@dataclass(frozen=True, slots=True)
class Days:
    """First and last day of one range, and its name."""

    first: date
    last: date
    name: str

    def each(self, earliest: date, latest: date) -> Iterator[date]:
        """Yield the days that can have data."""
        day, last = max(self.first, earliest), min(self.last, latest)
        while day <= last:
            yield day
            day += timedelta(days=1)


def days_of(ranges: Sequence[Any], today: date) -> list[Days]:
    """Return the ranges of a request.

    Raises
    ------
    Refusal
        For none, too many, what is no day, and an end before its start.
    """
    if not ranges:
        raise Refusal("A dateRange is required.")
    if len(ranges) > MOST_RANGES:
        raise Refusal(
            f"Requests are limited to {MOST_RANGES} dateRanges. This request contains "
            f"{len(ranges)} dateRanges."
        )
    return [_days(number, given, today) for number, given in enumerate(ranges)]


def _days(number: int, given: Any, today: date) -> Days:
    path = f"dateRanges[{number}]"
    first = _day(f"{path}.startDate", given.start_date, today)
    last = _day(f"{path}.endDate", given.end_date, today)
    if last < first:
        raise wrong_field(
            f"{path}.endDate",
            f"Invalid dateRange. The endDate {given.end_date} must not be before the startDate "
            f"{given.start_date}.",
        )
    if given.name.startswith(_RESERVED):
        raise wrong_field(f"{path}.name", f"The dateRange name {given.name} is reserved.")
    return Days(first, last, given.name or f"date_range_{number}")


def _day(path: str, text: str, today: date) -> date:
    ago = _AGO.fullmatch(text)
    if ago:
        return today - timedelta(days=int(ago[1]))
    if text in ("today", "yesterday"):
        return today - timedelta(days=int(text == "yesterday"))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong_field(
            path,
            f"Invalid date {text}. Dates are YYYY-MM-DD, NdaysAgo, yesterday or today.",
        ) from None
