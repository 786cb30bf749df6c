"""What goes on without what is stopped: an ad group without an ad or a keyword shows nothing."""

from collections.abc import Sequence
from typing import Final

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.gaql.ast import LiteralKind, Operator
from wpp_mcp.google.ads.gaql.building import compared, one_of, select
from wpp_mcp.google.ads.resources.base import SEPARATOR, ResourceAdapter
from wpp_mcp.google.ads.resources.thing import shown
from wpp_mcp.models.changes import Change

_NAME: Final = "ad_group.name"


def left_without(ads: GoogleAds, adapter: ResourceAdapter, stopped: Sequence[Change]) -> list[str]:
    """Return a warning for each ad group in which none is enabled any more; one query.

    Parameters
    ----------
    stopped
        Changes that pause or remove ads or keywords.
    """
    running = {change.locator.id for change in stopped if change.before.get("status") == "ENABLED"}
    groups = dict.fromkeys(place.split(SEPARATOR)[0] for place in sorted(running))
    if not groups:
        return []
    conditions = [
        one_of(adapter.ids[0], groups, LiteralKind.NUMBER),
        compared(f"{adapter.resource}.status", Operator.EQUALS, "ENABLED", LiteralKind.WORD),
        *adapter.kept,
    ]
    names: dict[str, str] = {}
    going_on: set[str] = set()
    for row in ads.search(select((*adapter.ids, _NAME), adapter.resource, conditions)).rows:
        group, place = (str(row[path]) for path in adapter.ids)
        names[group] = row[_NAME]
        if f"{group}{SEPARATOR}{place}" not in running:
            going_on.add(group)
    what = adapter.label.lower()
    return [
        f'Ad group "{shown(names[group])}" ({group}) is left without an enabled {what}:'
        " it shows nothing"
        for group in groups
        if group in names and group not in going_on
    ]
