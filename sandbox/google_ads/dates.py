"""Dates in queries: DURING words, and the weeks, months and quarters that a day lies in."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

_DATE: Final = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")
_DAYS: Final = (
    "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY",
)  # fmt: skip
_MONTHS: Final = (
    "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER",
    "OCTOBER", "NOVEMBER", "DECEMBER",
)  # fmt: skip
_WEEK: Final = timedelta(days=6)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _sunday(day: date) -> date:
    return day - timedelta(days=(day.weekday() + 1) % 7)


def _quarter(day: date) -> date:
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


STARTS: Final[dict[str, Callable[[date], date]]] = {
    "segments.date": lambda day: day,
    "segments.week": _monday,
    "segments.month": lambda day: day.replace(day=1),
    "segments.quarter": _quarter,
}
"""The first day of the period in which a day lies, by segment."""


def _written(start: Callable[[date], date]) -> Callable[[date], str]:
    return lambda day: start(day).isoformat()


BY_DAY: Final[dict[str, Callable[[date], Any]]] = {
    **{name: _written(start) for name, start in STARTS.items()},
    "segments.year": lambda day: day.year,
    "segments.day_of_week": lambda day: _DAYS[day.weekday()],
    "segments.month_of_year": lambda day: _MONTHS[day.month - 1],
}
"""The value of each segment that follows from the day alone."""


def _last_days(count: int) -> Callable[[date], tuple[date, date]]:
    # Google's "last N days" end yesterday.
    return lambda today: (today - timedelta(days=count), today - timedelta(days=1))


def _last_month(today: date) -> tuple[date, date]:
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def _last_week(first_day: Callable[[date], date], length: timedelta) -> Any:
    def period(today: date) -> tuple[date, date]:
        start = first_day(today) - timedelta(days=7)
        return start, start + length

    return period


DURING: Final[dict[str, Callable[[date], tuple[date, date]]]] = {
    "TODAY": lambda today: (today, today),
    "YESTERDAY": _last_days(1),
    "LAST_7_DAYS": _last_days(7),
    "LAST_14_DAYS": _last_days(14),
    "LAST_30_DAYS": _last_days(30),
    "THIS_MONTH": lambda today: (today.replace(day=1), today),
    "LAST_MONTH": _last_month,
    "LAST_BUSINESS_WEEK": _last_week(_monday, timedelta(days=4)),
    "THIS_WEEK_SUN_TODAY": lambda today: (_sunday(today), today),
    "THIS_WEEK_MON_TODAY": lambda today: (_monday(today), today),
    "LAST_WEEK_SUN_SAT": _last_week(_sunday, _WEEK),
    "LAST_WEEK_MON_SUN": _last_week(_monday, _WEEK),
}
"""First and last day of each period that DURING knows, from today."""


def parse_date(text: str) -> date | None:
    """Return the day that ``2026-01-31`` or ``20260131`` names; none for anything else."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None
