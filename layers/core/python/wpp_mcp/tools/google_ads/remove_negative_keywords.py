from pydantic import Field

from wpp_mcp.audit.entry import Action
from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads.changing import ResourceIds
from wpp_mcp.tools.google_ads.negatives import OfOnePlace
from wpp_mcp.tools.google_ads.selections import Chosen
from wpp_mcp.tools.registry import write_tool

_AGAIN = "Ads may be shown, and paid for, on searches that these kept them from"


class RemoveNegativeKeywords(OfOnePlace):
    """Which negative keywords of a campaign or an ad group to remove."""

    criterion_ids: ResourceIds = Field(
        description="Each negative keyword by criterion id; 50 at most. search_google_ads on"
        " campaign_criterion or ad_group_criterion has them."
    )


@write_tool(
    api=Api.GOOGLE_ADS,
    account="customer_id",
    title="Remove negative keywords",
    action=Action.DELETE,
)
def remove_negative_keywords(ads: GoogleAds, request: RemoveNegativeKeywords) -> Plan:
    """Preview removing negative keywords. Nothing changes before a person agrees.

    Use it where searches were kept away by mistake: ads may be shown on them again. Not for
    keywords that are bid on (remove_keywords).
    """
    places = [f"{request.place}~{place}" for place in request.criterion_ids]
    chosen = Chosen(ads, request.adapter, places, "criterionIds", in_part=request.partial_failure)
    chosen.remove()
    return chosen.batch.plan(chosen.currency, [_AGAIN])
