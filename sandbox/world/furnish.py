"""What an account holds beside campaigns, keywords and their traffic.

Ads, labels, negative keywords and one campaign to come with a total budget. All of it comes after
the rest and draws nothing at random, so that nothing else changes its name, id or numbers.
"""

from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from sandbox.world.records import (
    NO_TRAFFIC,
    NONE,
    Ad,
    AdGroup,
    AdsAccount,
    AdText,
    Bidding,
    Budget,
    Campaign,
    Keyword,
    Label,
    NegativeKeyword,
    Networks,
)

_UNIT: Final = 1_000_000
_LABELS: Final = (("Always on", "#1a73e8"), ("Under review", "#f9ab00"), ("Seasonal", "#188038"))
_NEGATIVES: Final = (("free", "BROAD"), ("jobs", "PHRASE"), ("second hand", "EXACT"))
_STARTS_IN: Final = timedelta(days=30)
_RUNS_FOR: Final = timedelta(days=44)
_BIDDING: Final = {"TARGET_ROAS": Bidding(target_roas=4.0)}


class Furnisher:
    """Completes one account that the builder has filled.

    Parameters
    ----------
    domain
        Of the account's client: where its ads lead.
    unit
        What a dollar's worth is in the account's currency.
    today
        The day on which the world starts.
    """

    def __init__(self, account: AdsAccount, domain: str, *, unit: int, today: date) -> None:
        self._account = account
        self._domain = domain
        self._unit = unit
        self._today = today

    def complete(self, product: str, *, campaign_to_come: bool) -> None:
        """Add what is missing."""
        for campaign in self._account.campaigns.values():
            campaign.bidding = _BIDDING.get(campaign.bidding_strategy, Bidding())
            if campaign.channel != "SEARCH":
                campaign.networks = Networks(google_search=False, search=False, content=True)
        for group in list(self._account.ad_groups.values()):
            if self._account.campaigns[group.campaign_id].channel == "SEARCH":
                self._ads(group, product)
        self._labels()
        self._negatives()
        if campaign_to_come:
            self._campaign_to_come(product)

    def _id(self) -> int:
        self._account.last_id += 1
        return self._account.last_id

    def _ads(self, group: AdGroup, product: str) -> None:
        """Give a group two ads, or one; the traffic of the group is theirs."""
        low, high = group.share
        middle = low + (high - low) * 3 // 5
        edges = (low, middle, high) if group.ad_group_id % 2 else (low, high)
        for number, share in enumerate(pairwise(edges)):
            thing = product.capitalize()
            headlines = (f"{thing} for every day", f"Our best {product}", f"New {product} are in")
            if number:
                headlines = (f"{thing} on sale", f"Save on {product}", f"Last {product} in stock")
            ad = Ad(
                ad_id=self._id(),
                ad_group_id=group.ad_group_id,
                status="PAUSED" if number else "ENABLED",
                headlines=tuple(map(AdText, headlines)),
                descriptions=(
                    AdText(f"Find {product} that fit you, delivered within two days."),
                    AdText("Free returns for thirty days."),
                ),
                final_urls=(f"https://www.{self._domain}/{product}",),
                path1=product[:15],
                share=share,
            )
            self._account.ads[group.ad_group_id, ad.ad_id] = ad

    def _labels(self) -> None:
        ids = []
        for name, color in _LABELS:
            label = Label(self._id(), name, color, f"Campaigns: {name.lower()}")
            self._account.labels[label.label_id] = label
            ids.append(label.label_id)
        live = [c.campaign_id for c in self._account.campaigns.values() if c.status != "REMOVED"]
        pairs = [(campaign, ids[n % 2]) for n, campaign in enumerate(live[:4])]
        self._account.campaign_labels = frozenset(pairs)

    def _negatives(self) -> None:
        searching = [
            c.campaign_id
            for c in self._account.campaigns.values()
            if c.channel == "SEARCH" and c.status != "REMOVED"
        ]
        for campaign_id in searching[:2]:
            for text, match_type in _NEGATIVES:
                one = NegativeKeyword(self._id(), campaign_id, text, match_type)
                self._account.negative_keywords[campaign_id, one.criterion_id] = one
        groups = [g for g in self._account.ad_groups.values() if g.campaign_id in searching[:1]]
        for group in groups[:1]:
            keyword = Keyword(
                self._id(),
                group.ad_group_id,
                "repair",
                "BROAD",
                "ENABLED",
                None,
                NONE,
                negative=True,
            )
            self._account.keywords[group.ad_group_id, keyword.criterion_id] = keyword

    def _campaign_to_come(self, product: str) -> None:
        total = 9_000 * _UNIT * self._unit
        budget = Budget(
            self._id(), "Launch total", 0, period="CUSTOM_PERIOD", total_amount_micros=total
        )
        self._account.budgets[budget.budget_id] = budget
        start = self._today + _STARTS_IN
        campaign = Campaign(
            campaign_id=self._id(),
            name=f"Launch {product} | Search",
            status="PAUSED",
            channel="SEARCH",
            bidding_strategy="TARGET_SPEND",
            budget_id=budget.budget_id,
            start_date=start,
            last_active=None,
            pace=NO_TRAFFIC,
            noise=0,
            end_date=start + _RUNS_FOR,
        )
        self._account.campaigns[campaign.campaign_id] = campaign
