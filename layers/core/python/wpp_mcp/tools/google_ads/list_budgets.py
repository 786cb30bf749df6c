from typing import Annotated

from pydantic import Field

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.gaql.ast import LiteralKind, Ordering
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.money import Amount
from wpp_mcp.tools.google_ads import queries
from wpp_mcp.tools.google_ads.queries import Path
from wpp_mcp.tools.inputs import CustomerId, Ids, PagedInput
from wpp_mcp.tools.registry import read_tool
from wpp_mcp.tools.table import Row, Table


class BudgetsQuery(PagedInput):
    """Which budgets."""

    customer_id: CustomerId
    budget_ids: Ids | None = Field(default=None, description="Only these budgets.")


class Budget(Row):
    """One budget: an amount per day, or one in total for the campaign's whole time.

    ``shared``: several campaigns may spend from it.
    """

    budget_id: Annotated[str, Path("campaign_budget.id")]
    budget_name: Annotated[str, Path("campaign_budget.name")]
    status: Annotated[str, Path("campaign_budget.status")]
    amount: Annotated[Amount | None, Path("campaign_budget.amount_micros")] = None
    total_amount: Annotated[Amount | None, Path("campaign_budget.total_amount_micros")] = None
    period: Annotated[str, Path("campaign_budget.period")]
    delivery_method: Annotated[str, Path("campaign_budget.delivery_method")]
    shared: Annotated[bool, Path("campaign_budget.explicitly_shared")] = False


@read_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Budgets")
def list_budgets(ads: GoogleAds, query: BudgetsQuery) -> Table[Budget]:
    """The campaign budgets of an account, highest first.

    Use it before talking about money: the id here is what a budget change needs. A daily amount
    is an average: Google may spend twice of it on a day.
    """
    conditions = [queries.not_removed("campaign_budget.status")]
    if query.budget_ids:
        conditions.append(
            queries.one_of("campaign_budget.id", query.budget_ids, LiteralKind.NUMBER)
        )
    fields = [*queries.paths_of(Budget).values(), queries.CURRENCY]
    order = [Ordering("campaign_budget.amount_micros", descending=True)]
    order.append(Ordering("campaign_budget.id"))
    return queries.table(ads, queries.select(fields, "campaign_budget", conditions, order), Budget)
