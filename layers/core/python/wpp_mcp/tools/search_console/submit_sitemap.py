from wpp_mcp.google.search_console.connector import SearchConsole
from wpp_mcp.google.search_console.coverage import require_covered
from wpp_mcp.google.search_console.writable import submission
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.inputs import ToolInput
from wpp_mcp.tools.registry import write_tool
from wpp_mcp.tools.search_console.properties import SiteUrl
from wpp_mcp.tools.search_console.sitemap_rows import SitemapUrl


class SubmitSitemap(ToolInput):
    """Which sitemap."""

    site_url: SiteUrl
    sitemap_url: SitemapUrl


@write_tool(api=Api.SEARCH_CONSOLE, account="site_url", title="Submit a sitemap")
def submit_sitemap(console: SearchConsole, request: SubmitSitemap) -> Plan:
    """Submit a sitemap of a property, or have Google read one again that it knows.

    Use it when a sitemap is new or has changed much. Not for a single page, and not to see how
    Google got on with one (get_sitemap). This previews; nothing is submitted before it is
    confirmed.
    """
    require_covered(console.account, request.sitemap_url)
    listed = any(one.get("path") == request.sitemap_url for one in console.sitemaps())
    known = ("Search Console has this sitemap: Google is asked to read it again.",)
    return Plan(
        changes=[submission(console.account, request.sitemap_url, listed=listed)],
        warnings=known if listed else (),
    )
