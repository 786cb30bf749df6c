from pydantic import Field

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import ADS
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads.changing import BatchInput
from wpp_mcp.tools.google_ads.remaining import left_without
from wpp_mcp.tools.google_ads.selections import Chosen, PairIds
from wpp_mcp.tools.registry import write_tool


class PauseAd(BatchInput):
    """Which ads to pause."""

    ad_ids: PairIds = Field(
        description="Each ad as adGroupId~adId; 50 at most. search_google_ads on ad_group_ad has"
        " both."
    )


@write_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Pause ads")
def pause_ad(ads: GoogleAds, request: PauseAd) -> Plan:
    """Preview pausing ads: they are not shown. Nothing changes before a person agrees.

    Use it to stop single ads of any kind. Not for all ads of an ad group (update_ad_group) or of
    a campaign (update_campaign_status). Those that are paused already are left out.
    """
    chosen = Chosen(ads, ADS, request.ad_ids, "adIds", in_part=request.partial_failure)
    chosen.set(status="PAUSED")
    return chosen.batch.plan(chosen.currency, left_without(ads, ADS, chosen.batch.changes))
