from pydantic import Field

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources.current import current
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads.blocking import silenced
from wpp_mcp.tools.google_ads.keyword_inputs import NewNegativeKeywords, added
from wpp_mcp.tools.google_ads.negatives import OfOnePlace
from wpp_mcp.tools.registry import write_tool


class AddNegativeKeywords(OfOnePlace):
    """New negative keywords of a campaign or an ad group."""

    keywords: NewNegativeKeywords = Field(description="1 to 50, each once.")


@write_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Add negative keywords")
def add_negative_keywords(ads: GoogleAds, request: AddNegativeKeywords) -> Plan:
    """Preview negative keywords, for which no ad is shown. Nothing changes before a person agrees.

    Use it to keep ads from searches that are no good (get_search_terms_report). Not to stop a
    keyword that is bid on (pause_keyword). A negative keyword matches no close variants: plurals
    and other spellings need keywords of their own.
    """
    (parent,) = current(ads, request.parent, [request.place])
    wanted = [
        {request.parameter: request.place, "text": keyword.text, "matchType": keyword.match_type}
        for keyword in request.keywords
    ]
    batch = added(ads, request.adapter, wanted, in_part=request.partial_failure)
    warnings = silenced(ads, request.parent.ids[0], request.place, request.keywords)
    return batch.plan(parent.currency, warnings)
