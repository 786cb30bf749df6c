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

    def budget_of(self, place: str, values: Mapping[str, Any]) -> Budget:
        """Return what may be spent from a budget with these values, which do not say by whom."""
        return Budget(
            id=place, amount=values["amount"] or Decimal(0), total=values["period"] == TOTAL
        )

    def of_campaigns(self, ads: GoogleAds, ids: Iterable[str]) -> dict[str, Budget]:
        """Return the budget of each campaign that spends from one of these, by campaign's id.

        One query, with the names of all campaigns that share each.

        Raises
        ------
        WppError
            A ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
        """
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        fields = dict.fromkeys([*self.ids, "campaign.id", "campaign.name", *self._paths()])
        conditions = [
            one_of(self.ids[0], wanted, LiteralKind.NUMBER),
            not_removed("campaign.status"),
        ]
        rows = ads.search(select(tuple(fields), "campaign", conditions)).rows
        budgets: dict[str, Budget] = {}
        for row in sorted(rows, key=lambda row: int(row["campaign.id"])):
            place = str(row[self.ids[0]])
            known = budgets.get(place) or self.budget_of(place, self.values_of(row))
            names = (*known.shared_by, str(row["campaign.name"]))
            budgets[place] = replace(known, shared_by=names)
        return {str(row["campaign.id"]): budgets[str(row[self.ids[0]])] for row in rows}

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
