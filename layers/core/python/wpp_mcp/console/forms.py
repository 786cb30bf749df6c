"""Forms of the console: only what our own page sends, for the session that it was made for.

The session's cookie stays away from forms of other sites (SameSite), and three more things have
to hold, each of which is enough by itself (threats.md H1).
"""

import hmac
from hashlib import sha256
from typing import Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.messages import Request

FIELD: Final = "formToken"
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
    if sent.get("origin", origin) != origin:
        raise _refused("foreign Origin")
    if sent.get("sec-fetch-site", "same-origin") != "same-origin":
        raise _refused("sent from another site")
    offered = request.form.get(FIELD, "").encode()
    if not hmac.compare_digest(offered, form_token(session_id).encode()):
        raise _refused("wrong form token")


def _refused(reason: str) -> WppError:
    return WppError(
        ErrorCode.FORBIDDEN,
        "This form was not sent from its page",
        action="Open the page again and repeat what you wanted to do",
        reason=reason,
    )
