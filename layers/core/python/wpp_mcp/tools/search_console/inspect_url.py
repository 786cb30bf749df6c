from collections.abc import Mapping
from typing import Any

from pydantic import Field

from wpp_mcp.google.search_console.connector import SearchConsole
from wpp_mcp.models.accounts import Api
from wpp_mcp.tools.inputs import ToolInput
from wpp_mcp.tools.registry import read_tool
from wpp_mcp.tools.search_console.properties import SiteUrl, spelled
from wpp_mcp.tools.table import Row, Table


class InspectionQuery(ToolInput):
    """Which page of which property."""

    site_url: SiteUrl
    inspection_url: str = Field(
        description="The page's full URL, percent-encoded; it must lie inside the property.",
        examples=["https://www.example.com/boots/"],
        min_length=10,
        max_length=2_000,
    )
    language_code: str = Field(
        default="en-US",
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$",
        description="Language of Google's explanations, IETF BCP 47.",
        examples=["en-US", "de-CH"],
    )


class Inspection(Row):
    """What Google's index knows of one page."""

    inspection_url: str
    verdict: str | None = None
    coverage_state: str | None = None
    indexing_state: str | None = None
    robots_txt_state: str | None = None
    page_fetch_state: str | None = None
    crawled_as: str | None = None
    last_crawl_time: str | None = None
    google_canonical: str | None = None
    user_canonical: str | None = None
    sitemaps: list[str] | None = None
    referring_urls: list[str] | None = None
    rich_results_verdict: str | None = None
    rich_results: list[str] | None = None
    amp_verdict: str | None = None
    inspection_result_link: str | None = None


@read_tool(api=Api.SEARCH_CONSOLE, account="site_url", title="Inspect a URL in the index")
def inspect_url(console: SearchConsole, query: InspectionQuery) -> Table[Inspection]:
    """Whether one page is in Google's index, when it was crawled and what keeps it out.

    Use it for one page that is missing or wrong in the results. It reads the index: the page is
    not fetched, and nothing is submitted. Google allows 2,000 inspections per property and day, so
    not for whole sites (list_sitemaps) and not for clicks (query_search_analytics).
    """
    result = console.inspect(query.inspection_url, query.language_code)
    index, rich = _part(result, "indexStatusResult"), _part(result, "richResultsResult")
    row = Inspection(
        inspection_url=query.inspection_url,
        verdict=spelled(index.get("verdict")),
        coverage_state=index.get("coverageState"),
        indexing_state=spelled(index.get("indexingState")),
        robots_txt_state=spelled(index.get("robotsTxtState")),
        page_fetch_state=spelled(index.get("pageFetchState")),
        crawled_as=spelled(index.get("crawledAs")),
        last_crawl_time=index.get("lastCrawlTime"),
        google_canonical=index.get("googleCanonical"),
        user_canonical=index.get("userCanonical"),
        sitemaps=index.get("sitemap"),
        referring_urls=index.get("referringUrls"),
        rich_results_verdict=spelled(rich.get("verdict")),
        rich_results=list(_rich_results(rich)) or None,
        amp_verdict=spelled(_part(result, "ampResult").get("verdict")),
        inspection_result_link=result.get("inspectionResultLink"),
    )
    return Table(rows=[row])


def _part(result: Mapping[str, Any], name: str) -> dict[str, Any]:
    part: dict[str, Any] = result.get(name, {})
    return part


def _rich_results(rich: Mapping[str, Any]) -> list[str]:
    return [
        f"{detected.get('richResultType', '')}: {item.get('name', '')}"
        for detected in rich.get("detectedItems", ())
        for item in detected.get("items", ())
    ]
