"""What each resource has rows for: its messages, and the traffic that belongs to it."""

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sandbox.google_ads.catalogue import ROW
from sandbox.world import AdGroup, AdsAccount, Budget, Campaign, Keyword, SearchTerm, World
from sandbox.world.records import WHOLE, Share

Parts = Sequence[tuple[Campaign, Share]]
_LONGEST_NAMED_TERM: Final = 1_000


@dataclass(frozen=True, slots=True)
class Entity:
    """One row to be, before segments: resource messages by name, and whose traffic it counts."""

    messages: dict[str, Any]
    parts: Parts = ()


class Account:
    """One account as resource messages, each made at most once.

    Parameters
    ----------
    world
        Where the accounts below a manager account are found.
    """

    def __init__(self, world: World, account: AdsAccount) -> None:
        self._world = world
        self._account = account
        self._root = f"customers/{account.customer_id}"

    def entities(self, resource: str) -> Iterator[Entity]:
        """Return what the resource has rows for."""
        sources: dict[str, Callable[[], Iterator[Entity]]] = {
            "customer": self._of_customer,
            "campaign": self._of_campaigns,
            "campaign_budget": self._of_budgets,
            "ad_group": self._of_ad_groups,
            "ad_group_criterion": self._of_keywords,
            "keyword_view": self._of_keywords,
            "search_term_view": self._of_search_terms,
            "customer_client": self._of_customer_clients,
        }
        return sources[resource]()

    def _of_customer(self) -> Iterator[Entity]:
        parts = [(campaign, WHOLE) for campaign in self._account.campaigns.values()]
        yield Entity({"customer": self._customer}, parts)

    def _of_campaigns(self) -> Iterator[Entity]:
        for campaign in self._account.campaigns.values():
            messages = {
                "customer": self._customer,
                "campaign": self._campaigns[campaign.campaign_id],
                "campaign_budget": self._budgets[campaign.budget_id],
            }
            yield Entity(messages, [(campaign, WHOLE)])

    def _of_budgets(self) -> Iterator[Entity]:
        for budget_id, message in self._budgets.items():
            spenders = [c for c in self._account.campaigns.values() if c.budget_id == budget_id]
            messages = {"customer": self._customer, "campaign_budget": message}
            yield Entity(messages, [(campaign, WHOLE) for campaign in spenders])

    def _of_ad_groups(self) -> Iterator[Entity]:
        for group in self._account.ad_groups.values():
            yield Entity(self._around(group), [(self._campaign_of(group), group.share)])

    def _of_keywords(self) -> Iterator[Entity]:
        for keyword in self._account.keywords.values():
            group = self._account.ad_groups[keyword.ad_group_id]
            messages = self._around(group)
            messages["ad_group_criterion"] = self._criterion(keyword, group)
            messages["keyword_view"] = self._message(
                "keyword_view", f"keywordViews/{group.ad_group_id}~{keyword.criterion_id}"
            )
            yield Entity(messages, [(self._campaign_of(group), keyword.share)])

    def _of_search_terms(self) -> Iterator[Entity]:
        alike: dict[tuple[int, str], list[SearchTerm]] = {}
        for term in self._account.search_terms:
            alike.setdefault((term.ad_group_id, term.text), []).append(term)
        for (ad_group_id, _), terms in alike.items():
            group = self._account.ad_groups[ad_group_id]
            messages = self._around(group)
            messages["search_term_view"] = self._search_term(terms[0], group)
            campaign = self._campaign_of(group)
            yield Entity(messages, [(campaign, term.share) for term in terms])

    def _of_customer_clients(self) -> Iterator[Entity]:
        below = [self._account]
        if self._account.manager:
            below += self._world.client_accounts
        for client in below:
            message = self._message("customer_client", f"customerClients/{client.customer_id}")
            message.client_customer = f"customers/{client.customer_id}"
            message.id = int(client.customer_id)
            message.descriptive_name = client.name
            message.currency_code = client.currency
            message.time_zone = client.time_zone
            message.manager = client.manager
            message.level = 0 if client is self._account else 1
            message.hidden = message.test_account = False
            _set(message, "status", "ENABLED")
            yield Entity({"customer": self._customer, "customer_client": message})

    def _around(self, group: AdGroup) -> dict[str, Any]:
        return {
            "customer": self._customer,
            "campaign": self._campaigns[group.campaign_id],
            "ad_group": self._ad_groups[group.ad_group_id],
        }

    def _campaign_of(self, group: AdGroup) -> Campaign:
        return self._account.campaigns[group.campaign_id]

    def _message(self, resource: str, name: str) -> Any:
        message = getattr(ROW(), resource).__class__()
        message.resource_name = f"{self._root}/{name}" if name else self._root
        return message

    @cached_property
    def _customer(self) -> Any:
        message = self._message("customer", "")
        message.id = int(self._account.customer_id)
        message.descriptive_name = self._account.name
        message.currency_code = self._account.currency
        message.time_zone = self._account.time_zone
        message.manager = self._account.manager
        message.test_account = False
        message.auto_tagging_enabled = True
        _set(message, "status", "ENABLED")
        return message

    @cached_property
    def _campaigns(self) -> dict[int, Any]:
        return {key: self._campaign(value) for key, value in self._account.campaigns.items()}

    @cached_property
    def _budgets(self) -> dict[int, Any]:
        return {key: self._budget(value) for key, value in self._account.budgets.items()}

    @cached_property
    def _ad_groups(self) -> dict[int, Any]:
        return {key: self._ad_group(value) for key, value in self._account.ad_groups.items()}

    def _campaign(self, campaign: Campaign) -> Any:
        message = self._message("campaign", f"campaigns/{campaign.campaign_id}")
        message.id = campaign.campaign_id
        message.name = campaign.name
        message.start_date_time = f"{campaign.start_date.isoformat()} 00:00:00"
        message.campaign_budget = f"{self._root}/campaignBudgets/{campaign.budget_id}"
        _set(message, "status", campaign.status)
        _set(message, "serving_status", _SERVING[campaign.status])
        _set(message, "advertising_channel_type", campaign.channel)
        _set(message, "bidding_strategy_type", campaign.bidding_strategy)
        return message

    def _budget(self, budget: Budget) -> Any:
        message = self._message("campaign_budget", f"campaignBudgets/{budget.budget_id}")
        message.id = budget.budget_id
        message.name = budget.name
        message.amount_micros = budget.amount_micros
        message.explicitly_shared = budget.explicitly_shared
        message.reference_count = sum(
            campaign.budget_id == budget.budget_id and campaign.status != "REMOVED"
            for campaign in self._account.campaigns.values()
        )
        _set(message, "status", budget.status)
        _set(message, "delivery_method", budget.delivery_method)
        _set(message, "period", budget.period)
        _set(message, "type_", "STANDARD")
        return message

    def _ad_group(self, group: AdGroup) -> Any:
        message = self._message("ad_group", f"adGroups/{group.ad_group_id}")
        message.id = group.ad_group_id
        message.name = group.name
        message.campaign = f"{self._root}/campaigns/{group.campaign_id}"
        message.cpc_bid_micros = group.cpc_bid_micros
        message.effective_cpc_bid_micros = group.cpc_bid_micros
        _set(message, "status", group.status)
        _set(message, "type_", group.type)
        return message

    def _criterion(self, keyword: Keyword, group: AdGroup) -> Any:
        name = f"adGroupCriteria/{group.ad_group_id}~{keyword.criterion_id}"
        message = self._message("ad_group_criterion", name)
        message.criterion_id = keyword.criterion_id
        message.ad_group = f"{self._root}/adGroups/{group.ad_group_id}"
        message.negative = False
        message.display_name = keyword.text
        message.keyword.text = keyword.text
        _set(message.keyword, "match_type", keyword.match_type)
        if keyword.cpc_bid_micros is not None:
            message.cpc_bid_micros = keyword.cpc_bid_micros
        message.effective_cpc_bid_micros = keyword.cpc_bid_micros or group.cpc_bid_micros
        _set(message, "status", keyword.status)
        _set(message, "type_", "KEYWORD")
        return message

    def _search_term(self, term: SearchTerm, group: AdGroup) -> Any:
        text = term.text.encode()
        if len(text) > _LONGEST_NAMED_TERM:
            # The name of a resource does not grow with what somebody typed.
            text = hashlib.sha256(text).digest()
        encoded = base64.urlsafe_b64encode(text).decode().rstrip("=")
        name = f"searchTermViews/{group.campaign_id}~{group.ad_group_id}~{encoded}"
        message = self._message("search_term_view", name)
        message.search_term = term.text
        message.ad_group = f"{self._root}/adGroups/{group.ad_group_id}"
        _set(message, "status", term.status)
        return message


_SERVING: Final = {"ENABLED": "SERVING", "PAUSED": "SUSPENDED", "REMOVED": "ENDED"}


def _set(message: Any, field: str, name: str) -> None:
    """Set an enum by name."""
    enum = message.DESCRIPTOR.fields_by_name[field].enum_type
    setattr(message, field, enum.values_by_name[name].number)
