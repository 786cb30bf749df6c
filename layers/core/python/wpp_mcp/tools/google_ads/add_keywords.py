from typing import Literal

from pydantic import Field

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import AD_GROUPS, KEYWORDS
from wpp_mcp.google.ads.resources.current import current
from wpp_mcp.google.ads.resources.keywords import inherited_from
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads import bids
from wpp_mcp.tools.google_ads.changing import BatchInput, ResourceId
from wpp_mcp.tools.google_ads.keyword_inputs import NewKeywords, added, keyword_values
from wpp_mcp.tools.registry import write_tool


class AddKeywords(BatchInput):
    """New keywords of an ad group."""

    ad_group_id: ResourceId = Field(description="From search_google_ads on ad_group.")
    keywords: NewKeywords = Field(description="1 to 50, each once.")
    status: Literal["ENABLED", "PAUSED"] = Field(
        default="ENABLED", description="ENABLED: ads may be shown for them at once."
    )


@write_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Add keywords")
def add_keywords(ads: GoogleAds, request: AddKeywords) -> Plan:
    """Preview new keywords in an ad group. Nothing changes before a person agrees.

    Use it to show ads for more searches. Not to keep ads from searches (add_negative_keywords).
    They are enabled unless status says PAUSED. A keyword that is there already is refused by
    name; its id is in the refusal.
    """
    (group,) = current(ads, AD_GROUPS, [request.ad_group_id])
    wanted = keyword_values(request.ad_group_id, request.keywords, request.status, group.currency)
    batch = added(
        ads, KEYWORDS, wanted, in_part=request.partial_failure, inherited=inherited_from(group)
    )
    with_bids = any(keyword.cpc_bid is not None for keyword in request.keywords)
    return batch.plan(group.currency, bids.unused_in(ads, [group]) if with_bids else ())
