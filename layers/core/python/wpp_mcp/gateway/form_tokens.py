"""What a console session sends: only from our own page, for the session that it was made for.

The session's cookie stays away from forms of other sites (SameSite), and three more things have
to hold, each of which is enough by itself (threats.md H1).
"""

import hmac
from hashlib import sha256
from typing import Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.messages import Request
from wpp_mcp.models.cookies import SESSION_COOKIE

FIELD: Final = "formToken"
HEADER: Final = "x-wpp-form-token"
"""Where JSON is sent. It is not among those that CORS lets other origins send."""

_SAME: Final = "same-origin"
_PURPOSE: Final = b"wpp-mcp/console/form"


def form_token(session_id: str) -> str:
    """Return what each form of a session carries: nobody without its cookie can make it."""
    return hmac.new(session_id.encode(), _PURPOSE, sha256).hexdigest()


def check_form(request: Request, session_id: str, origin: str) -> None:
    """Check that a form is one of ours.

    Parameters
    ----------
    origin
        Ours, as a browser writes it.

    Raises
    ------
    WppError
        ``FORBIDDEN``; the reason is for the log.
    """
    sent = request.headers
    # "null" is what a frame without an origin sends, and what a redirect from elsewhere leaves.
    _check_site(sent.get("origin", origin), sent.get("sec-fetch-site", _SAME), origin)
    _check_token(request.form.get(FIELD, ""), session_id)


def check_json(request: Request, session_id: str, origin: str) -> None:
    """Check that JSON which came with a session's cookie is from one of our pages.

    Whatever can send JSON says where from, so nothing may be missing here.

    Raises
    ------
    WppError
        ``FORBIDDEN``; the reason is for the log.
    """
    sent = request.headers
    _check_site(sent.get("origin"), sent.get("sec-fetch-site"), origin)
    _check_token(sent.get(HEADER, ""), session_id)


def require_own_page(request: Request, origin: str) -> None:
    """Check JSON that came with a session's cookie (`check_json`); with a token nothing is to.

    Raises
    ------
    WppError
        ``FORBIDDEN``.
    """
    if request.principal().session:
        check_json(request, request.cookies.get(SESSION_COOKIE, ""), origin)


def _check_site(origin: str | None, site: str | None, ours: str) -> None:
    if origin != ours:
        raise _refused("foreign Origin")
    if site != _SAME:
        raise _refused("sent from another site")


def _check_token(offered: str, session_id: str) -> None:
    if not hmac.compare_digest(offered.encode(), form_token(session_id).encode()):
        raise _refused("wrong form token")


def _refused(reason: str) -> WppError:
    return WppError(
        ErrorCode.FORBIDDEN,
        "This form was not sent from its page",
        action="Open the page again and repeat what you wanted to do",
        reason=reason,
    )
