from typing import Literal

from pydantic import Field

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import CAMPAIGNS
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads.changing import BatchInput, ResourceIds
from wpp_mcp.tools.google_ads.selections import Chosen
from wpp_mcp.tools.registry import write_tool


class UpdateCampaignStatus(BatchInput):
    """Which campaigns to enable or to pause."""

    campaign_ids: ResourceIds = Field(description="Each campaign by id; 50 at most.")
    status: Literal["ENABLED", "PAUSED"] = Field(examples=["PAUSED"])


@write_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Enable or pause campaigns")
def update_campaign_status(ads: GoogleAds, request: UpdateCampaignStatus) -> Plan:
    """Preview enabling or pausing campaigns.

    Use it to stop or start delivery. Enabling lets the campaign's whole budget be spent.
    Campaigns cannot be removed here. Those that are so already are left out.
    """
    chosen = Chosen(
        ads,
        CAMPAIGNS,
        request.campaign_ids,
        "campaignIds",
        in_part=request.partial_failure,
        with_budgets=True,
    )
    chosen.set(status=request.status)
    return chosen.batch.plan(chosen.currency)
