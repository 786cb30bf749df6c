"""Fills Google Ads accounts with campaigns, budgets, ad groups, keywords and search terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Final

from sandbox.world import hostile
from sandbox.world.records import (
    WHOLE,
    AdGroup,
    AdsAccount,
    Budget,
    Campaign,
    Keyword,
    Pace,
    SearchTerm,
    Share,
)

_UNIT: Final = 1_000_000
_CHANNELS: Final = (
    ("SEARCH", "TARGET_SPEND"),
    ("SEARCH", "MAXIMIZE_CONVERSIONS"),
    ("DISPLAY", "MANUAL_CPC"),
    ("SHOPPING", "TARGET_ROAS"),
    ("PERFORMANCE_MAX", "MAXIMIZE_CONVERSION_VALUE"),
)
_AD_GROUP_TYPES: Final = {
    "SEARCH": "SEARCH_STANDARD",
    "DISPLAY": "DISPLAY_STANDARD",
    "SHOPPING": "SHOPPING_PRODUCT_ADS",
}
_THEMES: Final = ("Brand", "Generic", "Competitor", "Sale", "Region", "Seasonal", "New range")
_WORDS: Final = ("price", "near me", "reviews", "online", "offers", "best", "compare", "delivery")
_MATCH_TYPES: Final = ("EXACT", "PHRASE", "BROAD")
_TERM_PART: Final = 0.8
"""How much of a keyword's traffic its search terms explain; Google hides the rare rest."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to put into one account; ``unit`` is what a dollar's worth is in its currency."""

    campaigns: int
    ad_groups: int = 2
    keywords: int = 4
    terms: int = 2
    product: str = "boots"
    hostile: bool = False
    unit: int = 1


class Builder:
    """Builds the content of one account; the same seed gives the same content.

    Parameters
    ----------
    base
        The ids of this account start here.
    today
        The day on which the world starts.
    """

    def __init__(self, account: AdsAccount, plan: Plan, seed: int, base: int, today: date) -> None:
        self._account = account
        self._plan = plan
        self._random = Random(f"{seed}:{account.customer_id}")
        self._next_id = base
        self._today = today

    def build(self) -> None:
        """Fill the account."""
        shared = self._budget("Shared budget", 400 * _UNIT * self._plan.unit, shared=True)
        for index in range(self._plan.campaigns):
            channel, strategy = _CHANNELS[index % len(_CHANNELS)]
            name = self._campaign_name(index, channel)
            budget = shared
            if index % 50 not in {1, 2}:
                amount = self._random.randrange(20, 600, 5) * _UNIT * self._plan.unit
                budget = self._budget(f"Budget {index + 1:03d}", amount)
            campaign = self._campaign(index, name, channel, strategy, budget)
            if channel in _AD_GROUP_TYPES:
                self._ad_groups(campaign)
        if self._plan.hostile:
            self._long_term()
        self._account.last_id = self._next_id

    def _id(self) -> int:
        self._next_id += 1
        return self._next_id

    def _campaign_name(self, index: int, channel: str) -> str:
        if self._plan.hostile and index < len(hostile.CAMPAIGN_NAMES):
            return hostile.CAMPAIGN_NAMES[index]
        kind = channel.replace("_", " ").title()
        return f"{_THEMES[index % len(_THEMES)]} {self._plan.product} | {kind} {index + 1:03d}"

    def _budget(self, name: str, amount_micros: int, *, shared: bool = False) -> Budget:
        budget = Budget(self._id(), name, amount_micros, explicitly_shared=shared)
        self._account.budgets[budget.budget_id] = budget
        return budget

    def _campaign(
        self, index: int, name: str, channel: str, strategy: str, budget: Budget
    ) -> Campaign:
        random = self._random
        status = "REMOVED" if index % 9 == 8 else "PAUSED" if index % 5 == 4 else "ENABLED"
        # Most campaigns are older than the reported 24 months, every third started within them.
        age = random.randrange(60, 600) if index % 3 == 2 else random.randrange(740, 1400)
        stopped = None
        if status != "ENABLED":
            stopped = self._today - timedelta(days=random.randrange(5, 50))
        campaign = Campaign(
            campaign_id=self._id(),
            name=name,
            status=status,
            channel=channel,
            bidding_strategy=strategy,
            budget_id=budget.budget_id,
            start_date=self._today - timedelta(days=age),
            last_active=stopped,
            pace=self._pace(channel, budget),
            noise=random.getrandbits(64),
        )
        self._account.campaigns[campaign.campaign_id] = campaign
        return campaign

    def _pace(self, channel: str, budget: Budget) -> Pace:
        random = self._random
        display = channel == "DISPLAY"
        rate = random.uniform(0.004, 0.012) if display else random.uniform(0.03, 0.12)
        price = random.randrange(200_000, 2_500_000, 1000) * self._plan.unit
        spend = budget.amount_micros * random.uniform(0.55, 0.8)
        if budget.explicitly_shared:
            spend /= 2
        return Pace(
            impressions=max(round(spend / price / rate), 50),
            click_rate=round(rate * 65_536),
            click_price=price,
            conversion_rate=round(random.uniform(0.01, 0.09) * 65_536),
            value=random.randrange(2_000, 15_000) * self._plan.unit,
        )

    def _ad_groups(self, campaign: Campaign) -> None:
        stretches = _split(self._random, WHOLE, self._plan.ad_groups)
        for index, share in enumerate(stretches):
            bid = self._random.randrange(300_000, 3_000_000, 10_000) * self._plan.unit
            group = AdGroup(
                ad_group_id=self._id(),
                campaign_id=campaign.campaign_id,
                name=self._ad_group_name(index),
                status="PAUSED" if index == 2 else "ENABLED",
                type=_AD_GROUP_TYPES[campaign.channel],
                cpc_bid_micros=bid,
                share=share,
            )
            self._account.ad_groups[group.ad_group_id] = group
            if campaign.channel == "SEARCH":
                self._keywords(group)

    def _ad_group_name(self, index: int) -> str:
        if self._plan.hostile:
            return hostile.AD_GROUP_NAMES[index % len(hostile.AD_GROUP_NAMES)]
        return f"{_THEMES[index % len(_THEMES)]} {self._plan.product}"

    def _keywords(self, group: AdGroup) -> None:
        stretches = _split(self._random, group.share, self._plan.keywords)
        for index, share in enumerate(stretches):
            keyword = Keyword(
                criterion_id=self._id(),
                ad_group_id=group.ad_group_id,
                text=self._keyword_text(index),
                match_type=_MATCH_TYPES[index % len(_MATCH_TYPES)],
                status="PAUSED" if index == 3 else "ENABLED",
                cpc_bid_micros=group.cpc_bid_micros + 50_000 * self._plan.unit
                if index == 0
                else None,
                share=share,
            )
            self._account.keywords[group.ad_group_id, keyword.criterion_id] = keyword
            self._terms(keyword, index)

    def _keyword_text(self, index: int) -> str:
        if self._plan.hostile and index < len(hostile.KEYWORD_TEXTS):
            return hostile.KEYWORD_TEXTS[index]
        return f"{self._plan.product} {_WORDS[index % len(_WORDS)]}"

    def _terms(self, keyword: Keyword, place: int) -> None:
        low, high = keyword.share
        known = (low, low + int((high - low) * _TERM_PART))
        for index, share in enumerate(_split(self._random, known, self._plan.terms)):
            number = place * self._plan.terms + index
            text = f"{keyword.text} {_WORDS[(place + index * 3 + 1) % len(_WORDS)]} {index + 1}"
            if self._plan.hostile and number < len(hostile.SEARCH_TERMS):
                text = hostile.SEARCH_TERMS[number]
            status = "ADDED" if index == 0 else "NONE"
            self._account.search_terms.append(
                SearchTerm(text, keyword.ad_group_id, keyword.criterion_id, status, share)
            )

    def _long_term(self) -> None:
        self._account.search_terms[-1].text = hostile.LONG_SEARCH_TERM


def _split(random: Random, share: Share, count: int) -> Sequence[Share]:
    """Cut a stretch of traffic into ``count`` uneven stretches that touch."""
    low, high = share
    weights = [random.uniform(0.5, 1.5) for _ in range(count)]
    edges = [low]
    for weight in weights[:-1]:
        edges.append(edges[-1] + int((high - low) * weight / sum(weights)))
    edges.append(high)
    return list(pairwise(edges))
