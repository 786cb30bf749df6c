"""Sitemaps as rows: Google's 64-bit numbers come as text and leave as numbers."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from wpp_mcp.tools.inputs import WireModel
from wpp_mcp.tools.search_console.properties import spelled
from wpp_mcp.tools.table import Row

SitemapUrl = Annotated[
    str,
    Field(
        description="The sitemap's full URL; it must lie inside the property.",
        examples=["https://www.example.com/sitemap.xml"],
        min_length=10,
        max_length=350,
    ),
]


class SitemapContent(WireModel):
    """How many URLs of one kind a sitemap names."""

    type: str | None = None
    submitted: int | None = None


class Sitemap(Row):
    """One sitemap and how Google got on with it."""

    path: str
    type: str | None = None
    is_sitemaps_index: bool | None = None
    is_pending: bool | None = None
    last_submitted: str | None = None
    last_downloaded: str | None = None
    errors: int | None = None
    warnings: int | None = None
    contents: list[SitemapContent] | None = None


def sitemap_row(one: Mapping[str, Any]) -> Sitemap:
    """Return a sitemap as Google describes it as a row."""
    contents = [
        SitemapContent(type=spelled(content.get("type")), submitted=_count(content, "submitted"))
        for content in one.get("contents", ())
    ]
    return Sitemap(
        path=str(one.get("path", "")),
        type=spelled(one.get("type")),
        is_sitemaps_index=one.get("isSitemapsIndex"),
        is_pending=one.get("isPending"),
        last_submitted=one.get("lastSubmitted"),
        last_downloaded=one.get("lastDownloaded"),
        errors=_count(one, "errors"),
        warnings=_count(one, "warnings"),
        contents=contents or None,
    )


def _count(one: Mapping[str, Any], name: str) -> int | None:
    return int(one[name]) if name in one else None
