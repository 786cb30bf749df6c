"""Where the console's pages are, and where a person may be sent to after a sign-in."""

from typing import Final
from urllib.parse import urlencode

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.functions import Function
from wpp_mcp.gateway.messages import Response
from wpp_mcp.pages.rendering import error_page, redirect
from wpp_mcp.routes import CONNECT_PATH, ROUTES, Credentials, Route

SIGN_IN: Final = "/console/sign-in"
SIGNED_IN: Final = "/console/callback"
SIGN_OUT: Final = "/console/sign-out"
CONSENTED: Final = "/console/google/callback"
DISCONNECT: Final = "/console/google/disconnect"
HOME: Final = CONNECT_PATH

PAGES: Final = frozenset(
    route.path
    for route in ROUTES
    if route.function is Function.CONSOLE
    and route.method == "GET"
    and route.credentials is Credentials.SESSION
    and route.path != CONSENTED  # says nothing without the query that Google adds
)
"""What can be opened after a sign-in; whatever else is asked for, `HOME` is opened."""


def allowed(page: str | None) -> str:
    """Return a page of ours: the one asked for, where it is one, else the first."""
    return page if page in PAGES else HOME


def errors(error: WppError, route: Route | None) -> Response:
    """Say an error as a page; who opens a page without a session is sent to sign in."""
    if (
        error.code is ErrorCode.UNAUTHENTICATED
        and route is not None
        and route.method == "GET"
        and route.credentials is Credentials.SESSION
    ):
        return redirect(f"{SIGN_IN}?{urlencode({'next': allowed(route.path)})}")
    return error_page(error, route)
