from pydantic import Field

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import CAMPAIGN_LABELS, CAMPAIGNS, LABELS
from wpp_mcp.google.ads.resources.current import current
from wpp_mcp.google.ads.resources.thing import refused
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads.changing import BatchInput, ResourceId, ResourceIds
from wpp_mcp.tools.registry import write_tool


class ApplyLabelToCampaign(BatchInput):
    """Which label goes on which campaigns."""

    label_id: ResourceId = Field(description="From create_label, or search_google_ads on label.")
    campaign_ids: ResourceIds = Field(description="Each campaign by id; 50 at most.")


@write_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Label campaigns")
def apply_label_to_campaign(ads: GoogleAds, request: ApplyLabelToCampaign) -> Plan:
    """Preview putting a label on campaigns.

    Use it to mark campaigns for reports and filters. It changes nothing that people see or that
    is spent. Campaigns that carry the label already are left out.
    """
    (label,) = current(ads, LABELS, [request.label_id])
    things = current(ads, CAMPAIGNS, request.campaign_ids, "campaignIds")
    pairs = {
        t.locator.id: {"campaignId": t.locator.id, "labelId": request.label_id} for t in things
    }
    there = CAMPAIGN_LABELS.read(ads, [f"{place}~{request.label_id}" for place in pairs])
    carrying = {thing.values["campaignId"] for thing in there.values()}
    to_label = [thing for thing in things if thing.locator.id not in carrying]
    if not to_label:
        raise refused("campaignIds", f"each campaign is already labelled {label.called}")
    changes = [
        CAMPAIGN_LABELS.new(
            ads.account,
            f"-{number}",
            pairs[thing.locator.id],
            f"{label.locator.name} on {thing.locator.name}",
        )
        for number, thing in enumerate(to_label, start=1)
    ]
    return Plan(
        changes=changes,
        currency=label.currency,
        warnings=tuple(
            f"{thing.called} is already labelled: left out"
            for thing in things
            if thing.locator.id in carrying
        ),
        partial=request.partial_failure,
    )
