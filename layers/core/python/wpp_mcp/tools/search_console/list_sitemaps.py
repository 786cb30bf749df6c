from pydantic import Field

from wpp_mcp.google.search_console.connector import SearchConsole
from wpp_mcp.models.accounts import Api
from wpp_mcp.tools.inputs import PagedInput
from wpp_mcp.tools.registry import read_tool
from wpp_mcp.tools.search_console.properties import SiteUrl
from wpp_mcp.tools.search_console.sitemap_rows import Sitemap, SitemapUrl, sitemap_row
from wpp_mcp.tools.table import Table


class SitemapsQuery(PagedInput):
    """Which property, and which index of it."""

    site_url: SiteUrl
    sitemap_index: SitemapUrl | None = Field(
        default=None, description="A sitemap index of the property: list what it names instead."
    )


@read_tool(api=Api.SEARCH_CONSOLE, account="site_url", title="Sitemaps")
def list_sitemaps(console: SearchConsole, query: SitemapsQuery) -> Table[Sitemap]:
    """The sitemaps of a property: when Google read them, errors, warnings, how many URLs.

    Use it for "are our sitemaps in order". Not for a single page (inspect_url) and not for clicks
    (query_search_analytics). It submits and deletes nothing.
    """
    found = console.sitemaps(query.sitemap_index)
    return Table(rows=[sitemap_row(one) for one in found])
