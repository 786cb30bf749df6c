from datetime import date
from typing import Any, Final, Literal, Self

from pydantic import Field, model_validator

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import BUDGETS, CAMPAIGNS
from wpp_mcp.google.ads.resources.budgets import TOTAL
from wpp_mcp.google.ads.resources.current import current, not_taken
from wpp_mcp.google.ads.resources.thing import Thing, refused, shown
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads.changing import Name, ResourceId, amount_in
from wpp_mcp.tools.google_ads.targets import TargetRoas
from wpp_mcp.tools.inputs import CustomerId, Money, ToolInput
from wpp_mcp.tools.registry import write_tool

_STRATEGIES: Final = {
    "MANUAL_CPC": "MANUAL_CPC",
    "MAXIMIZE_CLICKS": "TARGET_SPEND",
    "MAXIMIZE_CONVERSIONS": "MAXIMIZE_CONVERSIONS",
    "MAXIMIZE_CONVERSION_VALUE": "MAXIMIZE_CONVERSION_VALUE",
}
"""As people know them, and as the API calls them."""
_TARGET_OF: Final = {
    "max_cpc": "MAXIMIZE_CLICKS",
    "target_cpa": "MAXIMIZE_CONVERSIONS",
    "target_roas": "MAXIMIZE_CONVERSION_VALUE",
}
_EU: Final = {
    True: "CONTAINS_EU_POLITICAL_ADVERTISING",
    False: "DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING",
}


class CreateCampaign(ToolInput):
    """A new Search campaign, paused."""

    customer_id: CustomerId
    name: Name = Field(examples=["Spring boots | Search"])
    budget_id: ResourceId = Field(description="A budget that is there: list_budgets.")
    bidding: Literal[
        "MANUAL_CPC", "MAXIMIZE_CLICKS", "MAXIMIZE_CONVERSIONS", "MAXIMIZE_CONVERSION_VALUE"
    ] = Field(examples=["MAXIMIZE_CONVERSIONS"])
    max_cpc: Money | None = Field(
        default=None, description="With MAXIMIZE_CLICKS: the most to pay for a click."
    )
    target_cpa: Money | None = Field(
        default=None, description="With MAXIMIZE_CONVERSIONS: the target cost per conversion."
    )
    target_roas: TargetRoas | None = Field(
        default=None,
        description="With MAXIMIZE_CONVERSION_VALUE: value for each unit of money, 3.5 is 350 %.",
    )
    start_date: date | None = Field(
        default=None, description="First day, ISO 8601. Without it: the day it is created."
    )
    end_date: date | None = Field(default=None, description="Last day, included, ISO 8601.")
    search_network: bool = Field(default=False, description="Search partners beside Google.")
    content_network: bool = Field(default=False, description="The Display Network too.")
    contains_eu_political_advertising: bool = Field(
        description="Declaration that EU law asks for (Regulation 2024/900). Ask the person."
    )

    @model_validator(mode="after")
    def _that_fits(self) -> Self:
        for name, bidding in _TARGET_OF.items():
            if getattr(self, name) is not None and self.bidding != bidding:
                raise ValueError(f"{type(self).model_fields[name].alias} goes with {bidding} only")
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise ValueError("endDate is before startDate")
        return self


@write_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Create a campaign")
def create_campaign(ads: GoogleAds, request: CreateCampaign) -> Plan:
    """Preview a new Search campaign. It is always created paused: it spends nothing.

    Use it for a new campaign on a budget that is there (create_budget makes one). It needs ad
    groups, keywords and ads before update_campaign_status can usefully enable it.
    """
    (budget,) = current(ads, BUDGETS, [request.budget_id], with_budgets=True)
    _can_take(budget, request)
    after = _settings(request) | _bidding(request, budget.currency)
    not_taken(ads, CAMPAIGNS, after, "name")
    return Plan(changes=[CAMPAIGNS.new(ads.account, "-1", after)], currency=budget.currency)


def _can_take(budget: Thing, request: CreateCampaign) -> None:
    spenders = budget.budget.shared_by if budget.budget else ()
    if spenders and not budget.values["shared"]:
        problem = f'{budget.called} belongs to "{shown(spenders[0])}" alone'
        raise refused("budgetId", f"{problem}: create another, or a shared one")
    if budget.values["period"] == TOTAL and request.end_date is None:
        raise refused("endDate", f"{budget.called} is a total: the campaign needs a last day")


def _settings(request: CreateCampaign) -> dict[str, Any]:
    return {
        "name": request.name,
        "status": "PAUSED",
        "channel": "SEARCH",
        "budgetId": request.budget_id,
        "startDate": request.start_date.isoformat() if request.start_date else None,
        "endDate": request.end_date.isoformat() if request.end_date else None,
        "googleSearch": True,
        "searchNetwork": request.search_network,
        "contentNetwork": request.content_network,
        "euPoliticalAdvertising": _EU[request.contains_eu_political_advertising],
    }


def _bidding(request: CreateCampaign, currency: str) -> dict[str, Any]:
    bidding: dict[str, Any] = {"biddingStrategy": _STRATEGIES[request.bidding]}
    if request.max_cpc is not None:
        bidding["cpcBidCeiling"] = amount_in(currency, request.max_cpc, "maxCpc")
    if request.target_cpa is not None:
        bidding["targetCpa"] = amount_in(currency, request.target_cpa, "targetCpa")
    if request.target_roas is not None:
        bidding["targetRoas"] = request.target_roas
    return bidding
