from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import KEYWORDS
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads.remaining import left_without
from wpp_mcp.tools.google_ads.selections import Chosen, KeywordSelection
from wpp_mcp.tools.registry import write_tool


class PauseKeyword(KeywordSelection):
    """Which keywords to pause."""


@write_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Pause keywords")
def pause_keyword(ads: GoogleAds, request: PauseKeyword) -> Plan:
    """Preview pausing keywords: no ad is shown for them. Nothing changes before a person agrees.

    Use it to stop keywords and keep their history. Not to be rid of them (remove_keywords), and
    not to keep ads from some searches (add_negative_keywords). Those that are paused already are
    left out.
    """
    chosen = Chosen(
        ads, KEYWORDS, request.places, request.parameter, in_part=request.partial_failure
    )
    chosen.set(status="PAUSED")
    return chosen.batch.plan(chosen.currency, left_without(ads, KEYWORDS, chosen.batch.changes))
