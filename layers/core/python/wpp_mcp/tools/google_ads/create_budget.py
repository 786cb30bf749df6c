from pydantic import Field

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import BUDGETS
from wpp_mcp.google.ads.resources.budgets import DAILY
from wpp_mcp.google.ads.resources.current import currency_of, not_taken
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads.changing import Name, amount_in
from wpp_mcp.tools.inputs import CustomerId, Money, ToolInput
from wpp_mcp.tools.registry import write_tool


class CreateBudget(ToolInput):
    """A new daily budget."""

    customer_id: CustomerId
    name: Name = Field(examples=["Spring boots"])
    daily_amount: Money = Field(
        description="Average per day in the account's currency. Google may spend twice on a day."
    )
    shared: bool = Field(
        default=False, description="Several campaigns may spend from it; otherwise only one."
    )


@write_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Create a budget")
def create_budget(ads: GoogleAds, request: CreateBudget) -> Plan:
    """Preview a new daily budget, from which nothing is spent until a campaign uses it.

    Use it before create_campaign, which needs the id. To change a budget that is there:
    update_budget.
    """
    currency = currency_of(ads)
    after = {
        "name": request.name,
        "period": DAILY,
        "amount": amount_in(currency, request.daily_amount, "dailyAmount"),
        "deliveryMethod": "STANDARD",
        "shared": request.shared,
    }
    not_taken(ads, BUDGETS, after, "name")
    return Plan(changes=[BUDGETS.new(ads.account, "-1", after)], currency=currency)
