from wpp_mcp.google.analytics.connector import GoogleAnalytics
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.time import iso
from wpp_mcp.tools.analytics.inputs import PropertyId
from wpp_mcp.tools.inputs import ToolInput
from wpp_mcp.tools.registry import read_tool
from wpp_mcp.tools.table import Row, Table


class PropertyQuery(ToolInput):
    """Which property."""

    property_id: PropertyId


class PropertyDetails(Row):
    """One property and how it is set."""

    property_id: str
    display_name: str
    account_id: str
    property_type: str
    service_level: str
    industry: str | None = None
    time_zone: str
    currency: str
    created_at: str | None = None


@read_tool(api=Api.ANALYTICS, account="property_id", title="Analytics property")
def get_property_details(
    analytics: GoogleAnalytics, _query: PropertyQuery
) -> Table[PropertyDetails]:
    """Name, time zone, currency, industry, age and parent account of a property.

    Use it to read dates and amounts of its reports right. Not for figures (run_analytics_report).
    """
    found = analytics.details()
    industry = found.industry_category.name
    details = PropertyDetails(
        property_id=analytics.account.account_id,
        display_name=found.display_name,
        account_id=(found.account or found.parent).rpartition("/")[2],
        property_type=found.property_type.name,
        service_level=found.service_level.name,
        industry=None if industry == "INDUSTRY_CATEGORY_UNSPECIFIED" else industry,
        time_zone=found.time_zone,
        currency=found.currency_code,
        created_at=iso(found.create_time) if found.create_time else None,
    )
    return Table(rows=[details])
