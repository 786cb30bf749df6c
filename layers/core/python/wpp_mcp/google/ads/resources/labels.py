"""Labels, and which campaigns carry them."""

from collections.abc import Mapping
from typing import ClassVar, Final

from wpp_mcp.google.ads.gaql.building import not_removed
from wpp_mcp.google.ads.resources.base import Field, ResourceAdapter
from wpp_mcp.google.ads.resources.codecs import Plain, Reference
from wpp_mcp.models.changes import ResourceType


class Labels(ResourceAdapter):
    """Labels of an account."""

    type: ClassVar = ResourceType.LABEL
    label: ClassVar = "Label"
    parameter: ClassVar = "labelId"
    resource: ClassVar = "label"
    operation: ClassVar = "label_operation"
    collection: ClassVar = "labels"
    ids: ClassVar = ("label.id",)
    kept: ClassVar = (not_removed("label.status"),)
    fields: ClassVar[Mapping[str, Field]] = {
        "name": Field("name", Plain()),
        "color": Field("text_label.background_color", Plain()),
        "description": Field("text_label.description", Plain()),
    }
    created_loss: ClassVar = "It is removed, also from what carries it by then."
    removed_loss: ClassVar = "It gets a new id, and is on nothing any more."


class CampaignLabels(ResourceAdapter):
    """Labels on campaigns: nothing but the pair."""

    type: ClassVar = ResourceType.CAMPAIGN_LABEL
    label: ClassVar = "Label on a campaign"
    parameter: ClassVar = "labelId"
    resource: ClassVar = "campaign_label"
    operation: ClassVar = "campaign_label_operation"
    collection: ClassVar = "campaignLabels"
    ids: ClassVar = ("campaign.id", "label.id")
    identity: ClassVar = ("campaignId", "labelId")
    sought: ClassVar = "campaignId"
    fields: ClassVar[Mapping[str, Field]] = {
        "campaignId": Field("campaign", Reference("campaigns"), read="campaign.id", fixed=True),
        "labelId": Field("label", Reference("labels"), read="label.id", fixed=True),
    }
    created_loss: ClassVar = ""
    removed_loss: ClassVar = ""


LABELS: Final = Labels()
CAMPAIGN_LABELS: Final = CampaignLabels()
