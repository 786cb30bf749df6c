from pydantic import Field

from wpp_mcp.errors import WppError
from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import CAMPAIGN_LABELS, CAMPAIGNS, LABELS
from wpp_mcp.google.ads.resources.base import SEPARATOR
from wpp_mcp.google.ads.resources.current import current
from wpp_mcp.google.ads.resources.thing import Thing, refused
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Change, Plan
from wpp_mcp.tools.google_ads.changing import BatchInput, ResourceId, ResourceIds
from wpp_mcp.tools.google_ads.selections import Chosen
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
    chosen = Chosen(
        ads, CAMPAIGNS, request.campaign_ids, "campaignIds", in_part=request.partial_failure
    )
    pairs = [f"{place}{SEPARATOR}{request.label_id}" for place in request.campaign_ids]
    carrying = {one.values["campaignId"] for one in CAMPAIGN_LABELS.read(ads, pairs).values()}

    def labelled(campaign: Thing) -> Change:
        return CAMPAIGN_LABELS.new(
            ads.account,
            f"-{len(chosen.batch.changes) + 1}",
            {"campaignId": campaign.locator.id, "labelId": request.label_id},
            f"{label.locator.name} on {campaign.locator.name}",
        )

    def carries(campaign: Thing) -> WppError | None:
        if campaign.locator.id not in carrying:
            return None
        return refused("campaignIds", f"{campaign.called} is already labelled {label.called}")

    chosen.make(labelled, carries)
    return chosen.batch.plan(label.currency)
