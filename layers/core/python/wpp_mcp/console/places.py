"""Where the console's pages are, and where a person may be sent to after a sign-in."""

import re
from typing import Final
from urllib.parse import urlencode

from wpp_mcp.access.recording import OPERATION_ID
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.functions import Function
from wpp_mcp.gateway.messages import Response
from wpp_mcp.pages.rendering import error_page, redirect
from wpp_mcp.routes import CONNECT_PATH, OPERATION_PAGE, ROUTES, Credentials, Route

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
    and route.path not in (CONSENTED, OPERATION_PAGE)  # one says nothing without its query
)
"""What can be opened after a sign-in, beside the pages of operations; whatever else is asked for,
`HOME` is opened."""

_BEFORE, _, _AFTER = OPERATION_PAGE.partition("{operationId}")
_OPERATION: Final = re.compile(re.escape(_BEFORE) + OPERATION_ID.pattern + re.escape(_AFTER))


def operation_page(operation_id: str) -> str:
    """Return the path of an operation's page."""
    return f"{_BEFORE}{operation_id}{_AFTER}"


def allowed(page: str | None) -> str:
    """Return a page of ours: the one asked for, where it is one, else the first."""
    if page is not None and (page in PAGES or _OPERATION.fullmatch(page)):
        return page
    return HOME


def errors(error: WppError, route: Route | None, path: str) -> Response:
    """Say an error as a page; who opens a page without a session is sent to sign in."""
    if (
        error.code is ErrorCode.UNAUTHENTICATED
        and route is not None
        and route.method == "GET"
        and route.credentials is Credentials.SESSION
    ):
        return redirect(f"{SIGN_IN}?{urlencode({'next': allowed(path)})}")
    return error_page(error)
