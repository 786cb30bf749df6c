from typing import Annotated

from pydantic import AfterValidator, Field

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import LABELS
from wpp_mcp.google.ads.resources.current import currency_of, not_taken
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.changes import Plan
from wpp_mcp.tools.google_ads.changing import plain_text
from wpp_mcp.tools.inputs import CustomerId, ToolInput
from wpp_mcp.tools.registry import write_tool

_Text = Annotated[str, AfterValidator(plain_text)]


class CreateLabel(ToolInput):
    """A new label."""

    customer_id: CustomerId
    name: _Text = Field(min_length=1, max_length=80, examples=["Winter 2026"])
    description: _Text | None = Field(default=None, min_length=1, max_length=200)
    color: str | None = Field(
        default=None, pattern=r"^#[0-9A-Fa-f]{6}$", description="#RRGGBB", examples=["#0B8043"]
    )


@write_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Create a label")
def create_label(ads: GoogleAds, request: CreateLabel) -> Plan:
    """Preview a new label, with which campaigns can be marked.

    Use it before apply_label_to_campaign. It changes nothing that people see or that is spent.
    """
    after = {
        "name": request.name,
        "color": request.color,
        "description": request.description,
    }
    not_taken(ads, LABELS, after, "name")
    return Plan(changes=[LABELS.new(ads.account, "-1", after)], currency=currency_of(ads))
