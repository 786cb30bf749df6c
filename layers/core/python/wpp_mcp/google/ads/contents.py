"""What lies in campaigns and ad groups, and goes along when one of them is removed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import (
    AD_GROUP_NEGATIVES,
    AD_GROUPS,
    ADS,
    CAMPAIGN_NEGATIVES,
    CAMPAIGNS,
    KEYWORDS,
    ResourceAdapter,
)
from wpp_mcp.google.ads.resources.thing import Thing
from wpp_mcp.models.changes import CONTENTS, Change, Verb

_INSIDE: Final[Mapping[ResourceAdapter, tuple[ResourceAdapter, ...]]] = {
    CAMPAIGNS: (AD_GROUPS, CAMPAIGN_NEGATIVES),
    AD_GROUPS: (KEYWORDS, AD_GROUP_NEGATIVES, ADS),
}
_NAMED: Final = 10
"""Of what lies in a thing; of the rest, how many there are."""


def with_contents(
    ads: GoogleAds, changes: Sequence[Change], live: Sequence[Mapping[str, Any] | None]
) -> list[Mapping[str, Any] | None]:
    """Return live values with `CONTENTS` where a change has that field.

    What other changes of the list remove is left out: it is named already.

    Parameters
    ----------
    live
        What each change's fields hold now, in the same order.

    Raises
    ------
    WppError
        A ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
    """
    holding = [c for c, now in zip(changes, live, strict=True) if now is not None and _holds(c)]
    found = _contents(ads, holding) if holding else {}
    named = {change.locator.key for change in changes if change.verb is Verb.REMOVE}
    texts = {
        key: _texts([thing for thing in things if thing.locator.key not in named])
        for key, things in found.items()
    }
    return [
        now if now is None or not _holds(change) else {**now, CONTENTS: texts[change.locator.key]}
        for change, now in zip(changes, live, strict=True)
    ]


def _holds(change: Change) -> bool:
    return change.verb is Verb.REMOVE and CONTENTS in change.before


def _contents(ads: GoogleAds, holding: Sequence[Change]) -> dict[str, list[Thing]]:
    """Return what lies in each thing, by the key of its locator; one query for each kind."""
    found: dict[str, list[Thing]] = {change.locator.key: [] for change in holding}
    for parent, kinds in _INSIDE.items():
        keys = {c.locator.id: c.locator.key for c in holding if c.locator.type is parent.type}
        for kind in kinds if keys else ():
            for thing in kind.inside(ads, parent.parameter, keys):
                found[keys[str(thing.values[parent.parameter])]].append(thing)
    return found


def _texts(things: Sequence[Thing]) -> list[str]:
    more = len(things) - _NAMED
    named = [thing.called for thing in things[:_NAMED]]
    return [*named, f"and {more} more"] if more > 0 else named
