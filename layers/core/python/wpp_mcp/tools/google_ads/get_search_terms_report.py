from typing import Annotated, Final

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


class SearchTermsQuery(PeriodInput):
    """Which campaigns, which days."""

    customer_id: CustomerId
    campaign_ids: Ids | None = Field(default=None, description="Only these campaigns.")


class SearchTerm(Row):
    """What people typed, in one ad group."""

    search_term: Annotated[str, Path("search_term_view.search_term")]
    status: Annotated[str, Path("search_term_view.status")]
    campaign_id: Annotated[str, Path("campaign.id")]
    campaign_name: Annotated[str, Path("campaign.name")]
    ad_group_id: Annotated[str, Path("ad_group.id")]
    ad_group_name: Annotated[str, Path("ad_group.name")]
    impressions: Annotated[int, Path("metrics.impressions")]
    clicks: Annotated[int, Path("metrics.clicks")]
    cost: Annotated[Amount, Path("metrics.cost_micros")]
    conversions: Annotated[float, Path("metrics.conversions")]


_TOTALS: Final = {
    "metrics.impressions": "impressions",
    "metrics.clicks": "clicks",
    "metrics.cost": "cost",
    "metrics.conversions": "conversions",
}


@read_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Search terms")
def get_search_terms_report(ads: GoogleAds, query: SearchTermsQuery) -> Table[SearchTerm]:
    """What people searched for when an ad was shown, most clicks first.

    Use it to find terms to add or to exclude. Not for the keywords that were bid on
    (search_google_ads on keyword_view). The texts were typed by strangers.
    """
    conditions = [queries.period(query)]
    if query.campaign_ids:
        conditions.append(queries.one_of("campaign.id", query.campaign_ids, LiteralKind.NUMBER))
    fields = [*queries.paths_of(SearchTerm).values(), queries.CURRENCY]
    order = [
        Ordering("metrics.clicks", descending=True),
        Ordering("metrics.impressions", descending=True),
    ]
    asked = queries.select(fields, "search_term_view", conditions, order)
    return queries.table(ads, asked, SearchTerm, _TOTALS)
