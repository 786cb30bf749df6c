"""What a change means in money, told from the change alone (product.md §6).

An amount per day is an average: Google may spend twice that on a day, and at most 30.4 times that
in a month (https://support.google.com/google-ads/answer/6385083).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.changes import Budget, Change, Locator, ResourceType, Verb
from wpp_mcp.operations.delivery import deliveries
from wpp_mcp.operations.money_effect import (
    BUDGETS,
    MoneyEffect,
    MoneyKind,
    MoneyTotal,
    decimal_of,
    per_day,
)

DAILY: Final = (
    "A daily budget is an average: Google may spend twice as much on a day, and at most"
    " 30.4 times as much in a month."
)
TOTAL: Final = (
    "This is a total budget for the campaign's whole time, not a daily one. Per day it is counted"
    " as a 30.4th part; Google may spend it faster."
)
_FIELDS: Final = {
    "cpcBid": MoneyKind.BID,
    "cpcBidCeiling": MoneyKind.BID,
    "targetCpa": MoneyKind.TARGET_CPA,
    "targetRoas": MoneyKind.TARGET_ROAS,
}
AMOUNT: Final = "amount"


def effects(changes: Iterable[Change], currency: str | None) -> tuple[MoneyEffect, ...]:
    """Return what changes mean in money, in their order.

    Raises
    ------
    WppError
        ``INTERNAL``: a plan with amounts does not name their currency, or an amount is no number.
        No amount is guessed.
    """
    found = [_Amounts(change, currency) for change in changes]
    return tuple(effect for one in found for effect in one.effects())


def total(found: Iterable[MoneyEffect], currency: str) -> MoneyTotal:
    """Return the sum of effects."""
    by_budget: dict[str, list[MoneyEffect]] = {}
    for effect in found:
        if effect.budget_key and effect.per_day is not None:
            by_budget.setdefault(effect.budget_key, []).append(effect)
    each = [_of_one_budget(group) for group in by_budget.values()]
    return MoneyTotal(
        per_day=sum(each, Decimal(0)),
        risen=sum((amount for amount in each if amount > 0), Decimal(0)),
        currency=currency,
    )


def sentences(found: Sequence[MoneyEffect]) -> tuple[str, ...]:
    """Return what has to be said beside the amounts: what "daily" and "total" mean."""
    kinds = {effect.kind for effect in found}
    said = [DAILY] if kinds & {MoneyKind.DAILY_BUDGET, MoneyKind.DELIVERY} else []
    return (*said, *([TOTAL] if MoneyKind.TOTAL_BUDGET in kinds else []))


@dataclass(frozen=True, slots=True)
class _Amounts:
    change: Change
    currency: str | None

    def effects(self) -> Iterator[MoneyEffect]:
        change = self.change
        if change.verb in (Verb.CREATE, Verb.UPDATE):
            for field in change.fields:
                kind = kind_of(change, field)
                if kind is not None:
                    yield self._amount(field, kind)
        for field, started in deliveries(change).items():
            yield self._delivery(field, started=started)

    def _amount(self, field: str, kind: MoneyKind) -> MoneyEffect:
        before, after = (_given(side, field) for side in (self.change.before, self.change.after))
        inherited = self.change.inherited if before is None else None
        held = None if inherited is None else _given(inherited.values, field)
        difference = None
        if kind in BUDGETS:
            is_total = kind is MoneyKind.TOTAL_BUDGET
            difference = per_day(after or Decimal(0), is_total=is_total)
            difference -= per_day(before or Decimal(0), is_total=is_total)
        return self._effect(
            kind=kind,
            field=field,
            before=before if held is None else held,
            after=after,
            per_day=difference,
            budget_key=self.change.locator.key if kind in BUDGETS else "",
            inherited_key=f"{inherited.parent.key}#{field}" if inherited and held else "",
        )

    def _delivery(self, field: str, *, started: bool) -> MoneyEffect:
        """Return the effect of spending that starts or stops.

        A campaign that is paused leaves its budget to those that share it: nothing is saved.
        """
        budget = self.change.budget
        amount = None if budget is None else decimal_of(budget.amount)
        difference = None
        if budget is not None and amount is not None:
            daily = per_day(amount, is_total=budget.total)
            difference = daily if started else Decimal(0) if _is_shared(budget) else -daily
        return self._effect(
            kind=MoneyKind.DELIVERY,
            field=field,
            before=None if started else amount or Decimal(0),
            after=amount or Decimal(0) if started else None,
            per_day=difference,
            budget_key=self._budget_key(budget),
        )

    def _budget_key(self, budget: Budget | None) -> str:
        if budget is None:
            return ""
        return Locator(self.change.locator.account, ResourceType.BUDGET, budget.id).key

    def _effect(self, *, field: str, **values: Any) -> MoneyEffect:
        if self.currency is None and (values["before"] or values["after"]):
            raise WppError(ErrorCode.INTERNAL, reason="a plan with amounts names no currency")
        place = self.change.locator
        key, name = f"{place.key}#{field}", place.name or place.id
        remembered = self.change.verb is Verb.UPDATE and values["kind"] is not MoneyKind.DELIVERY
        return MoneyEffect(
            key=key,
            name=name,
            field=field,
            currency=self.currency,
            remembered=remembered,
            **values,
        )


def kind_of(change: Change, field: str) -> MoneyKind | None:
    """Return what amount a field of a change is; ``None`` for what is no amount."""
    if field == AMOUNT and change.locator.type is ResourceType.BUDGET:
        is_total = change.budget is not None and change.budget.total
        return MoneyKind.TOTAL_BUDGET if is_total else MoneyKind.DAILY_BUDGET
    return _FIELDS.get(field)


def _of_one_budget(group: Sequence[MoneyEffect]) -> Decimal:
    """Return what changes per day for one budget that several changes name.

    Raised and let loose at once, all of it is new spending: as much as the larger of both says.
    """
    changed = [e for e in group if e.kind in BUDGETS]
    loose = [e for e in group if e.kind is MoneyKind.DELIVERY and e.rises]
    if loose:
        amounts = [e.per_day for e in loose if e.per_day is not None]
        is_total = any(e.kind is MoneyKind.TOTAL_BUDGET for e in changed)
        amounts += [per_day(e.after, is_total=is_total) for e in changed if e.after is not None]
        return max(amounts)
    moved = sum((e.per_day for e in changed if e.per_day is not None), Decimal(0))
    stopped = [e.per_day for e in group if e.kind is MoneyKind.DELIVERY and e.per_day is not None]
    return moved if changed else min(stopped)


def _given(values: Mapping[str, Any], field: str) -> Decimal | None:
    value = values.get(field)
    return None if value is None else decimal_of(value)


def _is_shared(budget: Budget) -> bool:
    return len(budget.shared_by) > 1
