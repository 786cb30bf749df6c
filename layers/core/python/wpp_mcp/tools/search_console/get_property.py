from wpp_mcp.google.search_console.connector import SearchConsole
from wpp_mcp.models.accounts import Api
from wpp_mcp.tools.inputs import ToolInput
from wpp_mcp.tools.registry import read_tool
from wpp_mcp.tools.search_console.properties import SiteUrl, property_type, spelled
from wpp_mcp.tools.table import Row, Table


class PropertyQuery(ToolInput):
    """Which property."""

    site_url: SiteUrl


class PropertyAccess(Row):
    """One property and what Google lets the user do with it."""

    site_url: str
    property_type: str
    permission_level: str | None = None


@read_tool(api=Api.SEARCH_CONSOLE, account="site_url", title="A property and your permission")
def get_property(console: SearchConsole, _: PropertyQuery) -> Table[PropertyAccess]:
    """Your permission level on one property: siteOwner, siteFullUser or siteRestrictedUser.

    Use it to find out why Google refuses something, or whether a property still exists. Not for
    figures (query_search_analytics) and not to find properties (list_properties).
    """
    site_url = console.account.account_id
    access = PropertyAccess(
        site_url=site_url,
        property_type=property_type(site_url),
        permission_level=spelled(console.site().get("permissionLevel")),
    )
    return Table(rows=[access])
