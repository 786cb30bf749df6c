"""What lets a thing spend or stops it: its status, and a campaign's first and last day.

Days that let a campaign run earlier, longer or again count as enabling it. Whether it runs at
this moment is not asked: one that is paused or not over yet is counted once too often.
"""

from collections.abc import Mapping
from typing import Any, Final

from wpp_mcp.models.changes import Change, ResourceType, Verb

STATUS: Final = "status"
ENABLED: Final = "ENABLED"
_FIRST_DAY: Final = "startDate"
_LAST_DAY: Final = "endDate"
_DELIVERING: Final = frozenset(
    {ResourceType.CAMPAIGN, ResourceType.AD_GROUP, ResourceType.AD, ResourceType.KEYWORD}
)
"""What spends while it is enabled; Google enables what is created without a status."""
_A_DAY: Final = len("2026-11-21")


def deliveries(change: Change) -> Mapping[str, bool]:
    """Return the fields that let a thing spend (true) or stop it (false).

    Where the status changes, days say nothing beside it.
    """
    place = change.locator.type
    if place not in _DELIVERING:
        return {}
    if change.verb is Verb.REMOVE:
        return {STATUS: False} if place is ResourceType.CAMPAIGN else {}
    if change.verb is Verb.CREATE:
        return {STATUS: True} if change.after.get(STATUS, ENABLED) == ENABLED else {}
    if STATUS in change.fields:
        return {STATUS: change.after.get(STATUS) == ENABLED}
    return {name: True for name in change.fields if _runs_more(change, name)}


def lets_campaign_run(change: Change) -> bool:
    """Whether a campaign that is there may spend by a change."""
    of_campaign = change.locator.type is ResourceType.CAMPAIGN and change.verb is Verb.UPDATE
    return of_campaign and any(deliveries(change).values())


def _runs_more(change: Change, name: str) -> bool:
    before, after = change.before.get(name), change.after.get(name)
    if name == _FIRST_DAY:
        # Google says the first day of every campaign; without one, what held is not known.
        return before is None or after is None or _moment(after, "00:00") < _moment(before, "00:00")
    if name == _LAST_DAY:
        return before is not None and (
            after is None or _moment(after, "24:00") > _moment(before, "24:00")
        )
    return False


def _moment(day: Any, otherwise: str) -> str:
    """Return a day with a time, for comparing; a time of its own only few have (`codecs.Day`)."""
    text = str(day)
    return f"{text} {otherwise}" if len(text) == _A_DAY else text
