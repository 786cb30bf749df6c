"""Campaign budgets: daily averages, and totals for the time of a campaign."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Final

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.gaql.ast import LiteralKind
from wpp_mcp.google.ads.gaql.building import not_removed, one_of, select
from wpp_mcp.google.ads.resources.base import Field, ResourceAdapter
from wpp_mcp.google.ads.resources.codecs import Amount, Plain, Unwritten, Word
from wpp_mcp.google.ads.resources.thing import Thing
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.changes import Applied, Budget, Change, ResourceType, Undo

TOTAL: Final = "CUSTOM_PERIOD"
DAILY: Final = "DAILY"


class Budgets(ResourceAdapter):
    """Budgets. ``amount`` is per day, or in all where ``period`` says so: Google has two fields."""

    type: ClassVar = ResourceType.BUDGET
    label: ClassVar = "Budget"
    parameter: ClassVar = "budgetId"
    resource: ClassVar = "campaign_budget"
    operation: ClassVar = "campaign_budget_operation"
    collection: ClassVar = "campaignBudgets"
    ids: ClassVar = ("campaign_budget.id",)
    event: ClassVar = "CAMPAIGN_BUDGET"
    fields: ClassVar[Mapping[str, Field]] = {
        "name": Field("name", Plain()),
        "period": Field("period", Word(), fixed=True),
        "amount": Field("amount_micros", Amount()),
        "deliveryMethod": Field("delivery_method", Word(), fixed=True),
        "shared": Field("explicitly_shared", Plain(), fixed=True),
        "status": Field("status", Unwritten(), fixed=True),
    }
    created_loss: ClassVar = "It is removed, which is final, once no campaign spends from it."

    def values_of(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """See `ResourceAdapter`."""
        values = super().values_of(row)
        if values["period"] == TOTAL:
            values["amount"] = row.get("campaign_budget.total_amount") or None
        return values

    def path_of(self, name: str, context: Mapping[str, Any]) -> str:
        """See `ResourceAdapter`."""
        total = name == "amount" and context.get("period") == TOTAL
        return "total_amount_micros" if total else super().path_of(name, context)

    def context_of(self, names: Iterable[str]) -> Sequence[str]:
        """See `ResourceAdapter`."""
        return ("period",) if "amount" in names else ()

    def spends(self, budget: Budget | None, after: Mapping[str, Any]) -> Budget | None:
        """See `ResourceAdapter`: what may be spent once it is changed."""
        return replace(budget, amount=after["amount"]) if budget and "amount" in after else budget

    def new(
        self, account: AccountRef, temporary: str, after: Mapping[str, Any], name: str = ""
    ) -> Change:
        """See `ResourceAdapter`."""
        change = super().new(account, temporary, after, name)
        total = after.get("period") == TOTAL
        return replace(change, budget=Budget(id=temporary, amount=after["amount"], total=total))

    def _paths(self) -> Iterable[str]:
        return (*super()._paths(), "campaign_budget.total_amount_micros")

    def _undo_update(self, change: Change, now: datetime) -> Undo:
        undo = super()._undo_update(change, now)
        if undo.change is None:
            return undo
        budget = self.spends(change.budget, change.before)
        return replace(undo, change=replace(undo.change, budget=budget))

    def _undo_create(self, change: Change, applied: Applied) -> Undo:
        undo = super()._undo_create(change, applied)
        if undo.change is None or change.budget is None:
            return undo
        budget = replace(change.budget, id=applied.id or "")
        return replace(undo, change=replace(undo.change, budget=budget))


BUDGETS: Final = Budgets()


def behind(ads: GoogleAds, found: Mapping[str, Thing]) -> dict[str, Budget]:
    """Return what may be spent from budgets that were read, with all campaigns that share them.

    Raises
    ------
    WppError
        A ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
    """
    if not found:
        return {}
    conditions = [
        one_of("campaign_budget.id", sorted(found), LiteralKind.NUMBER),
        not_removed("campaign.status"),
    ]
    fields = ("campaign_budget.id", "campaign.id", "campaign.name")
    rows = ads.search(select(fields, "campaign", conditions)).rows
    return {
        budget_id: Budget(
            id=budget_id,
            amount=thing.values["amount"] or Decimal(0),
            total=thing.values["period"] == TOTAL,
            shared_by=tuple(
                str(row["campaign.name"])
                for row in sorted(rows, key=lambda row: int(row["campaign.id"]))
                if str(row["campaign_budget.id"]) == budget_id
            ),
        )
        for budget_id, thing in found.items()
    }
