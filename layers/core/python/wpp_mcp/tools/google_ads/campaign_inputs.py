"""What a new Search campaign is made of."""

from datetime import date
from typing import Any, Final, Literal, Self

from pydantic import Field, model_validator

from wpp_mcp.tools.google_ads.changing import Name, amount_in
from wpp_mcp.tools.google_ads.targets import TargetRoas
from wpp_mcp.tools.inputs import Money, ToolInput

_STRATEGIES: Final = {
    "MANUAL_CPC": "MANUAL_CPC",
    "MAXIMIZE_CLICKS": "TARGET_SPEND",
    "MAXIMIZE_CONVERSIONS": "MAXIMIZE_CONVERSIONS",
    "MAXIMIZE_CONVERSION_VALUE": "MAXIMIZE_CONVERSION_VALUE",
}
"""As people know them, and as the API calls them."""
_TARGET_OF: Final = {
    "max_cpc": "MAXIMIZE_CLICKS",
    "target_cpa": "MAXIMIZE_CONVERSIONS",
    "target_roas": "MAXIMIZE_CONVERSION_VALUE",
}
_EU: Final = {
    True: "CONTAINS_EU_POLITICAL_ADVERTISING",
    False: "DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING",
}


class SearchCampaign(ToolInput):
    """Settings of a new Search campaign."""

    name: Name = Field(examples=["Spring boots | Search"])
    bidding: Literal[
        "MANUAL_CPC", "MAXIMIZE_CLICKS", "MAXIMIZE_CONVERSIONS", "MAXIMIZE_CONVERSION_VALUE"
    ] = Field(examples=["MAXIMIZE_CONVERSIONS"])
    max_cpc: Money | None = Field(
        default=None, description="With MAXIMIZE_CLICKS: the most to pay for a click."
    )
    target_cpa: Money | None = Field(
        default=None, description="With MAXIMIZE_CONVERSIONS: the target cost per conversion."
    )
    target_roas: TargetRoas | None = Field(
        default=None,
        description="With MAXIMIZE_CONVERSION_VALUE: value for each unit of money, 3.5 is 350 %.",
    )
    start_date: date | None = Field(
        default=None, description="First day, ISO 8601. Without it: the day it is created."
    )
    end_date: date | None = Field(default=None, description="Last day, included, ISO 8601.")
    search_network: bool = Field(default=False, description="Search partners beside Google.")
    content_network: bool = Field(default=False, description="The Display Network too.")
    contains_eu_political_advertising: bool = Field(
        description="Declaration that EU law asks for (Regulation 2024/900). Ask the person."
    )

    @model_validator(mode="after")
    def _that_fits(self) -> Self:
        for name, bidding in _TARGET_OF.items():
            if getattr(self, name) is not None and self.bidding != bidding:
                raise ValueError(f"{type(self).model_fields[name].alias} goes with {bidding} only")
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise ValueError("endDate is before startDate")
        return self

    @property
    def strategy(self) -> str:
        """How it bids, as the API calls it."""
        return _STRATEGIES[self.bidding]

    def values(self, budget_id: str, currency: str, within: str = "") -> dict[str, Any]:
        """Return the fields of the campaign, paused, on a budget that may have a temporary id.

        Parameters
        ----------
        within
            What stands before the names of parameters, where this is a part of them.

        Raises
        ------
        WppError
            ``INVALID_REQUEST``: an amount that cannot be paid in the currency.
        """
        return {
            "name": self.name,
            "status": "PAUSED",
            "channel": "SEARCH",
            "budgetId": budget_id,
            "startDate": self.start_date.isoformat() if self.start_date else None,
            "endDate": self.end_date.isoformat() if self.end_date else None,
            "googleSearch": True,
            "searchNetwork": self.search_network,
            "contentNetwork": self.content_network,
            "euPoliticalAdvertising": _EU[self.contains_eu_political_advertising],
            **self._bidding(currency, within),
        }

    def _bidding(self, currency: str, within: str) -> dict[str, Any]:
        bidding: dict[str, Any] = {"biddingStrategy": self.strategy}
        if self.max_cpc is not None:
            bidding["cpcBidCeiling"] = amount_in(currency, self.max_cpc, f"{within}maxCpc")
        if self.target_cpa is not None:
            bidding["targetCpa"] = amount_in(currency, self.target_cpa, f"{within}targetCpa")
        if self.target_roas is not None:
            bidding["targetRoas"] = self.target_roas
        return bidding
