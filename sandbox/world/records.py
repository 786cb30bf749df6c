"""The things of the sandbox world, as records that later calls may change in memory."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

SHARE_BITS: Final = 20
"""Shares of a campaign's traffic are whole numbers out of ``1 << SHARE_BITS``."""

Share = tuple[int, int]
"""The part ``[low, high)`` of a campaign's traffic that belongs to one thing below it."""

WHOLE: Final[Share] = (0, 1 << SHARE_BITS)


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency."""

    agency_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Client:
    """One client of an agency, with the properties it has beside Google Ads."""

    client_id: str
    name: str
    agency: str
    domain: str
    search_console_sites: tuple[str, ...]
    analytics_property: str


@dataclass(frozen=True, slots=True)
class User:
    """One person.

    Parameters
    ----------
    key
        The name of this person in the sandbox, for example ``other-practitioner``.
    role
        ``practitioner``, ``manager``, ``admin`` or ``auditor``.
    manager
        The e-mail address of the local manager, empty where there is none.
    status
        ``active``, or ``unknown`` for somebody whom the directory does not hold.
    """

    key: str
    employee_id: str
    email: str
    name: str
    role: str
    agency: str
    manager: str
    status: str = "active"

    @property
    def in_directory(self) -> bool:
        """Whether the directory holds this person."""
        return self.status != "unknown"


@dataclass(frozen=True, slots=True)
class Grant:
    """One approved account of one user; both moments are aware UTC.

    Parameters
    ----------
    api
        ``Google Ads``, ``Analytics`` or ``GSC``.
    account_id
        Customer id, number of the property, or Search Console property.
    login_customer_id
        For Google Ads, the account to log in with.
    """

    user: str
    api: str
    account_id: str
    login_customer_id: str | None
    account_name: str
    client: str
    agency: str
    approved_by: str
    approved_at: datetime
    expires_at: datetime


@dataclass(slots=True)
class Budget:
    """One campaign budget; the amount is per day, in micros of the account's currency."""

    budget_id: int
    name: str
    amount_micros: int
    explicitly_shared: bool = False
    status: str = "ENABLED"
    delivery_method: str = "STANDARD"
    period: str = "DAILY"


@dataclass(frozen=True, slots=True)
class Pace:
    """How much traffic a campaign has on a plain day, before pattern and noise.

    Kept apart from the budget, so that a changed budget does not rewrite the past.

    Parameters
    ----------
    impressions
        Per day.
    click_rate, conversion_rate
        Clicks per impression and conversions per click, out of 65,536.
    click_price
        Micros per click.
    value
        Hundredths of the currency per conversion.
    """

    impressions: int
    click_rate: int
    click_price: int
    conversion_rate: int
    value: int


@dataclass(slots=True)
class Campaign:
    """One campaign; it has traffic from ``start_date`` to ``last_active`` (no end: ``None``)."""

    campaign_id: int
    name: str
    status: str
    channel: str
    bidding_strategy: str
    budget_id: int
    start_date: date
    last_active: date | None
    pace: Pace
    noise: int


@dataclass(slots=True)
class AdGroup:
    """One ad group."""

    ad_group_id: int
    campaign_id: int
    name: str
    status: str
    type: str
    cpc_bid_micros: int
    share: Share


@dataclass(slots=True)
class Keyword:
    """One keyword of an ad group; no bid of its own means that the ad group's holds."""

    criterion_id: int
    ad_group_id: int
    text: str
    match_type: str
    status: str
    cpc_bid_micros: int | None
    share: Share


@dataclass(slots=True)
class SearchTerm:
    """What somebody searched for when an ad of the ad group was shown."""

    text: str
    ad_group_id: int
    criterion_id: int
    status: str
    share: Share


@dataclass(slots=True)
class AdsAccount:
    """One Google Ads account; a manager account holds none of the things below."""

    customer_id: str
    name: str
    currency: str
    time_zone: str
    client: str = ""
    agency: str = ""
    manager: bool = False
    campaigns: dict[int, Campaign] = field(default_factory=dict)
    budgets: dict[int, Budget] = field(default_factory=dict)
    ad_groups: dict[int, AdGroup] = field(default_factory=dict)
    keywords: dict[tuple[int, int], Keyword] = field(default_factory=dict)
    search_terms: list[SearchTerm] = field(default_factory=list)
