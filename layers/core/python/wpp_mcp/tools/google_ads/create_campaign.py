from pydantic import Field

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import BUDGETS, CAMPAIGNS
from wpp_mcp.google.ads.resources.budgets import TOTAL
from wpp_mcp.google.ads.resources.current import current, not_taken
from wpp_mcp.google.ads.resources.thing import Thing, refused, shown
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads.campaign_inputs import SearchCampaign
from wpp_mcp.tools.google_ads.changing import ResourceId
from wpp_mcp.tools.inputs import CustomerId
from wpp_mcp.tools.registry import write_tool


class CreateCampaign(SearchCampaign):
    """A new Search campaign, paused."""

    customer_id: CustomerId
    budget_id: ResourceId = Field(description="A budget that is there: list_budgets.")


@write_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Create a campaign")
def create_campaign(ads: GoogleAds, request: CreateCampaign) -> Plan:
    """Preview a new Search campaign. It is always created paused: it spends nothing.

    Use it for a new campaign on a budget that is there (create_budget makes one). It needs ad
    groups, keywords and ads before update_campaign_status can usefully enable it.
    """
    (budget,) = current(ads, BUDGETS, [request.budget_id], with_budgets=True)
    _can_take(budget, request)
    after = request.values(request.budget_id, budget.currency)
    not_taken(ads, CAMPAIGNS, after, "name")
    return Plan(changes=[CAMPAIGNS.new(ads.account, "-1", after)], currency=budget.currency)


def _can_take(budget: Thing, request: CreateCampaign) -> None:
    spenders = budget.budget.shared_by if budget.budget else ()
    if spenders and not budget.values["shared"]:
        problem = f'{budget.called} belongs to "{shown(spenders[0])}" alone'
        raise refused("budgetId", f"{problem}: create another, or a shared one")
    if budget.values["period"] == TOTAL and request.end_date is None:
        raise refused("endDate", f"{budget.called} is a total: the campaign needs a last day")
