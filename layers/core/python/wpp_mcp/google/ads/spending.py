"""What was spent on the campaigns behind changes: the account's own figures."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.gaql.ast import LiteralKind
from wpp_mcp.google.ads.gaql.building import between, one_of, select
from wpp_mcp.google.ads.resources.base import SEPARATOR
from wpp_mcp.google.ads.resources.thing import CURRENCY
from wpp_mcp.models.changes import Change, ResourceType

_COUNTED: Final = {
    "metrics.cost": "cost",
    "metrics.clicks": "clicks",
    "metrics.conversions": "conversions",
}
_FIELDS: Final = (
    *("campaign.id", "campaign.name", CURRENCY),
    *("metrics.cost_micros", "metrics.clicks", "metrics.conversions"),
)
_IN_AD_GROUPS: Final = frozenset({ResourceType.KEYWORD, ResourceType.AD})


def spending(
    ads: GoogleAds, changes: Sequence[Change], first: date, last: date
) -> Mapping[str, Any]:
    """Return what was spent; see `WritableReader.spending`. Labels spend nothing."""
    campaign_ids = _campaigns(ads, changes)
    if not campaign_ids:
        return {}
    conditions = [
        one_of("campaign.id", sorted(campaign_ids), LiteralKind.NUMBER),
        between(first.isoformat(), last.isoformat()),
    ]
    rows = ads.search(select(_FIELDS, "campaign", conditions)).rows
    listed = [
        {"campaignId": str(row["campaign.id"]), "campaignName": row["campaign.name"]}
        | {name: _number(row, path) for path, name in _COUNTED.items()}
        for row in rows
    ]
    return {
        "currency": next((row[CURRENCY] for row in rows), None),
        "days": (last - first).days + 1,
        **{name: sum((_number(r, p) for r in rows), Decimal(0)) for p, name in _COUNTED.items()},
        "campaigns": listed,
    }


def _number(row: Mapping[str, Any], path: str) -> Decimal:
    return Decimal(str(row.get(path) or 0))


def _campaigns(ads: GoogleAds, changes: Sequence[Change]) -> set[str]:
    found: set[str] = set()
    budgets: set[str] = set()
    ad_groups: set[str] = set()
    for change in changes:
        parents = {**change.before, **change.after}
        first_id = change.locator.id.split(SEPARATOR)[0]
        kind = change.locator.type
        if kind is ResourceType.BUDGET:
            budgets.add(first_id)
        elif kind is ResourceType.CAMPAIGN:
            found.add(first_id)
        elif kind is ResourceType.AD_GROUP:
            ad_groups.add(first_id)
        elif kind is ResourceType.NEGATIVE_KEYWORD and "campaignId" in parents:
            found.add(str(parents["campaignId"]))
        elif kind is ResourceType.NEGATIVE_KEYWORD or kind in _IN_AD_GROUPS:
            ad_groups.add(str(parents.get("adGroupId") or first_id))
    found |= _asked(ads, "campaign", "campaign_budget.id", budgets)
    found |= _asked(ads, "ad_group", "ad_group.id", ad_groups)
    return _real(found)


def _asked(ads: GoogleAds, resource: str, field: str, values: Iterable[str]) -> set[str]:
    known = sorted(_real(values))
    if not known:
        return set()
    query = select(("campaign.id",), resource, [one_of(field, known, LiteralKind.NUMBER)])
    return {str(row["campaign.id"]) for row in ads.search(query).rows}


def _real(ids: Iterable[str]) -> set[str]:
    """Return the ids that are not temporary."""
    return {place for place in ids if place.isdecimal()}
