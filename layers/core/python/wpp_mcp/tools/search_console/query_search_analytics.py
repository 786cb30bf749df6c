from datetime import date
from typing import Any, Final, Literal, Self

from pydantic import Field, model_validator

from wpp_mcp.google.search_console.connector import MAX_ROWS, SearchConsole
from wpp_mcp.models.accounts import Api
from wpp_mcp.tools.inputs import PagedInput, WireModel
from wpp_mcp.tools.registry import read_tool
from wpp_mcp.tools.search_console.analytics_rows import SearchAnalyticsRow, notes, rows_of
from wpp_mcp.tools.search_console.properties import SiteUrl
from wpp_mcp.tools.table import Table

_LONGEST_PERIOD_DAYS: Final = 550
"""Google keeps 16 months."""

Dimension = Literal["date", "query", "page", "country", "device", "searchAppearance", "hour"]


class DimensionFilter(WireModel):
    """One condition on one dimension."""

    dimension: Literal["query", "page", "country", "device", "searchAppearance"]
    operator: Literal[
        "equals", "notEquals", "contains", "notContains", "includingRegex", "excludingRegex"
    ] = "equals"
    expression: str = Field(
        min_length=1,
        max_length=4_096,
        description="Text, or an RE2 pattern. Countries as usa, devices as MOBILE.",
    )


class SearchAnalyticsQuery(PagedInput):
    """What to count, by what, on which days."""

    site_url: SiteUrl
    start_date: date = Field(
        description="First day, ISO 8601, Pacific time. Google keeps 16 months.",
        examples=["2026-10-01"],
    )
    end_date: date = Field(
        description="Last day, included. Final figures are 2 to 3 days behind.",
        examples=["2026-10-31"],
    )
    dimensions: list[Dimension] = Field(
        default=[],
        max_length=6,
        description="One row per combination; none for the sums of the whole period.",
        examples=[["query"], ["date", "device"]],
    )
    dimension_filters: list[DimensionFilter] = Field(
        default=[],
        max_length=20,
        description="All of them have to hold.",
        examples=[[{"dimension": "country", "operator": "equals", "expression": "usa"}]],
    )
    search_type: Literal["web", "image", "video", "news", "discover", "googleNews"] = "web"
    aggregation_type: Literal["auto", "byPage", "byProperty", "byNewsShowcasePanel"] = Field(
        default="auto", description="byProperty counts a result once however many pages it shows."
    )
    data_state: Literal["final", "all", "hourly_all"] = Field(
        default="final", description="all adds the last days, which still change."
    )
    row_limit: int = Field(
        default=1_000, ge=1, le=MAX_ROWS, description="Rows to ask Google for, most clicks first."
    )
    start_row: int = Field(
        default=0, ge=0, le=1_000_000, description="Rows of Google's to leave out first."
    )

    @model_validator(mode="after")
    def _together(self) -> Self:
        days = (self.end_date - self.start_date).days
        if days < 0:
            raise ValueError("endDate is before startDate")
        if days > _LONGEST_PERIOD_DAYS:
            raise ValueError(f"ask for {_LONGEST_PERIOD_DAYS} days at most")
        if len(set(self.dimensions)) < len(self.dimensions):
            raise ValueError("name each of the dimensions once")
        if "hour" in self.dimensions and self.data_state != "hourly_all":
            raise ValueError("the dimension hour needs dataState hourly_all")
        return self

    def request(self) -> dict[str, Any]:
        """Return Google's request."""
        body: dict[str, Any] = {
            "startDate": self.start_date.isoformat(),
            "endDate": self.end_date.isoformat(),
            "dimensions": list(self.dimensions),
            "type": self.search_type,
            "aggregationType": self.aggregation_type,
            "dataState": self.data_state,
            "rowLimit": self.row_limit,
            "startRow": self.start_row,
        }
        if self.dimension_filters:
            filters = [one.model_dump(by_alias=True) for one in self.dimension_filters]
            body["dimensionFilterGroups"] = [{"groupType": "and", "filters": filters}]
        return body


@read_tool(api=Api.SEARCH_CONSOLE, account="site_url", title="Search performance")
def query_search_analytics(
    console: SearchConsole, query: SearchAnalyticsQuery
) -> Table[SearchAnalyticsRow]:
    """Organic clicks, impressions, CTR and average position in Google Search, most clicks first.

    Use it for what people searched for, which pages they found, and how that changed, by day,
    query, page, country or device. Not for paid search (get_search_terms_report), not for visits
    on the site (that is Analytics), not for whether a page is indexed (inspect_url). Google leaves
    rare queries out, so rows by query add up to less than the property's sums.
    """
    answer = console.search_analytics(query.request())
    rows = rows_of(query.dimensions, answer.get("rows", ()))
    totals = {
        "clicks": sum(row.clicks for row in rows),
        "impressions": sum(row.impressions for row in rows),
    }
    more = len(rows) == query.row_limit
    following = query.start_row + query.row_limit if more else None
    return Table(rows=rows, totals=totals, notes=notes(answer, following))
