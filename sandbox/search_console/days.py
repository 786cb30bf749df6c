"""Which days and hours Search Console has data of. Its days are those of the Pacific coast."""

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

PACIFIC: Final = ZoneInfo("America/Los_Angeles")
_MONTHS_OF_DATA: Final = 16
_DAYS_OF_HOURS: Final = 10
_NOON: Final = 12
_HOURS_OPEN: Final = 3
HOURS: Final = 24


class Known(NamedTuple):
    """What there is at one moment.

    Parameters
    ----------
    last_final
        Two days before today, three in the morning.
    hours_today
        How many hours of today are over.
    """

    first: date
    last_final: date
    today: date
    hours_today: int

    def last(self, state: str) -> date:
        """Return the last day with data in a data state."""
        return self.last_final if state == "FINAL" else self.today

    def first_in(self, state: str) -> date:
        """Return the first day with data in a data state."""
        if state == "HOURLY_ALL":
            return self.today - timedelta(days=_DAYS_OF_HOURS - 1)
        return self.first

    def hours_of(self, day: date) -> int:
        """Return how many hours of a day have data."""
        return self.hours_today if day == self.today else HOURS

    def first_open_hour(self) -> datetime:
        """Return the first hour whose figures may still change."""
        now = datetime(self.today.year, self.today.month, self.today.day, tzinfo=PACIFIC)
        return now + timedelta(hours=self.hours_today - _HOURS_OPEN)


def known(now: datetime) -> Known:
    """Return what there is at a moment, aware."""
    local = now.astimezone(PACIFIC)
    today = local.date()
    months = today.year * 12 + today.month - 1 - _MONTHS_OF_DATA
    first = date(months // 12, months % 12 + 1, min(today.day, 28))
    lag = 2 if local.hour >= _NOON else 3
    return Known(first, today - timedelta(days=lag), today, local.hour)


def hour_text(day: date, hour: int) -> str:
    """Return an hour as Search Console writes it."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=PACIFIC).isoformat()
