"""What a change has meant in money: the account's own figures since, beside those before it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from wpp_mcp.errors import WppError
from wpp_mcp.google.writing import WritableReader
from wpp_mcp.models.changes import Applied, Change

_COUNTED: Final = ("cost", "clicks", "conversions")
_CENT: Final = Decimal("0.01")
_NOT_THE_CAUSE: Final = (
    "These are the account's own figures for the campaigns behind the changes. They show what"
    " happened, not what caused it."
)
_NOT_OVER: Final = (
    "The day of the change and today are counted whole, and today is not over. Google may still"
    " correct the figures of the last days."
)


def impact(
    done: Sequence[tuple[Change, Applied]],
    since: datetime,
    now: datetime,
    reader: WritableReader,
) -> dict[str, Any]:
    """Return the financial-impact report of changes.

    The days from ``since`` to today, both included, against as many days before.

    Parameters
    ----------
    done
        The changes that stand, with what each thing is called now.

    Returns
    -------
    dict
        ``since``, ``before``, ``difference``, ``currency``, ``notes``; empty where there is no
        money in it. ``unavailable`` with a sentence where the figures cannot be read.
    """
    changes = [_as_it_is_called(change, applied) for change, applied in done]
    first, last = since.astimezone(UTC).date(), now.astimezone(UTC).date()
    days = (last - first).days + 1
    earlier = first - timedelta(days=days)
    try:
        after = reader.spending(changes, first, last)
        if not after:
            return {}
        before = reader.spending(changes, earlier, first - timedelta(days=1))
    except WppError as error:
        # It is for people to know, and decides nothing: the rollback goes on without it.
        return {"unavailable": f"The account's figures could not be read: {error.message}"}
    return {
        "currency": after.get("currency") or before.get("currency"),
        "since": _period(after, first, last),
        "before": _period(before, earlier, first - timedelta(days=1)),
        "difference": {name: _of(after, name) - _of(before, name) for name in _COUNTED},
        "notes": [_NOT_THE_CAUSE, _NOT_OVER],
    }


def _period(found: Mapping[str, Any], first: date, last: date) -> dict[str, Any]:
    days = (last - first).days + 1
    totals = {name: _of(found, name) for name in _COUNTED}
    return {
        "firstDay": first.isoformat(),
        "lastDay": last.isoformat(),
        "days": days,
        **totals,
        "averagePerDay": {name: (total / days).quantize(_CENT) for name, total in totals.items()},
    }


def _of(found: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(found.get(name) or 0)


def _as_it_is_called(change: Change, applied: Applied) -> Change:
    place = replace(change.locator, id=applied.id or change.locator.id)
    return replace(change, locator=place)
