"""Which accounts there are and how their names are spelled (product.md §5)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError


class Api(StrEnum):
    """The Google products, by their name on the wire."""

    GOOGLE_ADS = "Google Ads"
    ANALYTICS = "Analytics"
    SEARCH_CONSOLE = "GSC"


_ALIASES: Final = {
    "Google Ads": Api.GOOGLE_ADS,
    "GoogleAds": Api.GOOGLE_ADS,
    "Analytics": Api.ANALYTICS,
    "GSC": Api.SEARCH_CONSOLE,
    "Search Console": Api.SEARCH_CONSOLE,
}
API_NAMES: Final = frozenset(_ALIASES)
"""Every name of a product that is accepted on the wire."""

_CUSTOMER: Final = re.compile(r"[0-9]{10}|[0-9]{3}-[0-9]{3}-[0-9]{4}", re.ASCII)
_PROPERTY: Final = re.compile(r"(?:properties/)?([1-9][0-9]{0,19})", re.ASCII)
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SITE: Final = re.compile(
    rf"sc-domain:{_LABEL}(?:\.{_LABEL})+"
    rf"|https?://{_LABEL}(?:\.{_LABEL})+(?::[0-9]{{1,5}})?/[A-Za-z0-9._~/-]*",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, order=True)
class AccountRef:
    """One account of one product, in its only spelling.

    Parameters
    ----------
    api
        The product.
    account_id
        The normalised id: ten ASCII digits for Google Ads, the number of an Analytics property,
        a Search Console property exactly as Search Console names it.
    """

    api: Api
    account_id: str

    @property
    def key(self) -> str:
        """The sort key of grants, for example ``Google Ads:1234567890``."""
        return f"{self.api.value}:{self.account_id}"

    def __str__(self) -> str:
        return self.key


def api_named(name: str) -> Api:
    """Return the product for a name on the wire.

    Raises
    ------
    WppError
        ``INVALID_REQUEST`` for an unknown product.
    """
    api = _ALIASES.get(name)
    if api is None:
        known = ", ".join(sorted(a.value for a in Api))
        raise WppError(ErrorCode.INVALID_REQUEST, f"Unknown api. Known: {known}")
    return api


def normalise(api: Api, spelling: Any) -> AccountRef:
    """Return the account that a spelling names (product.md §5: normalise first, then check).

    Parameters
    ----------
    spelling
        Text, not a number. ``1234567890`` or ``123-456-7890`` for Google Ads, ``111111`` or
        ``properties/111111`` for Analytics, blanks around allowed; for Search Console exactly
        ``sc-domain:example.com`` or ``https://www.example.com/``. Digits outside ASCII are
        refused: they look alike and compare unequal.

    Raises
    ------
    WppError
        ``INVALID_REQUEST`` naming the accepted spellings.
    """
    text = spelling if isinstance(spelling, str) else ""
    read, accepted = _SPELLINGS[api]
    account_id = read(text)
    if account_id is None:
        raise WppError(ErrorCode.INVALID_REQUEST, accepted)
    return AccountRef(api, account_id)


def _customer(text: str) -> str | None:
    spelled = text.strip(" ")
    return spelled.replace("-", "") if _CUSTOMER.fullmatch(spelled) else None


def _property(text: str) -> str | None:
    match = _PROPERTY.fullmatch(text.strip(" "))
    return match[1] if match else None


def _site(text: str) -> str | None:
    return text if _SITE.fullmatch(text) else None


_SPELLINGS: Final[Mapping[Api, tuple[Callable[[str], str | None], str]]] = {
    Api.GOOGLE_ADS: (
        _customer,
        "A Google Ads customer id is ten digits, as 1234567890 or 123-456-7890",
    ),
    Api.ANALYTICS: (
        _property,
        "An Analytics property is a number, as 111111 or properties/111111",
    ),
    Api.SEARCH_CONSOLE: (
        _site,
        "A Search Console property is exactly sc-domain:example.com or https://www.example.com/",
    ),
}
