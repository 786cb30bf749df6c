"""Ad groups."""

from collections.abc import Mapping
from typing import ClassVar, Final

from wpp_mcp.google.ads.resources.base import Field, ResourceAdapter
from wpp_mcp.google.ads.resources.codecs import Amount, Plain, Ratio, Reference, Word
from wpp_mcp.models.changes import ResourceType


class AdGroups(ResourceAdapter):
    """Ad groups."""

    type: ClassVar = ResourceType.AD_GROUP
    label: ClassVar = "Ad group"
    parameter: ClassVar = "adGroupId"
    resource: ClassVar = "ad_group"
    operation: ClassVar = "ad_group_operation"
    collection: ClassVar = "adGroups"
    ids: ClassVar = ("ad_group.id",)
    identity: ClassVar = ("campaignId", "name")
    event: ClassVar = "AD_GROUP"
    holds_others: ClassVar = True
    fields: ClassVar[Mapping[str, Field]] = {
        "campaignId": Field("campaign", Reference("campaigns"), read="campaign.id", fixed=True),
        "name": Field("name", Plain()),
        "status": Field("status", Word()),
        "type": Field("type", Word(), fixed=True),
        "cpcBid": Field("cpc_bid_micros", Amount()),
        "targetCpa": Field("target_cpa_micros", Amount()),
        "targetRoas": Field("target_roas", Ratio()),
    }


AD_GROUPS: Final = AdGroups()
