"""Campaigns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wpp_mcp.google.ads.resources.base import Field, ResourceAdapter
from wpp_mcp.google.ads.resources.codecs import (
    Amount,
    Day,
    Plain,
    Ratio,
    Reference,
    Unwritten,
    Word,
)
from wpp_mcp.google.ads.rows import wire_name
from wpp_mcp.models.changes import Budget, Change, ResourceType, Undo, UndoKind

TARGETS: Final[Mapping[str, Mapping[str, str]]] = {
    "targetCpa": {
        "MAXIMIZE_CONVERSIONS": "maximize_conversions.target_cpa_micros",
        "TARGET_CPA": "target_cpa.target_cpa_micros",
    },
    "targetRoas": {
        "MAXIMIZE_CONVERSION_VALUE": "maximize_conversion_value.target_roas",
        "TARGET_ROAS": "target_roas.target_roas",
    },
    "cpcBidCeiling": {"TARGET_SPEND": "target_spend.cpc_bid_ceiling_micros"},
}
"""Which bidding strategies have which target, and where Google keeps it."""

_MESSAGES: Final = {
    "MANUAL_CPC": "manual_cpc",
    "MAXIMIZE_CONVERSIONS": "maximize_conversions",
    "MAXIMIZE_CONVERSION_VALUE": "maximize_conversion_value",
    "TARGET_SPEND": "target_spend",
}
_NETWORKS: Final = "network_settings"
_ZONE: Final = "timeZone"
"""Of the account: what day it is there decides whether a day can be set."""
_DAYS: Final = {"startDate": "first day", "endDate": "last day"}
_RUNS_BY: Final = frozenset({"status", "startDate", "endDate"})


class Campaigns(ResourceAdapter):
    """Campaigns. Targets of bidding are kept with the strategy, which goes along with them."""

    type: ClassVar = ResourceType.CAMPAIGN
    label: ClassVar = "Campaign"
    parameter: ClassVar = "campaignId"
    resource: ClassVar = "campaign"
    operation: ClassVar = "campaign_operation"
    collection: ClassVar = "campaigns"
    ids: ClassVar = ("campaign.id",)
    event: ClassVar = "CAMPAIGN"
    holds_others: ClassVar = True
    fields: ClassVar[Mapping[str, Field]] = {
        "name": Field("name", Plain()),
        "status": Field("status", Word()),
        "channel": Field("advertising_channel_type", Word(), fixed=True),
        "budgetId": Field(
            "campaign_budget", Reference("campaignBudgets"), read="campaign_budget.id"
        ),
        "biddingStrategy": Field("bidding_strategy_type", Unwritten(), fixed=True),
        "portfolioStrategy": Field("bidding_strategy", Unwritten(), fixed=True),
        **{
            name: Field(next(iter(paths.values())), Ratio() if name == "targetRoas" else Amount())
            for name, paths in TARGETS.items()
        },
        "startDate": Field("start_date_time", Day("00:00:00")),
        "endDate": Field("end_date_time", Day("23:59:59")),
        _ZONE: Field(_ZONE, Unwritten(), read="customer.time_zone", fixed=True),
        "googleSearch": Field(f"{_NETWORKS}.target_google_search", Plain()),
        "searchNetwork": Field(f"{_NETWORKS}.target_search_network", Plain()),
        "contentNetwork": Field(f"{_NETWORKS}.target_content_network", Plain()),
        "partnerSearchNetwork": Field(f"{_NETWORKS}.target_partner_search_network", Plain()),
        "euPoliticalAdvertising": Field("contains_eu_political_advertising", Word(), fixed=True),
    }

    def values_of(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """See `ResourceAdapter`."""
        values = super().values_of(row)
        for name, paths in TARGETS.items():
            path = paths.get(values["biddingStrategy"])
            found = row.get(wire_name(f"campaign.{path}")) if path else None
            values[name] = self.fields[name].codec.plain(found)
        return values

    def path_of(self, name: str, context: Mapping[str, Any]) -> str:
        """See `ResourceAdapter`."""
        if name not in TARGETS:
            return super().path_of(name, context)
        path = TARGETS[name].get(str(context.get("biddingStrategy")))
        if path is None:
            raise ValueError(f"{name}: the bidding strategy has no such target")
        return path

    def context_of(self, names: Iterable[str]) -> Sequence[str]:
        """See `ResourceAdapter`."""
        given = set(names)
        strategy = ("biddingStrategy",) if given & set(TARGETS) else ()
        return (*strategy, _ZONE) if given & set(_DAYS) else strategy

    def spends(self, budget: Budget | None, after: Mapping[str, Any]) -> Budget | None:
        """See `ResourceAdapter`: what is spent while it is enabled and its days are not over."""
        return budget if _RUNS_BY & set(after) else None

    def finish(self, message: Any, after: Mapping[str, Any]) -> None:
        """See `ResourceAdapter`: a strategy without a target is an empty message."""
        getattr(message, _MESSAGES[after["biddingStrategy"]]).SetInParent()

    def _paths(self) -> Iterable[str]:
        targets = (f"campaign.{path}" for paths in TARGETS.values() for path in paths.values())
        return (*super()._paths(), *targets)

    def _undo_update(self, change: Change, now: datetime) -> Undo:
        undo = super()._undo_update(change, now)
        if undo.change is None:
            return undo
        zone = change.before.get(_ZONE)
        days = {n: d for n in _DAYS if n in change.fields and (d := change.before.get(n))}
        gone = {name for name, day in days.items() if _is_past(day, zone, now)}
        losses = [_loss(name, day, passed=name in gone) for name, day in days.items()]
        if not losses:
            return undo
        back = replace(
            undo.change,
            before={n: v for n, v in undo.change.before.items() if n not in gone},
            after={n: v for n, v in undo.change.after.items() if n not in gone},
        )
        if not back.fields:
            return Undo(kind=UndoKind.NONE, loss=" ".join(losses))
        return Undo(kind=UndoKind.COMPENSATING, change=back, loss=" ".join(losses))


def _loss(name: str, day: str, *, passed: bool) -> str:
    if passed:
        return f"Its {_DAYS[name]}, {day[:10]}, has passed: it cannot be set again."
    return f"A {_DAYS[name]} that has passed by then cannot be set again."


def _is_past(day: str, zone: str | None, now: datetime) -> bool:
    """Whether a day is over in the account; where its zone is not known Google has to say so."""
    try:
        today = now.astimezone(ZoneInfo(zone or ""))
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return day[:10] < today.date().isoformat()


CAMPAIGNS: Final = Campaigns()
