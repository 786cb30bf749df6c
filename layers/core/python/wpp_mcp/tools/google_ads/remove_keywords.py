from wpp_mcp.audit.entry import Action
from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import KEYWORDS
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads.remaining import left_without
from wpp_mcp.tools.google_ads.selections import Chosen, KeywordSelection
from wpp_mcp.tools.registry import write_tool


class RemoveKeywords(KeywordSelection):
    """Which keywords to remove."""


@write_tool(
    api=Api.GOOGLE_ADS, account="customer_id", title="Remove keywords", action=Action.DELETE
)
def remove_keywords(ads: GoogleAds, request: RemoveKeywords) -> Plan:
    """Preview removing keywords from ad groups. Nothing changes before a person agrees.

    Use it only where they are not to come back: a removed keyword stays removed, and one made
    anew has lost its labels. To stop keywords for a while: pause_keyword. Not for negative
    keywords (remove_negative_keywords).
    """
    chosen = Chosen(
        ads, KEYWORDS, request.places, request.parameter, in_part=request.partial_failure
    )
    chosen.remove()
    return chosen.batch.plan(chosen.currency, left_without(ads, KEYWORDS, chosen.batch.changes))
