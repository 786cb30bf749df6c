"""Cookies of ours: for this host alone, over TLS alone, out of reach of scripts (RFC 6265bis).

The name's prefix makes a browser hold that against everybody who sets one: no other host of the
domain, and nobody on a connection without TLS, can plant a cookie of this name.
"""

from collections.abc import Mapping
from typing import Any, Final

SESSION_COOKIE: Final = "__Host-wpp-session"
"""Holds the id of a console session."""


def read_cookies(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the cookies of an API Gateway event by name; one that came twice is left out."""
    pairs = [str(cookie).partition("=") for cookie in event.get("cookies") or ()]
    names = [name.strip() for name, _, _ in pairs]
    return {
        name: value.strip()
        for name, (_, _, value) in zip(names, pairs, strict=True)
        if names.count(name) == 1
    }


def host_cookie(name: str, value: str, *, seconds: int) -> str:
    """Return the ``Set-Cookie`` of a cookie that lasts so many seconds.

    ``Lax``: it comes along when a person follows a link from elsewhere to here (the way back from
    a sign-in), and not when a page of elsewhere sends a form.
    """
    return f"{name}={value}; Max-Age={seconds}; Path=/; Secure; HttpOnly; SameSite=Lax"


def no_cookie(name: str) -> str:
    """Return the ``Set-Cookie`` that removes a cookie."""
    return host_cookie(name, "", seconds=0)
