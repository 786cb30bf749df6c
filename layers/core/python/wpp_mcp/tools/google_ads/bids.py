"""What a person has to know of bids: when they do nothing, and what held before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import AD_GROUPS, CAMPAIGNS
from wpp_mcp.google.ads.resources.keywords import inherited_from
from wpp_mcp.google.ads.resources.thing import Thing

MANUAL: Final = "MANUAL_CPC"
"""The one strategy that bids what it is told; all others leave bids of clicks aside."""
_SMALLEST: Final = "Without cpcBid Google bids the smallest amount that there is"


def unused_by(called: str, strategy: str) -> list[str]:
    """Return a warning where a campaign's strategy leaves bids aside."""
    if strategy == MANUAL:
        return []
    return [f"{called} bids by {strategy}: while it does, a bid set here is not used"]


def unused(campaigns: Iterable[Thing]) -> list[str]:
    """Return a warning for each campaign in which a bid does nothing now."""
    return [
        warning
        for campaign in campaigns
        for warning in unused_by(campaign.called, campaign.values["biddingStrategy"])
    ]


def of_new_ad_group(called: str, strategy: str, *, given: bool) -> list[str]:
    """Return what there is to know of the bid of an ad group that is created, or of none."""
    if given:
        return unused_by(called, strategy)
    return [_SMALLEST] if strategy == MANUAL else []


def unused_in(ads: GoogleAds, ad_groups: Iterable[Thing]) -> list[str]:
    """Return the same for ad groups; one query."""
    ids = dict.fromkeys(str(group.values["campaignId"]) for group in ad_groups)
    return unused(CAMPAIGNS.read(ads, ids).values())


def groups_of(ads: GoogleAds, keywords: Iterable[Thing]) -> dict[str, Thing]:
    """Return the ad groups of keywords by id; one query."""
    ids = dict.fromkeys(str(keyword.values["adGroupId"]) for keyword in keywords)
    return AD_GROUPS.read(ads, ids)


def inherited_by(keyword: Thing, groups: Mapping[str, Thing]) -> Thing:
    """Return a keyword with what holds for it where it has no bid of its own."""
    group = groups.get(str(keyword.values["adGroupId"]))
    return replace(keyword, inherited=inherited_from(group) if group else None)


def of_keywords(
    ads: GoogleAds, keywords: Sequence[Thing], groups: Mapping[str, Thing]
) -> list[str]:
    """Return what there is to know before keywords get bids of their own; one query."""
    return [*_inherited(groups, keywords), *unused_in(ads, groups.values())]


def _inherited(groups: Mapping[str, Thing], keywords: Sequence[Thing]) -> list[str]:
    warnings = []
    for place, group in groups.items():
        mine = [k for k in keywords if k.values["adGroupId"] == place]
        bare = [k for k in mine if k.values["cpcBid"] is None]
        bid = group.values["cpcBid"]
        if bare and bid is not None:
            what = f"{len(bare)} of these keywords" if len(mine) > 1 else "This keyword"
            held = f"the bid of {group.called} held, {bid} {group.currency}"
            warnings.append(f"{what} had no own bid: {held}")
    return warnings
