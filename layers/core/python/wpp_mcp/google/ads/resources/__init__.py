"""The kinds of things in Google Ads that can be changed, one module each (architecture.md)."""

from collections.abc import Mapping
from typing import Final

from wpp_mcp.google.ads.resources.ad_groups import ad_groups
from wpp_mcp.google.ads.resources.ads import ads
from wpp_mcp.google.ads.resources.base import ResourceAdapter
from wpp_mcp.google.ads.resources.budgets import budgets
from wpp_mcp.google.ads.resources.campaigns import campaigns
from wpp_mcp.google.ads.resources.keywords import ad_group_negatives, campaign_negatives, keywords
from wpp_mcp.google.ads.resources.labels import campaign_labels, labels
from wpp_mcp.models.changes import Change, ResourceType

_ADAPTERS: Final[Mapping[ResourceType, ResourceAdapter]] = {
    adapter.type: adapter
    for adapter in (budgets, labels, campaigns, ad_groups, keywords, ads, campaign_labels)
}

IN_ORDER: Final[tuple[ResourceAdapter, ...]] = (
    budgets,
    labels,
    campaigns,
    ad_groups,
    keywords,
    ad_group_negatives,
    campaign_negatives,
    ads,
    campaign_labels,
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
        return campaign_negatives if of_campaign else ad_group_negatives
    adapter = _ADAPTERS.get(change.locator.type)
    if adapter is None:
        raise ValueError(f"{change.locator.type.value} is not in Google Ads")
    return adapter
