from datetime import date
from typing import Any, Final, Self

from pydantic import Field, model_validator

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import CAMPAIGNS
from wpp_mcp.google.ads.resources.campaigns import TARGETS
from wpp_mcp.google.ads.resources.current import current, not_anothers
from wpp_mcp.google.ads.resources.thing import Thing, refused
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads.changing import Name, ResourceId, amount_in
from wpp_mcp.tools.google_ads.targets import TargetRoas
from wpp_mcp.tools.inputs import CustomerId, Money, ToolInput
from wpp_mcp.tools.registry import write_tool

_CHANGEABLE: Final = (
    "name, startDate, endDate, noEndDate, googleSearch, searchNetwork, contentNetwork, targetCpa"
    " or targetRoas"
)
_NETWORKS: Final = ("google_search", "search_network", "content_network")
_DAYS: Final = frozenset({"start_date", "end_date", "no_end_date"})
"""With these a campaign runs earlier, longer or again, and its budget is spent."""


class UpdateCampaign(ToolInput):
    """What to change of a campaign; what is not given stays as it is."""

    customer_id: CustomerId
    campaign_id: ResourceId = Field(description="From list_campaigns.")
    name: Name | None = Field(default=None, examples=["Spring boots | Search"])
    start_date: date | None = Field(
        default=None, description="New first day, ISO 8601; only before the campaign has started."
    )
    end_date: date | None = Field(default=None, description="New last day, included, ISO 8601.")
    no_end_date: bool = Field(default=False, description="Let it run without a last day.")
    google_search: bool | None = Field(default=None, description="Show ads on Google Search.")
    search_network: bool | None = Field(default=None, description="And on search partners.")
    content_network: bool | None = Field(default=None, description="And on the Display Network.")
    target_cpa: Money | None = Field(
        default=None,
        description="New target cost per conversion, where the bidding strategy has one.",
    )
    target_roas: TargetRoas | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        names = set(type(self).model_fields) - {"customer_id", "campaign_id", "no_end_date"}
        if not self.no_end_date and all(getattr(self, name) is None for name in names):
            raise ValueError(f"say what to change: {_CHANGEABLE}")
        if self.no_end_date and self.end_date is not None:
            raise ValueError("give endDate or noEndDate")
        return self


@write_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Update a campaign")
def update_campaign(ads: GoogleAds, request: UpdateCampaign) -> Plan:
    """Preview a change of a campaign's name, days, networks or bidding target.

    Use it for settings of one campaign. To pause or enable: update_campaign_status; for money per
    day: update_budget. The bidding strategy itself stays as it is.
    """
    by_days = any(getattr(request, name) for name in _DAYS)
    (campaign,) = current(ads, CAMPAIGNS, [request.campaign_id], with_budgets=by_days)
    if request.name is not None:
        not_anothers(ads, campaign, request.name)
    after = _named(request) | _targets(campaign, request)
    first = after.get("startDate", campaign.values["startDate"])
    last = after.get("endDate", campaign.values["endDate"])
    if first and last and last[:10] < first[:10]:
        raise refused("endDate", f"it is before the first day, {first[:10]}")
    return Plan(changes=[campaign.change(after)], currency=campaign.currency)


def _named(request: UpdateCampaign) -> dict[str, Any]:
    after: dict[str, Any] = {}
    if request.name is not None:
        after["name"] = request.name
    if request.start_date is not None:
        after["startDate"] = request.start_date.isoformat()
    if request.end_date is not None or request.no_end_date:
        after["endDate"] = request.end_date.isoformat() if request.end_date else None
    fields = type(request).model_fields
    for name in _NETWORKS:
        value = getattr(request, name)
        if value is not None:
            after[str(fields[name].alias)] = value
    return after


def _targets(campaign: Thing, request: UpdateCampaign) -> dict[str, Any]:
    after: dict[str, Any] = {}
    if request.target_cpa is not None:
        after["targetCpa"] = amount_in(campaign.currency, request.target_cpa, "targetCpa")
    if request.target_roas is not None:
        after["targetRoas"] = request.target_roas
    for name in after:
        strategy = campaign.values["biddingStrategy"]
        if campaign.values["portfolioStrategy"]:
            shared = "bids by a strategy that several campaigns share"
            raise refused(name, f"{campaign.called} {shared}: it cannot be changed here")
        if strategy not in TARGETS[name]:
            raise refused(name, f"{campaign.called} bids by {strategy}, which has no such target")
    return after
