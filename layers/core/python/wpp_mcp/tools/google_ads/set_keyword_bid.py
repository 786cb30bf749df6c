from pydantic import Field

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import KEYWORDS
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads import bids
from wpp_mcp.tools.google_ads.changing import amount_in
from wpp_mcp.tools.google_ads.selections import Chosen, KeywordSelection
from wpp_mcp.tools.inputs import Money
from wpp_mcp.tools.registry import write_tool


class SetKeywordBid(KeywordSelection):
    """Which keywords, and what each bids."""

    cpc_bid: Money = Field(
        description="Most to pay for a click, in the account's currency (not micros).",
        examples=[1.25],
    )


@write_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Set the bid of keywords")
def set_keyword_bid(ads: GoogleAds, request: SetKeywordBid) -> Plan:
    """Preview one bid for each of some keywords. Nothing changes before a person agrees.

    Use it for keywords of campaigns that bid by MANUAL_CPC. Not to stop a keyword (pause_keyword),
    nor for the bid of a whole ad group (update_ad_group). Keywords that bid so already are left
    out.
    """
    chosen = Chosen(
        ads, KEYWORDS, request.places, request.parameter, in_part=request.partial_failure
    )
    if chosen.things:  # else there is no currency yet, and nothing to change either
        amount_in(chosen.currency, request.cpc_bid, "cpcBid")
    groups = bids.groups_of(ads, chosen.things)
    chosen.know(lambda keyword: bids.inherited_by(keyword, groups))
    chosen.set(cpcBid=request.cpc_bid)
    return chosen.batch.plan(chosen.currency, bids.of_keywords(ads, chosen.things, groups))
