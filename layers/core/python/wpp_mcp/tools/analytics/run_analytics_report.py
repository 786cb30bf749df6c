from typing import Annotated, Any, Final

from pydantic import Field

from wpp_mcp.google.analytics.connector import MAX_ROWS, GoogleAnalytics
from wpp_mcp.google.analytics.report import Report
from wpp_mcp.models.accounts import Api
from wpp_mcp.tools.analytics.inputs import (
    DateRange,
    FieldName,
    OrderBy,
    PropertyId,
    SmallFilter,
    named,
    question_of,
)
from wpp_mcp.tools.inputs import PagedInput
from wpp_mcp.tools.registry import read_tool
from wpp_mcp.tools.table import AnyRow, Table

DEFAULT_LIMIT: Final = 1_000
_LAST_30_DAYS: Final = {"start_date": "30daysAgo", "end_date": "yesterday"}


class AnalyticsReport(PagedInput):
    """What to count, split by what, on which days."""

    property_id: PropertyId
    dimensions: list[FieldName] = Field(
        default=[],
        max_length=9,
        description="What to split by. Without: one row.",
        examples=[["date", "sessionSourceMedium"]],
    )
    metrics: list[FieldName] = Field(
        min_length=1, max_length=10, examples=[["sessions", "keyEvents", "totalRevenue"]]
    )
    date_ranges: list[DateRange] | None = Field(
        default=None,
        min_length=1,
        max_length=4,
        description="Without: the last 30 days until yesterday. Several are compared: each row "
        "tells its dateRange.",
        examples=[[{"startDate": "28daysAgo", "endDate": "yesterday", "name": "now"}]],
    )
    dimension_filter: SmallFilter | None = Field(
        default=None,
        description="Which rows count. Only dimensions.",
        examples=[
            {
                "filter": {
                    "fieldName": "sessionSourceMedium",
                    "stringFilter": {"matchType": "EXACT", "value": "google / cpc"},
                }
            }
        ],
    )
    metric_filter: SmallFilter | None = Field(
        default=None, description="Which rows are shown once they are summed. Only metrics."
    )
    order_bys: list[OrderBy] | None = Field(
        default=None,
        min_length=1,
        max_length=10,
        description="Without: the first metric, highest first.",
        examples=[[{"metric": {"metricName": "sessions"}, "desc": True}]],
    )
    limit: Annotated[int, Field(ge=1, le=MAX_ROWS)] = Field(
        default=DEFAULT_LIMIT, description="Rows to ask Google for; pageSize divides the answer."
    )
    offset: int = Field(default=0, ge=0, le=10_000_000, description="Rows to leave out before.")
    currency_code: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = Field(
        default=None, description="ISO 4217. Without: the property's.", examples=["EUR"]
    )
    keep_empty_rows: bool = Field(default=False, description="Keep rows of zeros.")
    return_property_quota: bool = Field(
        default=False, description="Tell what is left of the property's quota."
    )


@read_tool(api=Api.ANALYTICS, account="property_id", title="Run an Analytics report")
def run_analytics_report(analytics: GoogleAnalytics, request: AnalyticsReport) -> Table[AnyRow]:
    """Any question about visits, traffic sources, pages, events, key events and revenue of a site.

    Use it for what happened on the site or in the app; get_analytics_metadata tells the names and
    which fit together. Not for this very moment (get_realtime_users), and not for what ads cost
    and how often they were shown (get_campaign_performance). Filters have Google's form.
    """
    report = analytics.report(_question(request))
    return Table(
        rows=report.rows,
        matches=report.matches,
        totals=report.totals,
        currency=report.currency,
        quota=report.quota,
        notes=(*_rest(report, request.offset), *report.notes),
    )


def _question(request: AnalyticsReport) -> dict[str, Any]:
    question = {
        "dimensions": named(request.dimensions),
        "metrics": named(request.metrics),
        "date_ranges": question_of(request.date_ranges) or [_LAST_30_DAYS],
        "order_bys": question_of(request.order_bys) or [_highest_first(request)],
        "metric_aggregations": ["TOTAL"],
        "limit": request.limit,
        "offset": request.offset,
        "keep_empty_rows": request.keep_empty_rows,
        "return_property_quota": request.return_property_quota,
    }
    for name in ("dimension_filter", "metric_filter", "currency_code"):
        value = getattr(request, name)
        if value is not None:
            question[name] = question_of(value)
    return question


def _highest_first(request: AnalyticsReport) -> dict[str, Any]:
    return {"metric": {"metric_name": request.metrics[0]}, "desc": True}


def _rest(report: Report, offset: int) -> tuple[str, ...]:
    shown = len(report.rows)
    if shown >= report.matches:
        return ()
    if not shown:
        return (f"{report.matches} rows match and offset leaves out all of them.",)
    last = offset + shown
    more = f" Ask with offset {last} for the next." if last < report.matches else ""
    return (f"{report.matches} rows match; these are {offset + 1} to {last}.{more}",)
