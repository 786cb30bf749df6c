"""What one field of one change means in money: kinds of amounts, rises, percents, months."""

from dataclasses import dataclass
from decimal import ROUND_UP, Decimal, localcontext
from enum import StrEnum
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.money import smallest_unit
from wpp_mcp.models.text import visible
from wpp_mcp.operations.delivery import STATUS

DAYS_A_MONTH: Final = Decimal("30.4")
"""Google's own figure: 365 / 12, with one digit."""

MICRO: Final = Decimal("0.000001")


class MoneyKind(StrEnum):
    """What an amount is."""

    DAILY_BUDGET = "dailyBudget"
    TOTAL_BUDGET = "totalBudget"
    BID = "bid"
    """Highest price of a click (``cpcBid``, ``cpcBidCeiling``)."""
    TARGET_CPA = "targetCpa"
    TARGET_ROAS = "targetRoas"
    """A ratio, value over cost: **lowering** it lets Google spend more."""
    DELIVERY = "delivery"
    """No amount changes, but money starts or stops to be spent: a status, or days."""


BUDGETS: Final = frozenset({MoneyKind.DAILY_BUDGET, MoneyKind.TOTAL_BUDGET})
PRICES: Final = frozenset({MoneyKind.BID, MoneyKind.TARGET_CPA, MoneyKind.TARGET_ROAS})
"""What says how dear a click or a sale may be; how much is spent in all, a budget says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyEffect:
    """What one field of one change means in money.

    Parameters
    ----------
    key
        One text for the thing and the field: what the first value of a day is remembered under.
    name
        What people call the thing.
    field
        As on the wire.
    before, after
        In units of ``currency``, of a target ROAS as a ratio. ``None``: there is none. Where
        spending starts or stops, what can be spent (0 where the change does not say).
    currency
        ``None`` only where no amount is said.
    inherited_key
        Where ``before`` is not the thing's own value: the ``key`` under which its parent's is
        remembered. It is a new value, and what percents count from.
    budget_key
        Which budget is meant, where one is; one for all campaigns that share it.
    per_day, per_month
        How much more (or, below zero, less) can be spent, on average. ``None`` where the field has
        no amount of its own to say it with: bids, targets, an ad that is enabled.
    remembered
        Whether its first value of 24 hours counts, and so has to be kept (`storage.spending`). Not
        of what is created, whose id is not its own yet, and not of a status.
    """

    kind: MoneyKind
    key: str
    name: str
    field: str
    before: Decimal | None
    after: Decimal | None
    currency: str | None
    inherited_key: str = ""
    budget_key: str = ""
    per_day: Decimal | None = None
    remembered: bool = False

    @property
    def per_month(self) -> Decimal | None:
        """30.4 times ``per_day``."""
        return None if self.per_day is None else _to_micro(self.per_day * DAYS_A_MONTH)

    @property
    def budget_per_day(self) -> Decimal | None:
        """What the budget is afterwards, per day; ``None`` where no budget is told."""
        if self.kind is MoneyKind.DELIVERY:
            return self.per_day if self.rises else None
        if self.kind not in BUDGETS or self.after is None:
            return None
        return per_day(self.after, is_total=self.kind is MoneyKind.TOTAL_BUDGET)

    @property
    def rises(self) -> bool:
        """Whether more can be spent afterwards; a bid or target that is taken away is a rise."""
        if self.kind is MoneyKind.DELIVERY:
            return self.after is not None
        if self.kind in PRICES and self.after is None:
            return self.before is not None
        low, high = self.spending_order(self.before)
        return high > low

    @property
    def percent(self) -> Decimal | None:
        """How many percent more (less) can be spent, against ``before``, to a tenth."""
        return self.percent_over(self.before)

    def spending_order(self, base: Decimal | None) -> tuple[Decimal, Decimal]:
        """Return a base and ``after`` so that the second is larger where more can be spent.

        For a target ROAS they change places: half the target is twice the cost for a sale. Where
        there was no target, setting one does not raise anything.
        """
        first, after = base or Decimal(0), self.after or Decimal(0)
        if self.kind is not MoneyKind.TARGET_ROAS:
            return first, after
        return (after, first) if first else (after, after)

    def percent_over(self, base: Decimal | None) -> Decimal | None:
        """Return the percent of ``after`` over a base; ``None`` where there is no percent of it."""
        low, high = self.spending_order(base)
        if not base or self.after is None or low <= 0 or self.kind is MoneyKind.DELIVERY:
            return None
        with localcontext(prec=100):
            return ((high / low - 1) * 100).quantize(Decimal("0.1"))

    @property
    def said(self) -> str:
        """The effect in words, without its consequences."""
        name = visible(self.name, 100)
        if self.kind is MoneyKind.DELIVERY and self.field == STATUS:
            return f"{'enabling' if self.rises else 'stopping'} {name}"
        if self.kind is MoneyKind.DELIVERY:
            return f"letting {name} run by another {self.field}"
        before = "none" if self.before is None else f"{self.before:f}"
        after = "none" if self.after is None else f"{self.after:f}"
        unit = "" if self.kind is MoneyKind.TARGET_ROAS else f" {self.currency}"
        return f"{self.field} of {name} from {before} to {after}{unit}"

    def wire(self) -> dict[str, Any]:
        """Return the effect as a preview shows it."""
        shown = {
            "kind": self.kind.value,
            "field": self.field,
            "before": self.before,
            "after": self.after,
            "perDay": self.per_day,
            "perMonth": self.per_month,
            "percent": self.percent,
            "currency": self.currency,
        }
        return {name: value for name, value in shown.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyTotal:
    """What all changes of a plan mean together; a shared budget counts once.

    Parameters
    ----------
    per_day
        Rises and cuts against each other.
    risen
        Rises alone, per day: what limits count. Cutting one budget does not make room for another.
    """

    per_day: Decimal
    risen: Decimal
    currency: str

    @property
    def per_month(self) -> Decimal:
        """30.4 times ``per_day``."""
        return _to_micro(self.per_day * DAYS_A_MONTH)


def per_day(amount: Decimal, *, is_total: bool) -> Decimal:
    """Return a budget's amount per day: of a total one a 30.4th part, rounded up to a micro.

    A total has no day of its own. The same factor is used the other way round for its limit, so
    that neither kind of budget is a way round the limits of the other.
    """
    return _to_micro(amount / DAYS_A_MONTH) if is_total else amount


def from_nothing(kind: MoneyKind, base: Decimal | None, currency: str | None) -> bool:
    """Whether a base is so small that a percent of it says nothing (threats.md E2).

    That is below a hundred of the currency's smallest units for a budget (1.00 USD, 100 JPY), below
    one for a bid or a target cost, and below 0.01 for a target ROAS. What grows from there is
    held to absolute amounts, as what is new is.
    """
    if kind is MoneyKind.TARGET_ROAS or currency is None:
        return (base or Decimal(0)) < Decimal("0.01")
    return (base or Decimal(0)) < smallest_unit(currency) * (100 if kind in BUDGETS else 1)


def price_part(kind: MoneyKind, daily: Decimal) -> Decimal | None:
    """Return how dear a new bid or target may be where a budget may be ``daily`` a day.

    A price of which a day's budget does not pay a hundred clicks, or ten sales, is taken for a
    slip. ``None`` for what is no price; a new target ROAS can only hold spending back.
    """
    part = {MoneyKind.BID: 100, MoneyKind.TARGET_CPA: 10}.get(kind)
    return None if part is None else daily / part


def decimal_of(value: Any) -> Decimal:
    """Return an amount of a change; whole ones come back from storage as `int`.

    Raises
    ------
    WppError
        ``INTERNAL``: it is not a finite number.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise WppError(ErrorCode.INTERNAL, reason="an amount of a plan is not a number")
    if not Decimal(value).is_finite():
        raise WppError(ErrorCode.INTERNAL, reason="an amount of a plan is not finite")
    return Decimal(value)


def _to_micro(amount: Decimal) -> Decimal:
    return amount.quantize(MICRO, rounding=ROUND_UP)
