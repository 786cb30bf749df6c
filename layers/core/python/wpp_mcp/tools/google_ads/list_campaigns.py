from typing import Annotated, Literal

from pydantic import Field

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.gaql.ast import LiteralKind, Ordering
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.money import Amount
from wpp_mcp.tools.google_ads import queries
from wpp_mcp.tools.google_ads.queries import Path
from wpp_mcp.tools.inputs import CustomerId, PagedInput
from wpp_mcp.tools.registry import read_tool
from wpp_mcp.tools.table import Row, Table


class CampaignsQuery(PagedInput):
    """Which campaigns."""

    customer_id: CustomerId
    status: Literal["ENABLED", "PAUSED", "REMOVED"] | None = Field(
        default=None, description="Only these. Without it: all that are not removed."
    )


class Campaign(Row):
    """One campaign and its budget."""

    campaign_id: Annotated[str, Path("campaign.id")]
    campaign_name: Annotated[str, Path("campaign.name")]
    status: Annotated[str, Path("campaign.status")]
    channel: Annotated[str, Path("campaign.advertising_channel_type")]
    bidding_strategy: Annotated[str, Path("campaign.bidding_strategy_type")]
    budget_id: Annotated[str | None, Path("campaign_budget.id")] = None
    daily_budget: Annotated[Amount | None, Path("campaign_budget.amount_micros")] = None


@read_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Campaigns")
def list_campaigns(ads: GoogleAds, query: CampaignsQuery) -> Table[Campaign]:
    """The campaigns of an account with status, channel, bidding and daily budget.

    Use it to find a campaign or its id. Not for results over time (get_campaign_performance).
    A daily budget is an average: Google may spend twice of it on a day.
    """
    wanted = (
        queries.one_of("campaign.status", [query.status], LiteralKind.WORD)
        if query.status
        else queries.not_removed("campaign.status")
    )
    fields = [*queries.paths_of(Campaign).values(), queries.CURRENCY]
    asked = queries.select(fields, "campaign", [wanted], [Ordering("campaign.id")])
    return queries.table(ads, asked, Campaign)
