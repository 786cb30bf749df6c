from typing import Annotated, Any, Final

from pydantic import Field

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import AD_GROUPS, ADS, BUDGETS, CAMPAIGNS, KEYWORDS
from wpp_mcp.google.ads.resources.budgets import DAILY
from wpp_mcp.google.ads.resources.current import currency_of, not_taken
from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.models.changes import Change, Plan
from wpp_mcp.tools.google_ads import bids
from wpp_mcp.tools.google_ads.ad_inputs import SearchAd
from wpp_mcp.tools.google_ads.campaign_inputs import SearchCampaign
from wpp_mcp.tools.google_ads.changing import MOST_ITEMS, Name, amount_in
from wpp_mcp.tools.google_ads.keyword_inputs import DIFFERENT, NewKeyword, keyword_values
from wpp_mcp.tools.inputs import CustomerId, Money, ToolInput, WireModel
from wpp_mcp.tools.registry import write_tool

_BUDGET, _CAMPAIGN, _AD_GROUP, _AD = "-1", "-2", "-3", "-4"
_FIRST_KEYWORD: Final = 5
MOST_KEYWORDS: Final = MOST_ITEMS - 4


class FirstAdGroup(WireModel):
    """The ad group of the new campaign."""

    name: Name = Field(examples=["Hiking boots"])
    cpc_bid: Money | None = Field(
        default=None,
        description="Most to pay for a click, for keywords without a bid of their own.",
        examples=[1.25],
    )


class CreateSearchCampaign(ToolInput):
    """A Search campaign with all that it takes to run."""

    customer_id: CustomerId
    daily_amount: Money = Field(
        description="Of its own new budget: the average per day in the account's currency. Google"
        " may spend twice on a day."
    )
    campaign: SearchCampaign
    ad_group: FirstAdGroup
    keywords: Annotated[
        list[NewKeyword], Field(min_length=1, max_length=MOST_KEYWORDS), DIFFERENT
    ] = Field(description=f"1 to {MOST_KEYWORDS}, each once.")
    ad: SearchAd


@write_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Create a whole Search campaign")
def create_search_campaign(ads: GoogleAds, request: CreateSearchCampaign) -> Plan:
    """Preview a Search campaign with budget, ad group, keywords and one ad, in one request.

    Nothing changes before a person agrees; then all of it is created, or nothing. Use it for a
    campaign that starts from nothing. Not for a budget that is there (create_campaign), nor to
    add to a campaign (create_ad_group, add_keywords, create_responsive_search_ad). Campaign, ad
    group and ad are created paused: it spends nothing. The budget gets the campaign's name.
    """
    currency = currency_of(ads)
    budget = _budget(request, currency)
    campaign = request.campaign.values(_BUDGET, currency, "campaign.")
    ad_group = _ad_group(request, currency)
    keywords = keyword_values(_AD_GROUP, request.keywords, "ENABLED", currency)
    not_taken(ads, BUDGETS, budget, "campaign.name")
    not_taken(ads, CAMPAIGNS, campaign, "campaign.name")
    return Plan(
        changes=[
            BUDGETS.new(ads.account, _BUDGET, budget),
            CAMPAIGNS.new(ads.account, _CAMPAIGN, campaign),
            AD_GROUPS.new(ads.account, _AD_GROUP, ad_group),
            *_keywords(ads.account, keywords),
            ADS.new(ads.account, _AD, request.ad.values(_AD_GROUP)),
        ],
        currency=currency,
        warnings=_warnings(request),
    )


def _budget(request: CreateSearchCampaign, currency: str) -> dict[str, Any]:
    return {
        "name": request.campaign.name,
        "period": DAILY,
        "amount": amount_in(currency, request.daily_amount, "dailyAmount"),
        "deliveryMethod": "STANDARD",
        "shared": False,
    }


def _ad_group(request: CreateSearchCampaign, currency: str) -> dict[str, Any]:
    bid = request.ad_group.cpc_bid
    return {
        "campaignId": _CAMPAIGN,
        "name": request.ad_group.name,
        "status": "PAUSED",
        "cpcBid": None if bid is None else amount_in(currency, bid, "adGroup.cpcBid"),
    }


def _keywords(account: AccountRef, keywords: list[dict[str, Any]]) -> list[Change]:
    return [
        KEYWORDS.new(account, f"-{number}", after)
        for number, after in enumerate(keywords, start=_FIRST_KEYWORD)
    ]


def _warnings(request: CreateSearchCampaign) -> tuple[str, ...]:
    called, strategy = f'Campaign "{request.campaign.name}"', request.campaign.strategy
    given = request.ad_group.cpc_bid is not None
    of_group = bids.of_new_ad_group(called, strategy, given=given)
    of_keywords = (
        bids.unused_by(called, strategy)
        if any(keyword.cpc_bid is not None for keyword in request.keywords)
        else []
    )
    return tuple(dict.fromkeys([*of_group, *of_keywords]))
