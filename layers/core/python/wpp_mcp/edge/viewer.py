"""The address that a call comes from, as the edge tells it.

API Gateway sees CloudFront's addresses only. A CloudFront function writes the viewer's own into
this header, over whatever the viewer sent; what did not come through the edge is refused before
anybody reads it. It serves the security log and the block list, and decides about nothing else.
"""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

VIEWER_HEADER: Final = "x-viewer-address"
_NETWORK_OF_A_SITE: Final = 64
"""Bits. A site has a whole /64 of IPv6, and as many addresses in it as it likes to use."""


def viewer_address(headers: Mapping[str, str]) -> str | None:
    """Return the address in a request's headers (names in lower case), or ``None``."""
    address = _parsed(headers.get(VIEWER_HEADER, ""))
    return None if address is None else str(address)


def network_of(address: str) -> str | None:
    """Return what is blocked for an address: itself, or its site; ``None`` if it is no address."""
    parsed = _parsed(address)
    if parsed is None:
        return None
    bits = _NETWORK_OF_A_SITE if isinstance(parsed, IPv6Address) else parsed.max_prefixlen
    return str(ip_network((parsed, bits), strict=False))


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            # Free text may stand there, and no viewer has one.
            return None
        return address.ipv4_mapped or address
    return address
