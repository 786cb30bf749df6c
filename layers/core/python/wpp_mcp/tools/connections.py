"""Which connector a tool's body gets, by the type it asks for. A new product adds its line here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.ads.connector import GoogleAds, GoogleAdsFields
from wpp_mcp.google.analytics.connector import GoogleAnalytics
from wpp_mcp.google.analytics.parents import GoogleAnalyticsParents
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.google.search_console.connector import SearchConsole
from wpp_mcp.models.accounts import Api
from wpp_mcp.storage.approved_accounts import GrantRecord


@dataclass(frozen=True, slots=True)
class OwnGrants:
    """The caller's own grants that count now: all that a tool without Google needs."""

    grants: tuple[GrantRecord, ...]


@dataclass(frozen=True, slots=True)
class OwnAnalytics:
    """The caller's own grants, and the way to what stands above their properties."""

    grants: tuple[GrantRecord, ...]
    parents: GoogleAnalyticsParents


@dataclass(frozen=True, slots=True)
class Opening:
    """What the gateway has checked, from which a connection is made.

    Parameters
    ----------
    grants
        The one grant of the named account, or all of the caller's.
    """

    google: GoogleCall
    grants: tuple[GrantRecord, ...]


def _one_grant(opening: Opening) -> GrantRecord:
    if len(opening.grants) != 1:
        raise WppError(ErrorCode.INTERNAL, reason="an account connection needs exactly one grant")
    return opening.grants[0]


def _google_ads(opening: Opening) -> GoogleAds:
    grant = _one_grant(opening)
    return GoogleAds(opening.google, grant.account, grant.login_customer_id)


def _search_console(opening: Opening) -> SearchConsole:
    return SearchConsole(opening.google, _one_grant(opening).account)


def _google_analytics(opening: Opening) -> GoogleAnalytics:
    return GoogleAnalytics(opening.google, _one_grant(opening).account)


def _own_analytics(opening: Opening) -> OwnAnalytics:
    held = tuple(g for g in opening.grants if g.account.api is Api.ANALYTICS)
    return OwnAnalytics(held, GoogleAnalyticsParents(opening.google))


CONNECTIONS: Final[Mapping[type[Any], Callable[[Opening], Any]]] = {
    GoogleAds: _google_ads,
    GoogleAnalytics: _google_analytics,
    OwnAnalytics: _own_analytics,
    GoogleAdsFields: lambda opening: GoogleAdsFields(opening.google),
    SearchConsole: _search_console,
    OwnGrants: lambda opening: OwnGrants(opening.grants),
}
