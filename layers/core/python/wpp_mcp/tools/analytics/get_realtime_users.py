from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from wpp_mcp.google.analytics.connector import GoogleAnalytics
from wpp_mcp.models.accounts import Api
from wpp_mcp.tools.analytics.inputs import PropertyId, RangeName, named, question_of
from wpp_mcp.tools.inputs import PagedInput, WireModel
from wpp_mcp.tools.registry import read_tool
from wpp_mcp.tools.table import AnyRow, Table

Minutes = Annotated[int, Field(ge=0, le=59)]
RealtimeDimension = Literal[
    "appVersion",
    "audienceName",
    "city",
    "country",
    "countryId",
    "deviceCategory",
    "eventName",
    "minutesAgo",
    "platform",
    "streamName",
    "unifiedScreenName",
]


class MinuteRange(WireModel):
    """Minutes before now, both included: 29 to 0 is the last half hour."""

    start_minutes_ago: Minutes = 29
    end_minutes_ago: Minutes = 0
    name: RangeName | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end_minutes_ago > self.start_minutes_ago:
            raise ValueError("startMinutesAgo is the larger one")
        return self


class RealtimeUsers(PagedInput):
    """Split by what, of which minutes."""

    property_id: PropertyId
    dimensions: list[RealtimeDimension] = Field(
        default=[],
        max_length=4,
        description="What to split by. Without: one row.",
        examples=[["country", "deviceCategory"]],
    )
    minute_ranges: list[MinuteRange] | None = Field(
        default=None,
        min_length=1,
        max_length=2,
        description="Without: the last 30 minutes. More than 30 needs Analytics 360.",
        examples=[[{"startMinutesAgo": 4, "endMinutesAgo": 0, "name": "last five"}]],
    )
    return_property_quota: bool = Field(
        default=False, description="Tell what is left of the property's realtime quota."
    )


@read_tool(api=Api.ANALYTICS, account="property_id", title="Users right now")
def get_realtime_users(analytics: GoogleAnalytics, request: RealtimeUsers) -> Table[AnyRow]:
    """How many people are active on the site or in the app now, most first.

    Use it for the last half hour: is a launch arriving, is tracking alive. Not for whole days and
    not for traffic sources (run_analytics_report): realtime data does not have them.
    """
    question: dict[str, Any] = {
        "dimensions": named(list(request.dimensions)),
        "metrics": named(["activeUsers"]),
        "order_bys": [{"metric": {"metric_name": "activeUsers"}, "desc": True}],
        "metric_aggregations": ["TOTAL"],
        "return_property_quota": request.return_property_quota,
    }
    if request.minute_ranges is not None:
        question["minute_ranges"] = question_of(request.minute_ranges)
    report = analytics.realtime(question)
    return Table(
        rows=report.rows,
        matches=report.matches,
        totals=report.totals,
        quota=report.quota,
        notes=report.notes,
    )
