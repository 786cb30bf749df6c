"""The addresses that OAuth clients are known by and answered at: what they may look like.

Redirect URIs are compared character by character (RFC 9700 §2.1, §4.1.3). The one exception is
that of RFC 8252 §7.3: an application on the person's computer cannot know its port beforehand.
"""

import re
from typing import Final
from urllib.parse import parse_qsl, urlencode

MAX_REDIRECT_URI: Final = 2_000
MAX_DOCUMENT_URL: Final = 500
_MAX_PORT: Final = 65_535
_URI: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    # No fragment, and nothing that two readers of an address could take differently.
    r"(?P<rest>(?:[/?][A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]*)?)",
    re.ASCII,
)
_DOCUMENT: Final = re.compile(
    r"https://[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.[a-z][a-z0-9-]*"
    r"/[A-Za-z0-9._~!$&'()*+=:@/-]+",
    re.ASCII,
)
_LOOPBACK: Final = frozenset({"127.0.0.1", "[::1]"})
_ANSWERED: Final = frozenset({"code", "state", "iss", "error", "error_description", "error_uri"})


def is_redirect_uri(text: str) -> bool:
    """Return whether a client may be answered there at all.

    https, or http on the person's own computer; without fragment or credentials, and without a
    parameter that an answer would bring a second time.
    """
    found = _URI.fullmatch(text)
    if found is None or len(text) > MAX_REDIRECT_URI or int(found["port"] or 1) > _MAX_PORT:
        return False
    if found["scheme"] == "http" and not is_local(text):
        return False
    query = found["rest"].partition("?")[2]
    return not _ANSWERED & {name for name, _ in parse_qsl(query, keep_blank_values=True)}


def is_document_url(text: str) -> bool:
    """Return whether an address can be a client id: https, a host name, a path without dots."""
    if len(text) > MAX_DOCUMENT_URL:
        return False
    segments = text.split("/")[3:]
    return _DOCUMENT.fullmatch(text) is not None and not {".", ".."} & set(segments)


def is_local(redirect_uri: str) -> bool:
    """Return whether an address leads to an application on the person's own computer."""
    return host_of(redirect_uri) in _LOOPBACK | {"localhost"}


def host_of(redirect_uri: str) -> str:
    """Return the host of a redirect URI, without its port."""
    found = _URI.fullmatch(redirect_uri)
    return found["host"].lower() if found else ""


def same(registered: str, given: str) -> bool:
    """Return whether a redirect URI is the registered one."""
    return given == registered or _same_but_for_port(registered, given)


def _same_but_for_port(registered: str, given: str) -> bool:
    ours, theirs = _URI.fullmatch(registered), _URI.fullmatch(given)
    return (
        ours is not None
        and theirs is not None
        and is_redirect_uri(given)
        and ours["scheme"] == theirs["scheme"] == "http"
        and ours["host"] == theirs["host"]
        and ours["host"] in _LOOPBACK
        and ours["rest"] == theirs["rest"]
    )


def answered(redirect_uri: str, answer: dict[str, str]) -> str:
    """Return a redirect URI with an answer in its query."""
    mark = "&" if "?" in redirect_uri else "?"
    return f"{redirect_uri}{mark}{urlencode(answer)}"
