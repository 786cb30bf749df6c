from typing import Any, Literal, Self

from pydantic import Field, model_validator

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import AD_GROUPS
from wpp_mcp.google.ads.resources.current import current, not_anothers
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads import bids
from wpp_mcp.tools.google_ads.changing import Name, ResourceId, amount_in
from wpp_mcp.tools.inputs import CustomerId, Money, ToolInput
from wpp_mcp.tools.registry import write_tool


class UpdateAdGroup(ToolInput):
    """What to change of an ad group; what is not given stays as it is."""

    customer_id: CustomerId
    ad_group_id: ResourceId = Field(description="From search_google_ads on ad_group.")
    name: Name | None = Field(default=None, examples=["Hiking boots"])
    status: Literal["ENABLED", "PAUSED"] | None = Field(
        default=None, description="Start or stop the delivery of its ads."
    )
    cpc_bid: Money | None = Field(
        default=None,
        description="Most to pay for a click, in the account's currency, for keywords without a"
        " bid of their own.",
        examples=[1.25],
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.name is None and self.status is None and self.cpc_bid is None:
            raise ValueError("say what to change: name, status or cpcBid")
        return self


@write_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Update an ad group")
def update_ad_group(ads: GoogleAds, request: UpdateAdGroup) -> Plan:
    """Preview a change of an ad group's name, status or bid.

    Nothing changes before a person agrees. Use it for one ad group. Not for bids of single
    keywords (set_keyword_bid), nor for a whole campaign (update_campaign_status).
    """
    (group,) = current(ads, AD_GROUPS, [request.ad_group_id])
    after: dict[str, Any] = {}
    if request.name is not None:
        after["name"] = request.name
        not_anothers(ads, group, request.name)
    if request.status is not None:
        after["status"] = request.status
    warnings: list[str] = []
    if request.cpc_bid is not None:
        after["cpcBid"] = amount_in(group.currency, request.cpc_bid, "cpcBid")
        warnings = bids.unused_in(ads, [group])
    return Plan(changes=[group.change(after)], currency=group.currency, warnings=tuple(warnings))
