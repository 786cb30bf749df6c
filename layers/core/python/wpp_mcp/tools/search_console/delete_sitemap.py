from wpp_mcp.audit.entry import Action
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.search_console.connector import SearchConsole
from wpp_mcp.google.search_console.coverage import require_covered
from wpp_mcp.google.search_console.writable import deletion
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.inputs import ToolInput
from wpp_mcp.tools.registry import write_tool
from wpp_mcp.tools.search_console.properties import SiteUrl
from wpp_mcp.tools.search_console.sitemap_rows import SitemapUrl


class DeleteSitemap(ToolInput):
    """Which sitemap."""

    site_url: SiteUrl
    sitemap_url: SitemapUrl


@write_tool(
    api=Api.SEARCH_CONSOLE, account="site_url", title="Delete a sitemap", action=Action.DELETE
)
def delete_sitemap(console: SearchConsole, request: DeleteSitemap) -> Plan:
    """Take a sitemap off a property's list in Search Console.

    Use it for a sitemap that does not exist any more. Not for taking pages out of the index: Google
    goes on crawling the URLs that it found, and the sitemap itself while a site names it. This
    previews; nothing is deleted before it is confirmed.
    """
    require_covered(console.account, request.sitemap_url)
    if not any(one.get("path") == request.sitemap_url for one in console.sitemaps()):
        problem = "the property's list has no such sitemap; list_sitemaps names them"
        raise WppError(
            ErrorCode.INVALID_REQUEST,
            "Not valid: sitemapUrl",
            details=[{"field": "sitemapUrl", "problem": problem}],
        )
    return Plan(
        changes=[deletion(console.account, request.sitemap_url)],
        warnings=("Google does not forget the URLs that the sitemap named, and may crawl them.",),
    )
