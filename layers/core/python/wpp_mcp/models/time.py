"""Time as the product uses it: aware UTC, from a clock that is passed in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers the current time as an aware UTC datetime."""


def system_clock() -> datetime:
    """Return the machine's time in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """Return ISO 8601 in UTC with milliseconds and ``Z``; sorts as text.

    Raises
    ------
    ValueError
        The datetime is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("naive datetime: pass an aware one")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_iso(text: str) -> datetime:
    """Return the aware datetime that `iso` (or any ISO 8601 text with an offset) names.

    Raises
    ------
    ValueError
        Not ISO 8601, or without an offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs an offset, for example Z")
    return moment.astimezone(UTC)


def day_of(moment: datetime) -> str:
    """Return the UTC day, ``YYYY-MM-DD``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of one call's work budget.

    Parameters
    ----------
    clock
        Where "now" comes from.
    at
        Aware UTC; no work starts after it.
    """

    clock: Clock
    at: datetime

    def remaining(self) -> float:
        """Return the seconds left, never below zero."""
        return max(0.0, (self.at - self.clock()).total_seconds())
