from typing import Literal

from pydantic import Field

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import CAMPAIGNS
from wpp_mcp.google.ads.resources.current import current
from wpp_mcp.google.ads.resources.thing import refused
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads.changing import BatchInput, ResourceIds
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
    things = current(ads, CAMPAIGNS, request.campaign_ids, "campaignIds", with_budgets=True)
    so_already = [t for t in things if t.values["status"] == request.status]
    to_change = [t for t in things if t not in so_already]
    if not to_change:
        what = things[0].called if len(things) == 1 else "each of these campaigns"
        raise refused("status", f"{what} is already {request.status}")
    return Plan(
        changes=[thing.change({"status": request.status}) for thing in to_change],
        currency=things[0].currency,
        warnings=tuple(f"{t.called} is already {request.status}: left out" for t in so_already),
        partial=request.partial_failure,
    )
