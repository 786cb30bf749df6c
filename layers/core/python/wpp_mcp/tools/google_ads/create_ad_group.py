from typing import Literal

from pydantic import Field

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import AD_GROUPS, CAMPAIGNS
from wpp_mcp.google.ads.resources.current import current, not_taken
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads import bids
from wpp_mcp.tools.google_ads.changing import Name, ResourceId, amount_in
from wpp_mcp.tools.inputs import CustomerId, Money, ToolInput
from wpp_mcp.tools.registry import write_tool


class CreateAdGroup(ToolInput):
    """A new ad group."""

    customer_id: CustomerId
    campaign_id: ResourceId = Field(description="The campaign that it goes into: list_campaigns.")
    name: Name = Field(examples=["Hiking boots"])
    cpc_bid: Money | None = Field(
        default=None,
        description="Most to pay for a click, in the account's currency, for keywords without a"
        " bid of their own.",
        examples=[1.25],
    )
    status: Literal["PAUSED", "ENABLED"] = Field(
        default="PAUSED", description="PAUSED unless it is to deliver as soon as it has an ad."
    )


@write_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Create an ad group")
def create_ad_group(ads: GoogleAds, request: CreateAdGroup) -> Plan:
    """Preview a new ad group in a campaign that is there. Nothing changes before a person agrees.

    Use it before add_keywords and create_responsive_search_ad, which need its id. Not for a whole
    new campaign (create_search_campaign). Without a status it is created paused.
    """
    (campaign,) = current(ads, CAMPAIGNS, [request.campaign_id])
    after = {
        "campaignId": request.campaign_id,
        "name": request.name,
        "status": request.status,
        "cpcBid": None
        if request.cpc_bid is None
        else amount_in(campaign.currency, request.cpc_bid, "cpcBid"),
    }
    not_taken(ads, AD_GROUPS, after, "name")
    strategy = campaign.values["biddingStrategy"]
    warnings = bids.of_new_ad_group(campaign.called, strategy, given=request.cpc_bid is not None)
    return Plan(
        changes=[AD_GROUPS.new(ads.account, "-1", after)],
        currency=campaign.currency,
        warnings=tuple(warnings),
    )
