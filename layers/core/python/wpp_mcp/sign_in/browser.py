"""The browser in which a sign-in began: it has to be the one in which it goes on.

Otherwise somebody could begin one and have another person end it (RFC 9700 §4.7). A random cookie
tells browsers apart; it says nothing about the person, and what depends on it holds only its hash.
"""

import hmac
import re
from hashlib import sha256
from typing import Final

from wpp_mcp.gateway.messages import Request

COOKIE: Final = "__Host-wpp-browser"
_VALUE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def browser_of(request: Request) -> str | None:
    """Return the browser's own value, where it has one that we gave it."""
    value = request.cookies.get(COOKIE, "")
    return value if _VALUE.fullmatch(value) else None


def cookie_of(browser: str) -> str:
    """Return the cookie: for this host alone, not for scripts, not with others' forms."""
    return f"{COOKIE}={browser}; Path=/; Secure; HttpOnly; SameSite=Lax"


def mark_of(browser: str) -> str:
    """Return what a record holds of a browser."""
    return sha256(browser.encode()).hexdigest()


def is_same(request: Request, mark: str) -> bool:
    """Return whether a request comes from the browser behind a mark."""
    browser = browser_of(request)
    return browser is not None and hmac.compare_digest(mark_of(browser), mark)
