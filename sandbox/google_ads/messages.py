"""Records of the world as Google's resource messages (protobuf)."""

import base64
import hashlib
from typing import Any, Final
from zoneinfo import ZoneInfo

from sandbox.google_ads.catalogue import ROW
from sandbox.world import (
    Ad,
    AdGroup,
    AdsAccount,
    AdText,
    Budget,
    Campaign,
    Change,
    Keyword,
    Label,
    NegativeKeyword,
    SearchTerm,
)

_LONGEST_NAMED_TERM: Final = 1_000
_SERVING: Final = {"ENABLED": "SERVING", "PAUSED": "SUSPENDED", "REMOVED": "ENDED"}


class Messages:
    """Writes the records of one account as messages."""

    def __init__(self, account: AdsAccount) -> None:
        self._account = account
        self._root = f"customers/{account.customer_id}"

    def empty(self, resource: str, name: str) -> Any:
        """Return a resource's message with nothing but its name."""
        message = getattr(ROW(), resource).__class__()
        message.resource_name = f"{self._root}/{name}" if name else self._root
        return message

    def customer(self) -> Any:
        """Return the account itself."""
        message = self.empty("customer", "")
        message.id = int(self._account.customer_id)
        message.descriptive_name = self._account.name
        message.currency_code = self._account.currency
        message.time_zone = self._account.time_zone
        message.manager = self._account.manager
        message.test_account = False
        message.auto_tagging_enabled = True
        set_enum(message, "status", "ENABLED")
        return message

    def campaign(self, campaign: Campaign) -> Any:
        """Return one campaign."""
        message = self.empty("campaign", f"campaigns/{campaign.campaign_id}")
        message.id = campaign.campaign_id
        message.name = campaign.name
        message.start_date_time = f"{campaign.start_date.isoformat()} 00:00:00"
        if campaign.end_date is not None:
            message.end_date_time = f"{campaign.end_date.isoformat()} 23:59:59"
        message.campaign_budget = f"{self._root}/campaignBudgets/{campaign.budget_id}"
        labels = sorted(b for a, b in self._account.campaign_labels if a == campaign.campaign_id)
        message.labels.extend(f"{self._root}/labels/{label}" for label in labels)
        set_enum(message, "status", campaign.status)
        set_enum(message, "serving_status", _SERVING[campaign.status])
        set_enum(message, "advertising_channel_type", campaign.channel)
        set_enum(message, "contains_eu_political_advertising", campaign.eu_political)
        networks = message.network_settings
        networks.target_google_search = campaign.networks.google_search
        networks.target_search_network = campaign.networks.search
        networks.target_content_network = campaign.networks.content
        networks.target_partner_search_network = campaign.networks.partner_search
        _write_bidding(message, campaign)
        return message

    def budget(self, budget: Budget) -> Any:
        """Return one budget."""
        message = self.empty("campaign_budget", f"campaignBudgets/{budget.budget_id}")
        message.id = budget.budget_id
        message.name = budget.name
        if budget.total_amount_micros is None:
            message.amount_micros = budget.amount_micros
        else:
            message.total_amount_micros = budget.total_amount_micros
        message.explicitly_shared = budget.explicitly_shared
        message.reference_count = sum(
            campaign.budget_id == budget.budget_id and campaign.status != "REMOVED"
            for campaign in self._account.campaigns.values()
        )
        set_enum(message, "status", budget.status)
        set_enum(message, "delivery_method", budget.delivery_method)
        set_enum(message, "period", budget.period)
        set_enum(message, "type_", "STANDARD")
        return message

    def ad_group(self, group: AdGroup) -> Any:
        """Return one ad group."""
        message = self.empty("ad_group", f"adGroups/{group.ad_group_id}")
        message.id = group.ad_group_id
        message.name = group.name
        message.campaign = f"{self._root}/campaigns/{group.campaign_id}"
        message.cpc_bid_micros = group.cpc_bid_micros
        message.effective_cpc_bid_micros = group.cpc_bid_micros
        set_enum(message, "status", group.status)
        set_enum(message, "type_", group.type)
        return message

    def keyword(self, keyword: Keyword) -> Any:
        """Return one keyword of an ad group."""
        name = f"adGroupCriteria/{keyword.ad_group_id}~{keyword.criterion_id}"
        message = self.empty("ad_group_criterion", name)
        message.criterion_id = keyword.criterion_id
        message.ad_group = f"{self._root}/adGroups/{keyword.ad_group_id}"
        message.negative = keyword.negative
        _write_keyword(message, keyword.text, keyword.match_type, keyword.status)
        message.final_urls.extend(keyword.final_urls)
        message.final_mobile_urls.extend(keyword.final_mobile_urls)
        if keyword.tracking_url_template:
            message.tracking_url_template = keyword.tracking_url_template
        if keyword.final_url_suffix:
            message.final_url_suffix = keyword.final_url_suffix
        for key, value in keyword.url_custom_parameters:
            message.url_custom_parameters.add(key=key, value=value)
        if keyword.negative:
            return message
        if keyword.cpc_bid_micros is not None:
            message.cpc_bid_micros = keyword.cpc_bid_micros
        group = self._account.ad_groups[keyword.ad_group_id]
        message.effective_cpc_bid_micros = keyword.cpc_bid_micros or group.cpc_bid_micros
        return message

    def negative_keyword(self, keyword: NegativeKeyword) -> Any:
        """Return one negative keyword of a campaign."""
        name = f"campaignCriteria/{keyword.campaign_id}~{keyword.criterion_id}"
        message = self.empty("campaign_criterion", name)
        message.criterion_id = keyword.criterion_id
        message.campaign = f"{self._root}/campaigns/{keyword.campaign_id}"
        message.negative = True
        _write_keyword(message, keyword.text, keyword.match_type, keyword.status)
        return message

    def ad(self, ad: Ad) -> Any:
        """Return one responsive search ad."""
        message = self.empty("ad_group_ad", f"adGroupAds/{ad.ad_group_id}~{ad.ad_id}")
        message.ad_group = f"{self._root}/adGroups/{ad.ad_group_id}"
        message.ad.resource_name = f"{self._root}/ads/{ad.ad_id}"
        message.ad.id = ad.ad_id
        message.ad.final_urls.extend(ad.final_urls)
        set_enum(message.ad, "type_", "RESPONSIVE_SEARCH_AD")
        set_enum(message, "status", ad.status)
        content = message.ad.responsive_search_ad
        content.path1, content.path2 = ad.path1, ad.path2
        _write_texts(content.headlines, ad.headlines)
        _write_texts(content.descriptions, ad.descriptions)
        return message

    def label(self, label: Label) -> Any:
        """Return one label."""
        message = self.empty("label", f"labels/{label.label_id}")
        message.id = label.label_id
        message.name = label.name
        message.text_label.background_color = label.color
        message.text_label.description = label.description
        set_enum(message, "status", label.status)
        return message

    def campaign_label(self, campaign_id: int, label_id: int) -> Any:
        """Return one label on one campaign."""
        message = self.empty("campaign_label", f"campaignLabels/{campaign_id}~{label_id}")
        message.campaign = f"{self._root}/campaigns/{campaign_id}"
        message.label = f"{self._root}/labels/{label_id}"
        return message

    def change(self, change: Change) -> Any:
        """Return one change; its moment is in the account's time zone."""
        seconds = int(change.at.timestamp())
        name = f"changeEvents/{seconds}{change.at.microsecond:06d}~{change.number}~0"
        message = self.empty("change_event", name)
        local = change.at.astimezone(ZoneInfo(self._account.time_zone))
        message.change_date_time = local.strftime("%Y-%m-%d %H:%M:%S.%f")
        message.change_resource_name = change.resource_name
        message.user_email = change.user_email
        message.campaign, message.ad_group = change.campaign, change.ad_group
        message.changed_fields.paths.extend(change.fields)
        set_enum(message, "change_resource_type", change.resource_type)
        set_enum(message, "client_type", change.client)
        set_enum(message, "resource_change_operation", change.operation)
        return message

    def search_term(self, term: SearchTerm, group: AdGroup) -> Any:
        """Return what somebody searched for."""
        text = term.text.encode()
        if len(text) > _LONGEST_NAMED_TERM:
            # The name of a resource does not grow with what somebody typed.
            text = hashlib.sha256(text).digest()
        encoded = base64.urlsafe_b64encode(text).decode().rstrip("=")
        name = f"searchTermViews/{group.campaign_id}~{group.ad_group_id}~{encoded}"
        message = self.empty("search_term_view", name)
        message.search_term = term.text
        message.ad_group = f"{self._root}/adGroups/{group.ad_group_id}"
        set_enum(message, "status", term.status)
        return message

    def customer_client(self, client: AdsAccount) -> Any:
        """Return an account below this one, or this one."""
        message = self.empty("customer_client", f"customerClients/{client.customer_id}")
        message.client_customer = f"customers/{client.customer_id}"
        message.id = int(client.customer_id)
        message.descriptive_name = client.name
        message.currency_code = client.currency
        message.time_zone = client.time_zone
        message.manager = client.manager
        message.level = 0 if client is self._account else 1
        message.hidden = message.test_account = False
        set_enum(message, "status", "ENABLED")
        return message


def _write_bidding(message: Any, campaign: Campaign) -> None:
    set_enum(message, "bidding_strategy_type", campaign.bidding_strategy)
    scheme = getattr(message, campaign.bidding_strategy.lower())
    scheme.SetInParent()
    bidding = campaign.bidding
    for name, value in (
        ("target_cpa_micros", bidding.target_cpa_micros),
        ("target_roas", bidding.target_roas),
        ("cpc_bid_ceiling_micros", bidding.cpc_bid_ceiling_micros),
    ):
        if value is not None:
            setattr(scheme, name, value)
    if campaign.bidding_strategy == "MANUAL_CPC":
        scheme.enhanced_cpc_enabled = bidding.enhanced_cpc


def _write_keyword(message: Any, text: str, match_type: str, status: str) -> None:
    message.display_name = message.keyword.text = text
    set_enum(message.keyword, "match_type", match_type)
    set_enum(message, "status", status)
    set_enum(message, "type_", "KEYWORD")


def _write_texts(target: Any, texts: tuple[AdText, ...]) -> None:
    for text in texts:
        written = target.add(text=text.text)
        if text.pinned:
            set_enum(written, "pinned_field", text.pinned)


def set_enum(message: Any, field: str, name: str) -> None:
    """Set an enum by name."""
    enum = message.DESCRIPTOR.fields_by_name[field].enum_type
    setattr(message, field, enum.values_by_name[name].number)
