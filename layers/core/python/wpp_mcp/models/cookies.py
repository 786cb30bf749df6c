"""Cookies of ours: for this host alone, over TLS alone, out of reach of scripts (RFC 6265bis).

The name's prefix makes a browser hold that against everybody who sets one: no other host of the
domain, and nobody on a connection without TLS, can plant a cookie of this name.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

_BLANKS: Final = " \t"
_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)

SESSION_COOKIE: Final = "__Host-wpp-session"
"""Holds the id of a console session."""


def read_cookies(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the cookies of an API Gateway event by name; one that came twice is left out.

    So is one whose name is not a token (RFC 9110 §5.6.2). To a browser, a name that begins with
    some other blank has no prefix, and anybody in the domain may set it: taken for the name
    without that blank, it would be a planted cookie.
    """
    pairs = [str(cookie).partition("=") for cookie in event.get("cookies") or ()]
    named = [(name.strip(_BLANKS), value.strip(_BLANKS)) for name, _, value in pairs]
    names = [name for name, _ in named]
    return {
        name: value for name, value in named if names.count(name) == 1 and _TOKEN.fullmatch(name)
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
