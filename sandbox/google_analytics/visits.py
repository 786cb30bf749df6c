"""What happened on a site in one day, by traffic source, from the same world as the ads.

Paid clicks become sessions (some visitors leave before the page has loaded), Google Ads'
conversions become key events and their value revenue. Unpaid, direct, referred and mailed visits
follow from `sandbox.world.organic`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from sandbox.google_analytics.properties import Property
from sandbox.world import AdsAccount, Campaign, day_totals
from sandbox.world.organic import organic_clicks
from sandbox.world.records import SHARE_BITS, WHOLE, Share
from sandbox.world.traffic import mixed

NOT_SET: Final = "(not set)"
_MICROS: Final = 1_000_000
RATES: Final = {"USD": 100, "EUR": 108, "GBP": 127, "CHF": 112, "CAD": 73, "JPY": 0.67}
"""Hundredths of a US dollar for one unit of each currency, the same on all days."""
_GROUPS: Final = {
    "SEARCH": "Paid Search",
    "DISPLAY": "Display",
    "SHOPPING": "Paid Shopping",
    "PERFORMANCE_MAX": "Cross-network",
}


class Visits(NamedTuple):
    """Sums of one source's day or part of it.

    ``key_events`` and ``events`` are in hundredths, ``revenue`` and ``ad_cost`` in hundredths of
    the property's currency, ``seconds`` are of engagement.
    """

    sessions: int = 0
    engaged: int = 0
    users: int = 0
    new_users: int = 0
    views: int = 0
    scrolls: int = 0
    key_events: int = 0
    events: int = 0
    revenue: int = 0
    seconds: int = 0
    ad_clicks: int = 0
    ad_impressions: int = 0
    ad_cost: int = 0


NOTHING: Final = Visits()


@dataclass(frozen=True, slots=True)
class Source:
    """Where visits come from."""

    source: str
    medium: str
    group: str
    campaign: str = ""
    campaign_id: str = ""
    customer_id: str = NOT_SET
    account_name: str = NOT_SET


_OTHERS: Final = (
    # Sessions out of a hundred unpaid clicks from Google, for each source.
    (Source("google", "organic", "Organic Search", "(organic)", "(organic)"), 92),
    (Source("bing", "organic", "Organic Search", "(organic)", "(organic)"), 6),
    (Source("(direct)", "(none)", "Direct", "(direct)", "(direct)"), 41),
    (Source("reviews.example", "referral", "Referral", "(referral)", "(referral)"), 9),
    (Source("newsletter", "email", "Email", "newsletter", NOT_SET), 5),
)


def visits_of(site: Property, day: date, seed: int) -> Iterator[tuple[Source, Visits]]:
    """Yield each traffic source of a property that had ads shown or visits on a day."""
    for account in site.accounts:
        for campaign in account.campaigns.values():
            visits = _paid(site, account, campaign, day)
            if visits is not NOTHING:
                yield _source_of(account, campaign), visits
    clicks, _ = organic_clicks(seed, site.client.client_id, day)
    for number, (source, percent) in enumerate(_OTHERS):
        noise = mixed(seed ^ (day.toordinal() << 8) ^ (int(site.number) << 24) ^ number)
        sessions = clicks * percent // 100
        key_events = sessions * (2 + noise % 3)
        value = 4_000 + (noise >> 8) % 4_000
        yield source, _behaviour(sessions, key_events, key_events * value // 100, noise)


def part(whole: Visits, share: Share) -> Visits:
    """Return the sums of a stretch of the sessions; stretches that touch add up exactly."""
    if share == WHOLE:
        return whole
    sessions = whole.sessions
    low, high = (sessions * share[0]) >> SHARE_BITS, (sessions * share[1]) >> SHARE_BITS
    if low == high:
        return NOTHING
    rest = (high * value // sessions - low * value // sessions for value in whole[1:])
    return Visits(high - low, *rest)


def converted(amount: int, currency: str, target: str) -> int:
    """Return an amount in another currency."""
    return amount if currency == target else round(amount * RATES[currency] / RATES[target])


@cache
def _paid_source(
    name: str, group: str, campaign_id: int, customer_id: str, account_name: str
) -> Source:
    return Source("google", "cpc", group, name, str(campaign_id), customer_id, account_name)


def _source_of(account: AdsAccount, campaign: Campaign) -> Source:
    group = _GROUPS[campaign.channel]
    return _paid_source(
        campaign.name, group, campaign.campaign_id, account.customer_id, account.name
    )


def _paid(site: Property, account: AdsAccount, campaign: Campaign, day: date) -> Visits:
    ads = day_totals(campaign, day.toordinal())
    if not ads.impressions:
        return NOTHING
    noise = mixed(campaign.noise ^ day.toordinal())
    # 85 to 95 of a hundred clicks arrive.
    percent = 8_500 + noise % 1_001
    sessions = max((ads.clicks * percent + 5_000) // 10_000, min(ads.clicks, 1))
    revenue = converted(ads.value, account.currency, site.currency)
    cost = converted(ads.cost_micros, account.currency, site.currency) * 100 // _MICROS
    visits = _behaviour(sessions, ads.conversions, revenue, noise)
    return visits._replace(ad_clicks=ads.clicks, ad_impressions=ads.impressions, ad_cost=cost)


def _behaviour(sessions: int, key_events: int, revenue: int, noise: int) -> Visits:
    """Return what so many sessions did."""
    if not sessions:
        return NOTHING
    engaged = sessions * (55 + (noise >> 10) % 16) // 100
    users = max(1, sessions * (78 + (noise >> 20) % 10) // 100)
    new_users = users * 62 // 100
    views = sessions * (200 + (noise >> 30) % 200) // 100
    scrolls = views // 2
    plain = sessions + engaged + new_users + views + scrolls
    seconds = sessions * (40 + (noise >> 40) % 70)
    return Visits(
        sessions=sessions,
        engaged=engaged,
        users=users,
        new_users=new_users,
        views=views,
        scrolls=scrolls,
        key_events=key_events,
        events=plain * 100 + key_events,
        revenue=revenue,
        seconds=seconds,
    )
