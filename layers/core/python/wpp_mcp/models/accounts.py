"""Which accounts there are and how their names are spelled (product.md §5)."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError


class Api(StrEnum):
    """The Google products, by their name on the wire."""

    GOOGLE_ADS = "Google Ads"


_ALIASES: Final = {"Google Ads": Api.GOOGLE_ADS, "GoogleAds": Api.GOOGLE_ADS}
API_NAMES: Final = frozenset(_ALIASES)
"""Every name of a product that is accepted on the wire."""

_CUSTOMER = re.compile(r"[0-9]{10}|[0-9]{3}-[0-9]{3}-[0-9]{4}", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class AccountRef:
    """One account of one product, in its only spelling.

    Parameters
    ----------
    api
        The product.
    account_id
        The normalised id: ten ASCII digits for Google Ads.
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
        For Google Ads ``1234567890`` or ``123-456-7890``, blanks around allowed; text, not a
        number. Digits outside ASCII are refused: they look alike and compare unequal.

    Raises
    ------
    WppError
        ``INVALID_REQUEST`` naming the accepted spellings.
    """
    text = spelling.strip(" ") if isinstance(spelling, str) else ""
    if not _CUSTOMER.fullmatch(text):
        raise WppError(
            ErrorCode.INVALID_REQUEST,
            "A Google Ads customer id is ten digits, as 1234567890 or 123-456-7890",
        )
    return AccountRef(api, text.replace("-", ""))
