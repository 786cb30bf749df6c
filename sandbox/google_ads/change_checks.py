"""What Google asks of a query for changes: a limit, and days with a beginning and an end."""

from datetime import date, datetime, timedelta
from typing import Final

from sandbox.google_ads.dates import DURING, parse_date
from sandbox.google_ads.failures import Refusal
from wpp_mcp.google.ads.gaql.ast import Condition, Operator, Query

_MOMENT: Final = "change_event.change_date_time"
_MOST: Final = 10_000
_REACH: Final = timedelta(days=30)
_FROM: Final = frozenset({Operator.GREATER, Operator.GREATER_EQUALS})
_TO: Final = frozenset({Operator.LESS, Operator.LESS_EQUALS})


def check_changes(query: Query, now: datetime) -> None:
    """Refuse a query for changes without limit, without days, or of days too long ago.

    Parameters
    ----------
    now
        In the account's time zone.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    if query.resource != "change_event":
        return
    if query.limit is None:
        raise _refused("LIMIT_NOT_SPECIFIED", "A LIMIT clause is required for change events.")
    if query.limit > _MOST:
        raise _refused("INVALID_LIMIT_CLAUSE", f"The LIMIT must not be greater than {_MOST}.")
    first, last = _days(query, now.date())
    if first is None or last is None:
        raise _refused(
            "CHANGE_DATE_RANGE_INFINITE",
            f"The filters on '{_MOMENT}' must limit a finite range of days.",
        )
    if first > last:
        raise _refused("CHANGE_DATE_RANGE_NEGATIVE", "The range of days ends before it starts.")
    if first < now.date() - _REACH:
        raise _refused("START_DATE_TOO_OLD", "The range starts more than 30 days ago.")


def _days(query: Query, today: date) -> tuple[date | None, date | None]:
    first: date | None = None
    last: date | None = None
    for condition in query.conditions:
        if condition.field != _MOMENT:
            continue
        begin, end = _period(condition, today)
        first = max(filter(None, (first, begin)), default=None)
        last = min(filter(None, (last, end)), default=None)
    return first, last


def _period(condition: Condition, today: date) -> tuple[date | None, date | None]:
    operator = condition.operator
    texts = [literal.text for literal in condition.values]
    if operator is Operator.DURING:
        period = DURING.get(texts[0].upper())
        return period(today) if period else (None, None)
    days = [_day(text) for text in texts]
    if operator in {Operator.EQUALS, Operator.BETWEEN}:
        return days[0], days[-1]
    if operator in _FROM:
        return days[0], None
    return (None, days[0]) if operator in _TO else (None, None)


def _day(text: str) -> date:
    day = parse_date(text[:10])
    if day is None:
        raise Refusal("query_error", "INVALID_DATE_FORMAT", f"Invalid date '{text}'.")
    return day


def _refused(code: str, message: str) -> Refusal:
    return Refusal("change_event_error", code, message)
