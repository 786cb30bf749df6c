from pydantic import Field

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import AD_GROUPS, ADS
from wpp_mcp.google.ads.resources.current import current, not_taken
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads.ad_inputs import SearchAd
from wpp_mcp.tools.google_ads.changing import ResourceId
from wpp_mcp.tools.inputs import CustomerId
from wpp_mcp.tools.registry import write_tool


class CreateResponsiveSearchAd(SearchAd):
    """A new responsive search ad, paused."""

    customer_id: CustomerId
    ad_group_id: ResourceId = Field(description="From search_google_ads on ad_group.")


@write_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Create a responsive search ad")
def create_responsive_search_ad(ads: GoogleAds, request: CreateResponsiveSearchAd) -> Plan:
    """Preview a new responsive search ad. Nothing changes before a person agrees.

    Use it to add an ad to an ad group of a Search campaign. It is always created paused, and
    Google reviews it. What an ad says cannot be changed later: to say something else is another
    ad. Not to stop an ad (pause_ad). Use only claims that the client stands by.
    """
    (group,) = current(ads, AD_GROUPS, [request.ad_group_id])
    after = request.values(request.ad_group_id)
    not_taken(ads, ADS, after, "headlines")
    return Plan(changes=[ADS.new(ads.account, "-1", after)], currency=group.currency)
