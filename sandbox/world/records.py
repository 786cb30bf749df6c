"""The things of the sandbox world, as records that later calls may change in memory."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sandbox.world.changes import Change

SHARE_BITS: Final = 20
"""Shares of a campaign's traffic are whole numbers out of ``1 << SHARE_BITS``."""

Share = tuple[int, int]
"""The part ``[low, high)`` of a campaign's traffic that belongs to one thing below it."""

WHOLE: Final[Share] = (0, 1 << SHARE_BITS)
NONE: Final[Share] = (0, 0)


@dataclass(slots=True)
class Budget:
    """One campaign budget, in micros of the account's currency.

    Parameters
    ----------
    amount_micros
        Per day; 0 for a budget of ``CUSTOM_PERIOD``.
    total_amount_micros
        Over the whole run of a campaign; only a budget of ``CUSTOM_PERIOD`` has it.
    """

    budget_id: int
    name: str
    amount_micros: int
    explicitly_shared: bool = False
    status: str = "ENABLED"
    delivery_method: str = "STANDARD"
    period: str = "DAILY"
    total_amount_micros: int | None = None


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


NO_TRAFFIC: Final = Pace(0, 0, 0, 0, 0)
NO_EU_POLITICS: Final = "DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING"


@dataclass(frozen=True, slots=True)
class Networks:
    """Where the ads of a campaign are shown."""

    google_search: bool = True
    search: bool = True
    content: bool = False
    partner_search: bool = False


@dataclass(frozen=True, slots=True)
class Bidding:
    """What a campaign's bidding strategy is held to; what it does not have is ``None``."""

    target_cpa_micros: int | None = None
    target_roas: float | None = None
    cpc_bid_ceiling_micros: int | None = None
    enhanced_cpc: bool = False


@dataclass(slots=True)
class Campaign:
    """One campaign.

    Parameters
    ----------
    bidding_strategy
        Google's name of its type, as ``TARGET_SPEND``; what holds it is in ``bidding``.
    start_date, last_active
        It has traffic between them (no end: ``None``), but not in the ``gaps``, first and last
        day each, in which it was paused.
    """

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
    end_date: date | None = None
    bidding: Bidding = Bidding()
    networks: Networks = Networks()
    eu_political: str = NO_EU_POLITICS
    gaps: tuple[tuple[date, date], ...] = ()


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
    """One keyword of an ad group; no bid of its own means that the ad group's holds.

    A negative one keeps ads from being shown; it has neither bid nor traffic.
    """

    criterion_id: int
    ad_group_id: int
    text: str
    match_type: str
    status: str
    cpc_bid_micros: int | None
    share: Share
    negative: bool = False
    final_urls: tuple[str, ...] = ()
    final_mobile_urls: tuple[str, ...] = ()
    tracking_url_template: str = ""
    final_url_suffix: str = ""
    url_custom_parameters: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class NegativeKeyword:
    """One keyword for which no ad of a campaign is shown."""

    criterion_id: int
    campaign_id: int
    text: str
    match_type: str
    status: str = "ENABLED"


@dataclass(frozen=True, slots=True)
class AdText:
    """One headline or description; ``pinned`` is Google's name of its place, or empty."""

    text: str
    pinned: str = ""


@dataclass(slots=True)
class Ad:
    """One responsive search ad of an ad group."""

    ad_id: int
    ad_group_id: int
    status: str
    headlines: tuple[AdText, ...]
    descriptions: tuple[AdText, ...]
    final_urls: tuple[str, ...]
    path1: str = ""
    path2: str = ""
    share: Share = NONE


@dataclass(slots=True)
class Label:
    """One label that can be put on campaigns; the colour is written ``#RRGGBB``."""

    label_id: int
    name: str
    color: str = ""
    description: str = ""
    status: str = "ENABLED"


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
    """One Google Ads account; a manager account holds none of the things below.

    A write puts new records into new containers, so what was read before stays as it was read;
    read what holds now from the account anew.

    Parameters
    ----------
    campaign_labels
        Pairs of campaign and label.
    changes
        Writes, the oldest first.
    last_id
        The highest id given so far.
    """

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
    negative_keywords: dict[tuple[int, int], NegativeKeyword] = field(default_factory=dict)
    ads: dict[tuple[int, int], Ad] = field(default_factory=dict)
    labels: dict[int, Label] = field(default_factory=dict)
    campaign_labels: frozenset[tuple[int, int]] = frozenset()
    changes: tuple[Change, ...] = ()
    last_id: int = 0
