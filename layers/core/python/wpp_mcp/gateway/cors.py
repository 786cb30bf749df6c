"""What other origins' pages may read: OMA's all, every page what is for everybody.

The functions say it themselves. API Gateway knows one CORS configuration for all routes of an API,
and would put it over these answers: http-api-cors in its developer guide.
"""

from collections.abc import Collection
from typing import Final

from wpp_mcp.routes import (
    CORS_EXPOSED,
    CORS_HEADERS,
    CORS_MAX_AGE_SECONDS,
    CORS_METHODS,
    PREFLIGHT,
    Route,
)

_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": ", ".join(CORS_METHODS),
    "Access-Control-Allow-Headers": ", ".join(CORS_HEADERS),
    "Access-Control-Max-Age": str(CORS_MAX_AGE_SECONDS),
}


def cors_headers(
    route: Route | None, origin: str | None, allowed: Collection[str]
) -> dict[str, str]:
    """Return the headers for an answer to a page of an origin.

    Credentials are never allowed: a page says who calls in a header, not with a cookie.
    """
    if route is None or not origin or not (route.public_cors or origin in allowed):
        return {}
    more = _PREFLIGHT if route.method == PREFLIGHT else {}
    return {
        "Access-Control-Allow-Origin": "*" if route.public_cors else origin,
        "Access-Control-Expose-Headers": ", ".join(CORS_EXPOSED),
        "Vary": "Origin",
        **more,
    }
