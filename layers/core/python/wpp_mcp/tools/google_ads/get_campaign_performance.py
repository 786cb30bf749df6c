from typing import Annotated, Final, Literal

from pydantic import Field

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.gaql.ast import LiteralKind, Ordering
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.money import Amount
from wpp_mcp.tools.google_ads import queries
from wpp_mcp.tools.google_ads.queries import Path
from wpp_mcp.tools.inputs import CustomerId, Ids, PeriodInput
from wpp_mcp.tools.registry import read_tool
from wpp_mcp.tools.table import Row, Table


class CampaignPerformanceQuery(PeriodInput):
    """Which campaigns, which days, in which detail."""

    customer_id: CustomerId
    campaign_ids: Ids | None = Field(default=None, description="Only these campaigns.")
    segment_by: Literal["none", "date", "device"] = Field(
        default="none", description="One row per campaign, or per campaign and day or device."
    )


class CampaignPerformance(Row):
    """One campaign; with `segmentBy`, one campaign on one day or device."""

    campaign_id: Annotated[str, Path("campaign.id")]
    campaign_name: Annotated[str, Path("campaign.name")]
    status: Annotated[str, Path("campaign.status")]
    channel: Annotated[str, Path("campaign.advertising_channel_type")]
    date: Annotated[str | None, Path("segments.date")] = None
    device: Annotated[str | None, Path("segments.device")] = None
    impressions: Annotated[int, Path("metrics.impressions")]
    clicks: Annotated[int, Path("metrics.clicks")]
    cost: Annotated[Amount, Path("metrics.cost_micros")]
    conversions: Annotated[float, Path("metrics.conversions")]
    conversions_value: Annotated[float, Path("metrics.conversions_value")]
    ctr: Annotated[float | None, Path("metrics.ctr")] = None
    average_cpc: Annotated[Amount | None, Path("metrics.average_cpc")] = None


_TOTALS: Final = {
    "metrics.impressions": "impressions",
    "metrics.clicks": "clicks",
    "metrics.cost": "cost",
    "metrics.conversions": "conversions",
    "metrics.conversions_value": "conversionsValue",
}


@read_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Campaign performance")
def get_campaign_performance(
    ads: GoogleAds, query: CampaignPerformanceQuery
) -> Table[CampaignPerformance]:
    """Cost, clicks, impressions and conversions per campaign, highest cost first.

    Use it for "how did the campaigns do": totals come along. Not for settings (list_campaigns),
    budgets (list_budgets) or what people searched for (get_search_terms_report).
    """
    segment = None if query.segment_by == "none" else f"segments.{query.segment_by}"
    fields = [
        path
        for path in queries.paths_of(CampaignPerformance).values()
        if not path.startswith("segments.") or path == segment
    ]
    conditions = [queries.period(query)]
    if query.campaign_ids:
        conditions.append(queries.one_of("campaign.id", query.campaign_ids, LiteralKind.NUMBER))
    order = [Ordering("metrics.cost_micros", descending=True), Ordering("campaign.id")]
    if segment:
        order.insert(0, Ordering(segment))
    asked = queries.select([*fields, queries.CURRENCY], "campaign", conditions, order)
    return queries.table(ads, asked, CampaignPerformance, _TOTALS)
