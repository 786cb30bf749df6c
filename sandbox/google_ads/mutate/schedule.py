"""First and last day of a campaign, written as moments in the account's time zone."""

from datetime import date, datetime, time
from typing import Any, Final

from sandbox.google_ads.mutate.place import Place
from sandbox.world import Campaign

_FORMAT: Final = "%Y-%m-%d %H:%M:%S"
_LAST: Final = time(23, 59, 59)


def created(message: Any, today: date, place: Place) -> tuple[date, date | None]:
    """Return first and last day of a new campaign; it starts today where nothing is said.

    Raises
    ------
    Refusal
        For what is no moment, lies in the past, or ends before it starts.
    """
    start, end = today, None
    if message.HasField("start_date_time"):
        start = _day(message, "start_date_time", time(), place)
        _check_future(start, today, "start_date_time", place)
    if message.HasField("end_date_time"):
        end = _day(message, "end_date_time", _LAST, place)
        _check_future(end, today, "end_date_time", place)
    _check_order(start, end, place)
    return start, end


def updated(
    campaign: Campaign, message: Any, paths: tuple[str, ...], today: date, place: Place
) -> dict[str, Any]:
    """Return what an update changes; without a value, the end is taken away.

    Raises
    ------
    Refusal
        As `created`, and for the start of a campaign that has started.
    """
    changed: dict[str, Any] = {}
    if "start_date_time" in paths:
        if not message.start_date_time:
            raise place.uncleared("start_date_time")
        start = _day(message, "start_date_time", time(), place)
        if campaign.start_date <= today and start != campaign.start_date:
            raise place.refusal(
                "campaign_error.CANNOT_MODIFY_START_DATE_IF_ALREADY_STARTED",
                "Trying to change start date on a campaign that has started.",
                "start_date_time",
            )
        if start != campaign.start_date:
            _check_future(start, today, "start_date_time", place)
        changed["start_date"] = start
    if "end_date_time" in paths:
        end = None
        if message.end_date_time:
            end = _day(message, "end_date_time", _LAST, place)
            _check_future(end, today, "end_date_time", place)
        changed["end_date"] = end
    if changed:
        start = changed.get("start_date", campaign.start_date)
        _check_order(start, changed.get("end_date", campaign.end_date), place)
    return changed


def _day(message: Any, field: str, at: time, place: Place) -> date:
    text = getattr(message, field)
    try:
        moment = datetime.strptime(text, _FORMAT)  # noqa: DTZ007  (a day in the account's zone)
    except ValueError:
        moment = None
    if moment is None or moment.strftime(_FORMAT) != text:
        raise place.refusal(
            "date_error.INVALID_STRING_DATE_TIME_SECONDS",
            "The string date time must be in the format 'yyyy-mm-dd hh:mm:ss'.",
            field,
        )
    if moment.time() != at:
        edge = "START_TIME_MUST_BE_THE_START" if at == time() else "END_TIME_MUST_BE_THE_END"
        raise place.refusal(
            f"date_error.DATE_RANGE_ERROR_{edge}_OF_A_DAY",
            "This campaign starts and ends with whole days.",
            field,
        )
    return moment.date()


def _check_future(day: date, today: date, field: str, place: Place) -> None:
    if day < today:
        raise place.refusal(
            "campaign_error.CANNOT_SET_DATE_TO_PAST",
            "Trying to modify a date into the past.",
            field,
        )


def _check_order(start: date, end: date | None, place: Place) -> None:
    if end is not None and end < start:
        raise place.refusal(
            "date_range_error.START_DATE_AFTER_END_DATE",
            "The end date is before the start date.",
            "end_date_time",
        )
