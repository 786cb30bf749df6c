"""The one OAuth scope that each product's tools need at Google."""

from collections.abc import Mapping
from typing import Final

from wpp_mcp.models.accounts import Api

GOOGLE_SCOPES: Final[Mapping[Api, str]] = {
    # Google Ads has no lesser one.
    Api.GOOGLE_ADS: "https://www.googleapis.com/auth/adwords",
    Api.ANALYTICS: "https://www.googleapis.com/auth/analytics.readonly",
    # Sitemaps are submitted and deleted; what reads goes through a channel that cannot write.
    Api.SEARCH_CONSOLE: "https://www.googleapis.com/auth/webmasters",
}
