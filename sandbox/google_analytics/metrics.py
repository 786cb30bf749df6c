"""The metrics that the emulated properties have, each computed from sums."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sandbox.google_analytics.visits import Visits

Measure = Callable[[Visits], float]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; ``kind`` is a name of Google's MetricType."""

    name: str
    label: str
    category: str
    kind: str
    measure: Measure

    @property
    def description(self) -> str:
        """What Google would say in its catalogue."""
        return f"{self.label} of this property."

    def text(self, sums: Visits, rate: float) -> str:
        """Return the value as Google writes it; ``rate`` converts the property's currency."""
        value = self.measure(sums)
        if self.kind == "TYPE_INTEGER":
            return str(round(value))
        if self.kind == "TYPE_CURRENCY":
            value *= rate
        exact = f"{value:.6f}".rstrip("0").rstrip(".")
        return exact or "0"


def _per(above: float, below: float) -> float:
    return above / below if below else 0.0


_SESSION, _USER, _EVENT = "Session", "User", "Event"
_PAGE, _MONEY, _ADS = "Page / screen", "Revenue", "Advertising"

_METRICS: Final[tuple[tuple[str, str, str, str, Measure], ...]] = (
    ("sessions", "Sessions", _SESSION, "INTEGER", lambda v: v.sessions),
    ("engagedSessions", "Engaged sessions", _SESSION, "INTEGER", lambda v: v.engaged),
    ("engagementRate", "Engagement rate", _SESSION, "FLOAT", lambda v: _per(v.engaged, v.sessions)),
    (
        "bounceRate", "Bounce rate", _SESSION, "FLOAT",
        lambda v: _per(v.sessions - v.engaged, v.sessions),
    ),
    (
        "averageSessionDuration", "Average session duration", _SESSION, "SECONDS",
        lambda v: _per(v.seconds, v.sessions),
    ),
    ("sessionsPerUser", "Sessions per user", _USER, "FLOAT", lambda v: _per(v.sessions, v.users)),
    ("totalUsers", "Total users", _USER, "INTEGER", lambda v: v.users),
    ("activeUsers", "Active users", _USER, "INTEGER", lambda v: v.users),
    ("newUsers", "New users", _USER, "INTEGER", lambda v: v.new_users),
    (
        "userEngagementDuration", "User engagement", _USER, "SECONDS",
        lambda v: v.seconds,
    ),
    ("screenPageViews", "Views", _PAGE, "INTEGER", lambda v: v.views),
    (
        "screenPageViewsPerSession", "Views per session", _PAGE, "FLOAT",
        lambda v: _per(v.views, v.sessions),
    ),
    ("screenPageViewsPerUser", "Views per user", _PAGE, "FLOAT", lambda v: _per(v.views, v.users)),
    ("eventCount", "Event count", _EVENT, "INTEGER", lambda v: v.events // 100),
    (
        "eventCountPerUser", "Event count per user", _EVENT, "FLOAT",
        lambda v: _per(v.events / 100, v.users),
    ),
    (
        "eventsPerSession", "Events per session", _EVENT, "FLOAT",
        lambda v: _per(v.events / 100, v.sessions),
    ),
    ("keyEvents", "Key events", _EVENT, "FLOAT", lambda v: v.key_events / 100),
    (
        "sessionKeyEventRate", "Session key event rate", _SESSION, "FLOAT",
        lambda v: _per(v.key_events / 100, v.sessions),
    ),
    (
        "userKeyEventRate", "User key event rate", _USER, "FLOAT",
        lambda v: _per(v.key_events / 100, v.users),
    ),
    ("totalRevenue", "Total revenue", _MONEY, "CURRENCY", lambda v: v.revenue / 100),
    ("purchaseRevenue", "Purchase revenue", _MONEY, "CURRENCY", lambda v: v.revenue / 100),
    ("ecommercePurchases", "Ecommerce purchases", _MONEY, "INTEGER", lambda v: v.key_events // 100),
    ("transactions", "Transactions", _MONEY, "INTEGER", lambda v: v.key_events // 100),
    (
        "averagePurchaseRevenue", "Average purchase revenue", _MONEY, "CURRENCY",
        lambda v: _per(v.revenue, v.key_events),
    ),
    (
        "averageRevenuePerUser", "ARPU", _MONEY, "CURRENCY",
        lambda v: _per(v.revenue / 100, v.users),
    ),
    ("advertiserAdClicks", "Google Ads clicks", _ADS, "INTEGER", lambda v: v.ad_clicks),
    (
        "advertiserAdImpressions", "Google Ads impressions", _ADS, "INTEGER",
        lambda v: v.ad_impressions,
    ),
    ("advertiserAdCost", "Google Ads cost", _ADS, "CURRENCY", lambda v: v.ad_cost / 100),
    (
        "advertiserAdCostPerClick", "Google Ads cost per click", _ADS, "CURRENCY",
        lambda v: _per(v.ad_cost / 100, v.ad_clicks),
    ),
    (
        "advertiserAdCostPerKeyEvent", "Cost per key event", _ADS, "CURRENCY",
        lambda v: _per(v.ad_cost, v.key_events),
    ),
    ("returnOnAdSpend", "Return on ad spend", _ADS, "FLOAT", lambda v: _per(v.revenue, v.ad_cost)),
    ("itemRevenue", "Item revenue", "Ecommerce", "CURRENCY", lambda v: v.revenue / 100),
    ("itemsPurchased", "Items purchased", "Ecommerce", "INTEGER", lambda v: v.key_events // 100),
    ("itemsViewed", "Items viewed", "Ecommerce", "INTEGER", lambda v: v.views),
)  # fmt: skip

METRICS: Final = {row[0]: Metric(*row[:3], f"TYPE_{row[3]}", row[4]) for row in _METRICS}
"""Every metric of core reports, by name."""

FORMER_NAMES: Final = {"conversions": "keyEvents"}
"""Names that Google gave up and still answers."""

ITEM_METRICS: Final = frozenset({"itemRevenue", "itemsPurchased", "itemsViewed"})
AD_METRICS: Final = frozenset(name for name, m in METRICS.items() if m.category == _ADS)
