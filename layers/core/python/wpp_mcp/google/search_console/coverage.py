"""Which URLs belong to a property, decided here before Google is asked.

A domain property covers its hosts and their subdomains, a URL-prefix property what begins with its
prefix (https://support.google.com/webmasters/answer/34592). Read strictly: a URL that two programs
could read in two ways belongs to nothing.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.accounts import AccountRef

DOMAIN: Final = "sc-domain:"
_LABEL: Final = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_URL: Final = re.compile(
    rf"(https?)://({_LABEL}(?:\.{_LABEL})+)(?::([0-9]{{1,5}}))?"
    # Printable ASCII without blanks, double quotes, <, >, backslashes, braces, |, ^ and `.
    r"(/[!#-;=?-\[\]_a-z~]*)?",
    re.ASCII | re.IGNORECASE,
)
_PORTS: Final = {"http": "80", "https": "443"}
_DOTS: Final = frozenset({".", ".."})
_NO_URL: Final = (
    "This is not a full URL: it has to begin with http:// or https:// and a host name, without a"
    " user, and to be percent-encoded, without . and .. in its path"
)


@dataclass(frozen=True, slots=True)
class _Url:
    origin: tuple[str, str, str]
    path: str


def is_domain(account: AccountRef) -> bool:
    """Whether a property is a domain property."""
    return account.account_id.startswith(DOMAIN)


def covers(account: AccountRef, url: str) -> bool:
    """Whether a URL is part of a property."""
    parsed = _parsed(url)
    if parsed is None:
        return False
    if is_domain(account):
        domain, host = account.account_id.removeprefix(DOMAIN), parsed.origin[1]
        return host == domain or host.endswith(f".{domain}")
    prefix = _parsed(account.account_id)
    if prefix is None or parsed.origin != prefix.origin:
        return False
    if prefix.path.endswith("/"):
        return parsed.path.startswith(prefix.path)
    # Without a slash at its end a prefix would also cover what merely begins alike.
    return re.match(re.escape(prefix.path) + r"(?:[/?#]|$)", parsed.path) is not None


def require_covered(account: AccountRef, url: str) -> None:
    """Let a URL through only if it is part of the property.

    Raises
    ------
    WppError
        ``ACCOUNT_NOT_AUTHORIZED``; ``INVALID_REQUEST`` for what is no URL to any property, which
        no access would change. It was neither fetched nor sent anywhere.
    """
    if covers(account, url):
        return
    parsed = _parsed(url)
    if parsed is None:
        raise WppError(ErrorCode.INVALID_REQUEST, _NO_URL)
    # The site alone: what follows may be a secret, and this goes into the audit.
    scheme, host, port = parsed.origin
    rest = "" if port == _PORTS[scheme] else f":{port}"
    raise WppError(
        ErrorCode.ACCOUNT_NOT_AUTHORIZED,
        f"This URL is not part of the property {account.account_id}",
        extra={"api": account.api.value, "requestedAccount": f"{scheme}://{host}{rest}/"},
    )


def _parsed(url: str) -> _Url | None:
    match = _URL.fullmatch(url)
    if match is None:
        return None
    scheme, host, port, path = match.groups()
    scheme, path = scheme.lower(), path or "/"
    segments = re.split(r"[/\\]", unquote(re.split("[?#]", path)[0]))
    if not _DOTS.isdisjoint(segments):
        return None
    return _Url((scheme, host.lower(), port or _PORTS[scheme]), path)
