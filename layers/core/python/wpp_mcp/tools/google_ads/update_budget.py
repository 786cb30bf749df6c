from typing import Self

from pydantic import Field, model_validator

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import BUDGETS
from wpp_mcp.google.ads.resources.budgets import TOTAL
from wpp_mcp.google.ads.resources.current import current
from wpp_mcp.google.ads.resources.thing import refused
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads.changing import ResourceId, amount_in
from wpp_mcp.tools.inputs import CustomerId, Money, ToolInput
from wpp_mcp.tools.registry import write_tool


class UpdateBudget(ToolInput):
    """A budget's new amount: per day, or in all for a budget that is a total."""

    customer_id: CustomerId
    budget_id: ResourceId = Field(description="From list_budgets or list_campaigns.")
    new_daily_amount_dollars: Money | None = Field(
        default=None,
        description="New average per day, in the account's currency whatever it is (not micros).",
    )
    new_total_amount: Money | None = Field(
        default=None,
        description="Only for a budget that is a total for the campaign's time: the new total.",
    )

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        if (self.new_daily_amount_dollars is None) == (self.new_total_amount is None):
            raise ValueError("give newDailyAmountDollars, or newTotalAmount for a total budget")
        return self


@write_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Update a budget")
def update_budget(ads: GoogleAds, request: UpdateBudget) -> Plan:
    """Preview another amount for a campaign budget.

    Use it to raise or cut what campaigns may spend. Every campaign that shares the budget is
    affected. To stop spending use update_campaign_status: an amount of zero is refused.
    """
    (budget,) = current(ads, BUDGETS, [request.budget_id], with_budgets=True)
    total = budget.values["period"] == TOTAL
    if total and request.new_total_amount is None:
        problem = f"{budget.called} is a total for the campaign's time, not a daily average"
        raise refused("newDailyAmountDollars", f"{problem}: give newTotalAmount")
    if not total and request.new_total_amount is not None:
        problem = f"{budget.called} is a daily average, not a total"
        raise refused("newTotalAmount", f"{problem}: give newDailyAmountDollars")
    amount, parameter = (
        (request.new_total_amount, "newTotalAmount")
        if request.new_total_amount is not None
        else (request.new_daily_amount_dollars, "newDailyAmountDollars")
    )
    assert amount is not None  # noqa: S101 - the input has one of the two
    payable = amount_in(budget.currency, amount, parameter)
    return Plan(changes=[budget.change({"amount": payable})], currency=budget.currency)
