from wpp_mcp.google.search_console.connector import SearchConsole
from wpp_mcp.models.accounts import Api
from wpp_mcp.tools.inputs import ToolInput
from wpp_mcp.tools.registry import read_tool
from wpp_mcp.tools.search_console.properties import SiteUrl
from wpp_mcp.tools.search_console.sitemap_rows import Sitemap, SitemapUrl, sitemap_row
from wpp_mcp.tools.table import Table


class SitemapQuery(ToolInput):
    """Which sitemap."""

    site_url: SiteUrl
    sitemap_url: SitemapUrl


@read_tool(api=Api.SEARCH_CONSOLE, account="site_url", title="One sitemap")
def get_sitemap(console: SearchConsole, query: SitemapQuery) -> Table[Sitemap]:
    """One sitemap of a property: when Google read it, errors, warnings, how many URLs.

    Use it when you know the sitemap's URL; list_sitemaps finds it. It tells what Google knows; the
    file itself is not fetched.
    """
    return Table(rows=[sitemap_row(console.sitemap(query.sitemap_url))])
