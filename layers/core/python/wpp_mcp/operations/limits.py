"""The limits of governed writes: what is refused however many people agree (product.md §6).

How each kind of money is held:

* Budgets, bids, targets: by percent over the first value of the last 24 hours, so that many small
  steps get no further than one. Of a target ROAS the cost of a sale is compared: half the target is
  +100 %.
* Grown from nothing, or from next to nothing (`from_nothing`), there is no percent: a budget is
  held to the largest budget, a bid or target cost to a part of it (`price_part`), and
  `operations.risk` asks for a second person where a new one would need it, or the old budget was
  tiny.
* A keyword that gets a bid of its own: by percent over its ad group's, which held until then, and
  as a new one.
* Total budgets: by percent, and by a cap 30.4 times the daily one. In sums of a day a 30.4th part
  counts.
* Enabling a campaign counts its whole budget as a rise, and so do days that let it run earlier,
  longer or again. A new budget counts when it is made and again when a campaign that spends it is
  enabled: sooner twice than never.
* Cuts are never refused, and make no room for rises.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.changes import Change, Verb
from wpp_mcp.models.money import NotAnAmountError, payable, to_micros
from wpp_mcp.models.text import visible
from wpp_mcp.models.write_rules import Limits, WriteRules
from wpp_mcp.operations.breaches import Breach, LimitKind, in_order
from wpp_mcp.operations.money import effects, kind_of, total
from wpp_mcp.operations.money_effect import (
    BUDGETS,
    MoneyEffect,
    MoneyKind,
    from_nothing,
    price_part,
)

MOST_ITEMS: Final = Limits().items
"""No policy lets one call do more: what records it is made for so many."""


def check(
    changes: Sequence[Change],
    currency: str | None,
    rules: WriteRules,
    first_values: Mapping[str, Decimal],
    risen_account: Decimal,
    risen_user: Decimal,
    *,
    full: frozenset[str] = frozenset(),
) -> list[Breach]:
    """Return every limit that changes exceed; in which order they stand makes no difference.

    Parameters
    ----------
    first_values
        By `MoneyEffect.key`, from `Spending.first_value`; what is missing has its ``before``.
    risen_account, risen_user
        How much daily budgets have risen today, before this.
    full
        Keys of fields whose moves of the last 24 hours are as many as can be remembered.

    Raises
    ------
    WppError
        ``INTERNAL``: amounts without a currency, or an old value that is no number.
    """
    breaches = [*_items(changes, rules.limits)]
    wrong = [*_amounts(changes, currency)]
    if wrong:
        # What is no number cannot even be compared, to see which fields differ.
        return sorted([*breaches, *wrong], key=in_order)
    breaches += _twice(changes)
    found = effects(changes, currency)
    for effect in found:
        if effect.rises:
            first = first_values.get(effect.key, effect.before)
            breaches += _of_one(effect, first, rules.limits)
        if effect.key in full:
            breaches.append(_too_many_moves(effect))
    if currency is not None:
        risen = total(found, currency).risen
        today = {LimitKind.ACCOUNT_RISE: risen_account, LimitKind.USER_RISE: risen_user}
        breaches += _rises(risen, today, currency, rules.limits)
    return sorted(breaches, key=in_order)


def _items(changes: Sequence[Change], limits: Limits) -> Iterator[Breach]:
    if len(changes) > limits.items:
        yield Breach(
            kind=LimitKind.ITEMS,
            message=f"One call may change {limits.items} things, this one would {len(changes)}",
            figures={"requestedItems": len(changes), "limit": limits.items},
            always=len(changes) > MOST_ITEMS,
        )


def _twice(changes: Sequence[Change]) -> Iterator[Breach]:
    # The later of two would be measured from what the first has not made of it yet.
    fields = Counter(
        (change.locator.key, name)
        for change in changes
        if change.verb is Verb.UPDATE
        for name in change.fields
    )
    for (key, name), times in fields.items():
        if times > 1:
            yield Breach(
                kind=LimitKind.CHANGED_TWICE,
                message=f"{name} of one thing is changed {times} times in one call",
                key=f"{key}#{name}",
                figures={"field": name, "requestedChanges": times, "limit": 1},
                always=True,
            )


def _amounts(changes: Sequence[Change], currency: str | None) -> Iterator[Breach]:
    """Yield what is zero, negative, not finite, or finer than can be paid (threats.md E1).

    The schemas of the tools refuse these first; nothing here relies on that.
    """
    for change in changes:
        for name, value in change.after.items():
            kind = kind_of(change, name)
            if kind is None or value is None or change.verb not in (Verb.CREATE, Verb.UPDATE):
                continue
            problem = _wrong_with(value, kind, currency)
            if problem:
                yield Breach(
                    kind=LimitKind.AMOUNT,
                    message=f"{name}: {problem}",
                    key=f"{change.locator.key}#{name}",
                    figures={"field": name, "limit": problem},
                    always=True,
                )


def _wrong_with(value: Any, kind: MoneyKind, currency: str | None) -> str:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return "it is not a number"
    amount = Decimal(value)
    if not amount.is_finite():
        return "it is not a number"
    if amount == 0:
        return "zero is refused: pause it instead"
    if currency is None:
        raise WppError(ErrorCode.INTERNAL, reason="a plan with amounts names no currency")
    try:
        to_micros(amount)
        if kind is not MoneyKind.TARGET_ROAS:
            payable(amount, currency)
    except NotAnAmountError as error:
        return str(error)
    return "" if amount > 0 else "it has to be above zero"


def _of_one(effect: MoneyEffect, first: Decimal | None, limits: Limits) -> Iterator[Breach]:
    """Yield what one rise exceeds."""
    nothing = from_nothing(effect.kind, first, effect.currency)
    if effect.kind is not MoneyKind.DELIVERY and effect.after is not None and not nothing:
        low, high = effect.spending_order(first)
        if high >= low * (1 + limits.percent / 100):
            yield _too_steep(effect, first, limits)
    price = price_part(effect.kind, limits.daily_budget)
    new = nothing or effect.inherited_key
    if price is not None and new and effect.after is not None and effect.after > price:
        yield _too_dear(effect, price)
    amount = effect.budget_per_day
    if amount is not None and amount > limits.daily_budget:
        yield _too_large(effect, amount, limits)


def _too_steep(effect: MoneyEffect, first: Decimal | None, limits: Limits) -> Breach:
    percent = effect.percent_over(first)
    return Breach(
        kind=LimitKind.PERCENT,
        message=f"{effect.said} lets {percent} % more be spent than the first value of the last"
        f" 24 hours, {first:f}; {limits.percent:f} % and more is refused",
        key=effect.key,
        figures={
            **_figures(effect),
            "firstValue": first,
            "percentChange": percent,
            "limit": limits.percent,
        },
    )


def _too_dear(effect: MoneyEffect, price: Decimal) -> Breach:
    return Breach(
        kind=LimitKind.PRICE,
        message=f"{effect.said}: the most for one that is new is {price:f} {effect.currency}",
        key=effect.key,
        figures={**_figures(effect), "limit": price},
    )


def _too_large(effect: MoneyEffect, amount: Decimal, limits: Limits) -> Breach:
    return Breach(
        kind=LimitKind.DAILY_BUDGET,
        message=f"{effect.said}: that is {amount:f} {effect.currency} a day, and at most"
        f" {limits.daily_budget:f} may be spent by one budget",
        key=effect.key,
        figures={
            **_figures(effect),
            "percentChange": effect.percent,
            "requestedPerDay": amount,
            "limit": limits.daily_budget,
        },
    )


def _too_many_moves(effect: MoneyEffect) -> Breach:
    return Breach(
        kind=LimitKind.MOVES,
        message=f"{effect.field} of {visible(effect.name, 100)} was changed too often in the last"
        " 24 hours to remember more",
        key=effect.key,
        figures={"field": effect.field, "limit": "changes of one field in 24 hours"},
        always=True,
    )


_WHOSE: Final = {
    LimitKind.ACCOUNT_RISE: "of this account",
    LimitKind.USER_RISE: "that you change",
}


def _rises(
    rise: Decimal, today: Mapping[LimitKind, Decimal], currency: str, limits: Limits
) -> Iterator[Breach]:
    for kind, risen in today.items():
        if rise > 0 and risen + rise > limits.daily_rise:
            yield Breach(
                kind=kind,
                message=f"Daily budgets {_WHOSE[kind]} have risen by {risen:f} {currency} today;"
                f" with {rise:f} more they would be above {limits.daily_rise:f}",
                figures={
                    "risenToday": risen,
                    "requestedRise": rise,
                    "currency": currency,
                    "limit": limits.daily_rise,
                },
            )


def _figures(effect: MoneyEffect) -> dict[str, Any]:
    is_budget = effect.kind in BUDGETS or effect.kind is MoneyKind.DELIVERY
    what = "Budget" if is_budget else "Value"
    return {
        f"current{what}": effect.before,
        f"requested{what}": effect.after,
        "currency": effect.currency,
        "field": effect.field,
        "resource": visible(effect.name, 100),
    }
