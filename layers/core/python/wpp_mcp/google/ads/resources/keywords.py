"""Keywords, and negative keywords of ad groups and of campaigns."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from wpp_mcp.google.ads.gaql.ast import Condition, LiteralKind, Operator
from wpp_mcp.google.ads.gaql.building import compared, not_removed
from wpp_mcp.google.ads.resources.base import Field, ResourceAdapter
from wpp_mcp.google.ads.resources.codecs import (
    Amount,
    CustomParameters,
    Plain,
    Reference,
    Texts,
    Word,
)
from wpp_mcp.google.ads.resources.thing import Thing
from wpp_mcp.models.changes import Inherited, ResourceType

_AD_GROUP: Final = Field("ad_group", Reference("adGroups"), read="ad_group.id", fixed=True)
_CAMPAIGN: Final = Field("campaign", Reference("campaigns"), read="campaign.id", fixed=True)
_KEYWORD: Final[Mapping[str, Field]] = {
    "text": Field("keyword.text", Plain(), fixed=True),
    "matchType": Field("keyword.match_type", Word(), fixed=True),
}
_AGAIN: Final = (
    "Its labels and a bid adjustment do not come back. Its id and its figures do: to Google they"
    " belong to the text and the match type."
)


def _of_kind(resource: str, *, negative: bool) -> tuple[Condition, ...]:
    word = LiteralKind.WORD
    return (
        compared(f"{resource}.type", Operator.EQUALS, "KEYWORD", word),
        compared(f"{resource}.negative", Operator.EQUALS, "TRUE" if negative else "FALSE", word),
    )


class _Criteria(ResourceAdapter):
    """What keywords have in common: people call them by their text."""

    def name_of(self, values: Mapping[str, Any]) -> str:
        """See `ResourceAdapter`."""
        return str(values.get("text") or "")


class Keywords(_Criteria):
    """Keywords of ad groups; without a bid of their own the ad group's holds."""

    type: ClassVar = ResourceType.KEYWORD
    label: ClassVar = "Keyword"
    parameter: ClassVar = "keywordId"
    resource: ClassVar = "ad_group_criterion"
    operation: ClassVar = "ad_group_criterion_operation"
    collection: ClassVar = "adGroupCriteria"
    ids: ClassVar = ("ad_group.id", "ad_group_criterion.criterion_id")
    identity: ClassVar = ("adGroupId", "text", "matchType")
    sought: ClassVar = "adGroupId"
    event: ClassVar = "AD_GROUP_CRITERION"
    kept: ClassVar = _of_kind("ad_group_criterion", negative=False)
    fields: ClassVar[Mapping[str, Field]] = {
        "adGroupId": _AD_GROUP,
        **_KEYWORD,
        "status": Field("status", Word()),
        "cpcBid": Field("cpc_bid_micros", Amount()),
        "finalUrls": Field("final_urls", Texts()),
        "finalMobileUrls": Field("final_mobile_urls", Texts()),
        "trackingUrlTemplate": Field("tracking_url_template", Plain()),
        "finalUrlSuffix": Field("final_url_suffix", Plain()),
        "urlCustomParameters": Field("url_custom_parameters", CustomParameters()),
    }
    created_loss: ClassVar = "It is removed; its figures stay with the removed keyword."
    removed_loss: ClassVar = _AGAIN


class AdGroupNegatives(_Criteria):
    """Negative keywords of ad groups."""

    type: ClassVar = ResourceType.NEGATIVE_KEYWORD
    label: ClassVar = "Negative keyword"
    parameter: ClassVar = "negativeKeywordId"
    resource: ClassVar = "ad_group_criterion"
    operation: ClassVar = "ad_group_criterion_operation"
    collection: ClassVar = "adGroupCriteria"
    ids: ClassVar = ("ad_group.id", "ad_group_criterion.criterion_id")
    identity: ClassVar = ("adGroupId", "text", "matchType")
    sought: ClassVar = "adGroupId"
    event: ClassVar = "AD_GROUP_CRITERION"
    kept: ClassVar = (
        *_of_kind("ad_group_criterion", negative=True),
        not_removed("ad_group_criterion.status"),
    )
    fields: ClassVar[Mapping[str, Field]] = {"adGroupId": _AD_GROUP, **_KEYWORD}
    created_loss: ClassVar = "What it kept away between is not shown afterwards."
    removed_loss: ClassVar = "What was shown without it stays shown."

    def finish(self, message: Any, after: Mapping[str, Any]) -> None:  # noqa: ARG002
        """See `ResourceAdapter`."""
        message.negative = True


class CampaignNegatives(AdGroupNegatives):
    """Negative keywords of campaigns."""

    resource: ClassVar = "campaign_criterion"
    operation: ClassVar = "campaign_criterion_operation"
    collection: ClassVar = "campaignCriteria"
    ids: ClassVar = ("campaign.id", "campaign_criterion.criterion_id")
    identity: ClassVar = ("campaignId", "text", "matchType")
    sought: ClassVar = "campaignId"
    event: ClassVar = "CAMPAIGN_CRITERION"
    kept: ClassVar = (
        *_of_kind("campaign_criterion", negative=True),
        not_removed("campaign_criterion.status"),
    )
    fields: ClassVar[Mapping[str, Field]] = {"campaignId": _CAMPAIGN, **_KEYWORD}


def inherited_from(group: Thing) -> Inherited | None:
    """Return what holds for keywords of an ad group that have no bid of their own."""
    bid = group.values["cpcBid"]
    return (
        None
        if bid is None
        else Inherited(parent=replace(group.locator, name=""), values={"cpcBid": bid})
    )


KEYWORDS: Final = Keywords()
AD_GROUP_NEGATIVES: Final = AdGroupNegatives()
CAMPAIGN_NEGATIVES: Final = CampaignNegatives()
