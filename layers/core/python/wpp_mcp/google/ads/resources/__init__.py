"""The kinds of things in Google Ads that can be changed, one module each (architecture.md)."""

from collections.abc import Mapping
from typing import Final

from wpp_mcp.google.ads.resources.ad_groups import AD_GROUPS
from wpp_mcp.google.ads.resources.ads import ADS
from wpp_mcp.google.ads.resources.base import ResourceAdapter
from wpp_mcp.google.ads.resources.budgets import BUDGETS
from wpp_mcp.google.ads.resources.campaigns import CAMPAIGNS
from wpp_mcp.google.ads.resources.keywords import AD_GROUP_NEGATIVES, CAMPAIGN_NEGATIVES, KEYWORDS
from wpp_mcp.google.ads.resources.labels import CAMPAIGN_LABELS, LABELS
from wpp_mcp.models.changes import Change, ResourceType

__all__ = [
    "ADS",
    "AD_GROUPS",
    "AD_GROUP_NEGATIVES",
    "BUDGETS",
    "CAMPAIGNS",
    "CAMPAIGN_LABELS",
    "CAMPAIGN_NEGATIVES",
    "IN_ORDER",
    "KEYWORDS",
    "LABELS",
    "ResourceAdapter",
    "adapter_of",
]

_ADAPTERS: Final[Mapping[ResourceType, ResourceAdapter]] = {
    adapter.type: adapter
    for adapter in (BUDGETS, LABELS, CAMPAIGNS, AD_GROUPS, KEYWORDS, ADS, CAMPAIGN_LABELS)
}

IN_ORDER: Final[tuple[ResourceAdapter, ...]] = (
    BUDGETS,
    LABELS,
    CAMPAIGNS,
    AD_GROUPS,
    KEYWORDS,
    AD_GROUP_NEGATIVES,
    CAMPAIGN_NEGATIVES,
    ADS,
    CAMPAIGN_LABELS,
)
"""Each after those whose ids it holds."""


def adapter_of(change: Change) -> ResourceAdapter:
    """Return the adapter of what a change is about.

    Raises
    ------
    ValueError
        It is not a thing of Google Ads.
    """
    if change.locator.type is ResourceType.NEGATIVE_KEYWORD:
        of_campaign = "campaignId" in (change.after or change.before)
        return CAMPAIGN_NEGATIVES if of_campaign else AD_GROUP_NEGATIVES
    adapter = _ADAPTERS.get(change.locator.type)
    if adapter is None:
        raise ValueError(f"{change.locator.type.value} is not in Google Ads")
    return adapter
