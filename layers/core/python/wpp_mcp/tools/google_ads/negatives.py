"""Where negative keywords are: in a campaign, or in one of its ad groups."""

from typing import Self

from pydantic import Field, model_validator

from wpp_mcp.google.ads.resources import (
    AD_GROUP_NEGATIVES,
    AD_GROUPS,
    CAMPAIGN_NEGATIVES,
    CAMPAIGNS,
)
from wpp_mcp.google.ads.resources.base import ResourceAdapter
from wpp_mcp.tools.google_ads.changing import BatchInput, ResourceId


class OfOnePlace(BatchInput):
    """The campaign or ad group."""

    campaign_id: ResourceId | None = Field(
        default=None, description="The campaign, for all its ad groups: list_campaigns."
    )
    ad_group_id: ResourceId | None = Field(
        default=None, description="Instead of campaignId: one ad group only."
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.campaign_id is None) == (self.ad_group_id is None):
            raise ValueError("give campaignId or adGroupId: one of them")
        return self

    @property
    def place(self) -> str:
        """The id of the campaign or ad group."""
        return str(self.campaign_id or self.ad_group_id)

    @property
    def adapter(self) -> ResourceAdapter:
        """That of the negative keywords."""
        return CAMPAIGN_NEGATIVES if self.campaign_id else AD_GROUP_NEGATIVES

    @property
    def parent(self) -> ResourceAdapter:
        """That of what they are in."""
        return CAMPAIGNS if self.campaign_id else AD_GROUPS

    @property
    def parameter(self) -> str:
        """What names the parent."""
        return self.parent.parameter
