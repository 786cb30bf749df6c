"""Pages for people: templates with escaping on, under a policy that lets nothing run.

A form may be sent to this server only. A browser holds that against the redirects after it too,
so a form that leads elsewhere answers with a page that goes on by itself (`onward`).
"""

import base64
from functools import cache, partial
from hashlib import sha256
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.messages import Response
from wpp_mcp.models.text import LONGEST_VALUE, visible

_STYLE: Final = "style.css"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("wpp_mcp.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Text of strangers: without control, direction and invisible characters.
    environment.filters["visible"] = visible
    # What somebody agrees to is never cut.
    environment.filters["whole"] = partial(visible, longest=LONGEST_VALUE)
    return environment


@cache
def _style() -> str:
    return _environment().get_template(_STYLE).render()


@cache
def _policy() -> str:
    digest = base64.b64encode(sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )


def headers() -> dict[str, str]:
    """Return what every page carries beside the wrapper's own headers."""
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": _policy(),
        # Addresses here can hold a state or a code; other sites never see them. "no-referrer"
        # would make browsers send forms with "Origin: null".
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }


def page(
    template: str, *, status: int = 200, cookies: tuple[str, ...] = (), **values: Any
) -> Response:
    """Return a page.

    Parameters
    ----------
    template
        Name of a file in ``templates/``, without ``.html``.
    values
        What the template names; a name that is missing is an error, not a gap.
    """
    text = _environment().get_template(f"{template}.html").render(style=_style(), **values)
    return Response(text, status, headers(), cookies)


def onward(address: str, *, cookies: tuple[str, ...] = ()) -> Response:
    """Return the page that goes on to another site after a form."""
    return page("onward", cookies=cookies, address=address)


def redirect(address: str, *, cookies: tuple[str, ...] = ()) -> Response:
    """Return a redirect (303: whatever came, the next request is a GET)."""
    return Response("", 303, {**headers(), "Location": address}, cookies)


def error_page(error: WppError) -> Response:
    """Say an error as a page: what happened, what to do, the id to ask about."""
    return page(
        "error",
        status=error.status,
        title=_TITLES.get(error.code, "That did not work"),
        message=error.message,
        action=error.action,
        correlation_id=error.extra.get("correlationId"),
    )


_TITLES: Final = {
    ErrorCode.UNAUTHENTICATED: "Please sign in",
    ErrorCode.NOT_FOUND: "There is no such page",
}
