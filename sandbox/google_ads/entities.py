"""What each resource has rows for: its messages, and the traffic that belongs to it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from sandbox.google_ads.messages import Messages
from sandbox.world import AdGroup, AdsAccount, Campaign, SearchTerm, World
from sandbox.world.records import WHOLE, Share

Parts = Sequence[tuple[Campaign, Share]]
CHANGES_SHOW_AFTER: Final = timedelta(minutes=3)
"""How far Google's change history is behind."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One row to be, before segments: resource messages by name, and whose traffic it counts."""

    messages: dict[str, Any]
    parts: Parts = ()


class Account:
    """One account as resource messages, each made at most once.

    What is written to the account later does not show: a read sees one moment.

    Parameters
    ----------
    world
        Where the accounts below a manager account are found.
    now
        Aware UTC; changes show with a delay.
    """

    def __init__(self, world: World, account: AdsAccount, now: datetime) -> None:
        self._world = world
        with world.lock:
            self._account = replace(account)
        self._now = now
        self._write = Messages(self._account)

    def entities(self, resource: str) -> Iterator[Entity]:
        """Return what the resource has rows for."""
        sources: dict[str, Callable[[], Iterator[Entity]]] = {
            "customer": self._of_customer,
            "campaign": self._of_campaigns,
            "campaign_budget": self._of_budgets,
            "ad_group": self._of_ad_groups,
            "ad_group_criterion": self._of_criteria,
            "keyword_view": self._of_keywords,
            "search_term_view": self._of_search_terms,
            "customer_client": self._of_customer_clients,
            "ad_group_ad": self._of_ads,
            "label": self._of_labels,
            "campaign_label": self._of_campaign_labels,
            "campaign_criterion": self._of_negative_keywords,
            "change_event": self._of_changes,
        }
        return sources[resource]()

    def _of_customer(self) -> Iterator[Entity]:
        parts = [(campaign, WHOLE) for campaign in self._account.campaigns.values()]
        yield Entity({"customer": self._customer}, parts)

    def _of_campaigns(self) -> Iterator[Entity]:
        for campaign in self._account.campaigns.values():
            messages = self._with_campaign(campaign.campaign_id)
            messages["campaign_budget"] = self._budgets[campaign.budget_id]
            yield Entity(messages, [(campaign, WHOLE)])

    def _of_budgets(self) -> Iterator[Entity]:
        for budget_id, message in self._budgets.items():
            spenders = [c for c in self._account.campaigns.values() if c.budget_id == budget_id]
            messages = {"customer": self._customer, "campaign_budget": message}
            yield Entity(messages, [(campaign, WHOLE) for campaign in spenders])

    def _of_ad_groups(self) -> Iterator[Entity]:
        for group in self._account.ad_groups.values():
            yield Entity(self._around(group), [(self._campaign_of(group), group.share)])

    def _of_criteria(self) -> Iterator[Entity]:
        for keyword in self._account.keywords.values():
            group = self._account.ad_groups[keyword.ad_group_id]
            messages = self._around(group)
            messages["ad_group_criterion"] = self._write.keyword(keyword)
            yield Entity(messages, [(self._campaign_of(group), keyword.share)])

    def _of_keywords(self) -> Iterator[Entity]:
        for entity in self._of_criteria():
            criterion = entity.messages["ad_group_criterion"]
            if not criterion.negative:
                name = criterion.resource_name.rpartition("/")[2]
                view = self._write.empty("keyword_view", f"keywordViews/{name}")
                yield Entity({**entity.messages, "keyword_view": view}, entity.parts)

    def _of_search_terms(self) -> Iterator[Entity]:
        alike: dict[tuple[int, str], list[SearchTerm]] = {}
        for term in self._account.search_terms:
            alike.setdefault((term.ad_group_id, term.text), []).append(term)
        for (ad_group_id, _), terms in alike.items():
            group = self._account.ad_groups[ad_group_id]
            messages = self._around(group)
            messages["search_term_view"] = self._write.search_term(terms[0], group)
            campaign = self._campaign_of(group)
            yield Entity(messages, [(campaign, term.share) for term in terms])

    def _of_customer_clients(self) -> Iterator[Entity]:
        below = [self._account]
        if self._account.manager:
            below += self._world.client_accounts
        for client in below:
            message = self._write.customer_client(client)
            yield Entity({"customer": self._customer, "customer_client": message})

    def _of_ads(self) -> Iterator[Entity]:
        for ad in self._account.ads.values():
            group = self._account.ad_groups[ad.ad_group_id]
            messages = {**self._around(group), "ad_group_ad": self._write.ad(ad)}
            yield Entity(messages, [(self._campaign_of(group), ad.share)])

    def _of_labels(self) -> Iterator[Entity]:
        for message in self._labels.values():
            yield Entity({"customer": self._customer, "label": message})

    def _of_campaign_labels(self) -> Iterator[Entity]:
        for campaign_id, label_id in sorted(self._account.campaign_labels):
            messages = self._with_campaign(campaign_id)
            messages["label"] = self._labels[label_id]
            messages["campaign_label"] = self._write.campaign_label(campaign_id, label_id)
            yield Entity(messages)

    def _of_negative_keywords(self) -> Iterator[Entity]:
        for keyword in self._account.negative_keywords.values():
            messages = self._with_campaign(keyword.campaign_id)
            messages["campaign_criterion"] = self._write.negative_keyword(keyword)
            yield Entity(messages)

    def _of_changes(self) -> Iterator[Entity]:
        for change in self._account.changes:
            if change.at + CHANGES_SHOW_AFTER <= self._now:
                message = self._write.change(change)
                yield Entity({"customer": self._customer, "change_event": message})

    def _with_campaign(self, campaign_id: int) -> dict[str, Any]:
        return {"customer": self._customer, "campaign": self._campaigns[campaign_id]}

    def _around(self, group: AdGroup) -> dict[str, Any]:
        message = self._ad_groups[group.ad_group_id]
        return {**self._with_campaign(group.campaign_id), "ad_group": message}

    def _campaign_of(self, group: AdGroup) -> Campaign:
        return self._account.campaigns[group.campaign_id]

    @cached_property
    def _customer(self) -> Any:
        return self._write.customer()

    @cached_property
    def _campaigns(self) -> dict[int, Any]:
        write = self._write.campaign
        return {key: write(value) for key, value in self._account.campaigns.items()}

    @cached_property
    def _budgets(self) -> dict[int, Any]:
        write = self._write.budget
        return {key: write(value) for key, value in self._account.budgets.items()}

    @cached_property
    def _ad_groups(self) -> dict[int, Any]:
        write = self._write.ad_group
        return {key: write(value) for key, value in self._account.ad_groups.items()}

    @cached_property
    def _labels(self) -> dict[int, Any]:
        return {key: self._write.label(value) for key, value in self._account.labels.items()}
