from typing import Literal

from pydantic import Field

from wpp_mcp.google.analytics.connector import GoogleAnalytics
from wpp_mcp.google.analytics.fields import FieldEntry
from wpp_mcp.models.accounts import Api
from wpp_mcp.tools.analytics.inputs import FieldName, PropertyId
from wpp_mcp.tools.inputs import PagedInput
from wpp_mcp.tools.registry import read_tool
from wpp_mcp.tools.table import Row, Table


class MetadataQuery(PagedInput):
    """Which names, and whether they fit to others."""

    property_id: PropertyId
    kind: Literal["dimension", "metric"] | None = Field(
        default=None, description="Only dimensions or only metrics."
    )
    contains: str | None = Field(
        default=None,
        min_length=2,
        max_length=100,
        description="Only those with this text in name, label, category or description.",
        examples=["revenue"],
    )
    with_dimensions: list[FieldName] = Field(
        default=[],
        max_length=9,
        description="Check what can be added to a report with these dimensions.",
        examples=[["itemName"]],
    )
    with_metrics: list[FieldName] = Field(
        default=[],
        max_length=10,
        description="Check what can be added to a report with these metrics.",
        examples=[["sessions"]],
    )
    compatible_only: bool = Field(
        default=False, description="With a check: leave out what does not fit."
    )


class AnalyticsField(Row):
    """One dimension or metric. `compatible` is there after a check."""

    kind: str
    name: str
    label: str
    description: str
    category: str
    type: str | None = None
    custom: bool = False
    compatible: bool | None = None


@read_tool(api=Api.ANALYTICS, account="property_id", title="Dimensions and metrics")
def get_analytics_metadata(
    analytics: GoogleAnalytics, query: MetadataQuery
) -> Table[AnalyticsField]:
    """The dimensions and metrics that a property has, its custom ones among them.

    Use it before run_analytics_report when a name is not certain, and with `withDimensions` or
    `withMetrics` when Google says that some do not fit together. It reads no figures.
    """
    checked = query.with_dimensions or query.with_metrics
    entries = (
        analytics.compatible_fields(query.with_dimensions, query.with_metrics)
        if checked
        else analytics.fields()
    )
    rows = [_row(entry) for entry in entries if _wanted(entry, query)]
    return Table(rows=rows)


def _wanted(entry: FieldEntry, query: MetadataQuery) -> bool:
    if query.kind not in (None, entry.kind):
        return False
    if query.compatible_only and entry.compatible is False:
        return False
    if query.contains is None:
        return True
    texts = (entry.name, entry.label, entry.category, entry.description)
    return any(query.contains.lower() in text.lower() for text in texts)


def _row(entry: FieldEntry) -> AnalyticsField:
    return AnalyticsField(
        kind=entry.kind,
        name=entry.name,
        label=entry.label,
        description=entry.description,
        category=entry.category,
        type=entry.type,
        custom=entry.custom,
        compatible=entry.compatible,
    )
