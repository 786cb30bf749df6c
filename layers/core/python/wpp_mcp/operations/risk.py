"""How much consent a change needs: one table, and what raises it (product.md §6).

LOW cannot raise spend, stop delivery or change what people see. MEDIUM is everything else within
limits. What the table does not list is HIGH, so that a field nobody thought of waits for a second
person.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from wpp_mcp.models.changes import Change, ResourceType, UndoKind, Verb
from wpp_mcp.models.text import visible
from wpp_mcp.models.write_rules import Limits, WriteRules
from wpp_mcp.operations.delivery import ENABLED, STATUS, lets_campaign_run
from wpp_mcp.operations.money import effects, kind_of
from wpp_mcp.operations.money_effect import (
    BUDGETS,
    MoneyEffect,
    MoneyKind,
    from_nothing,
    price_part,
)

MANY_ITEMS: Final = 10
"""So many things in one call need a second person."""
STEEP: Final = Decimal(100)
"""More percent than this over the first value of the last 24 hours needs a second person."""


class Risk(StrEnum):
    """Who has to agree: the caller on their own channel, the user in person, a second person."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"

    @property
    def _rank(self) -> int:
        return list(Risk).index(self)

    def __lt__(self, other: str) -> bool:
        return self._rank < Risk(other)._rank

    def __le__(self, other: str) -> bool:
        return self._rank <= Risk(other)._rank

    def __gt__(self, other: str) -> bool:
        return self._rank > Risk(other)._rank

    def __ge__(self, other: str) -> bool:
        return self._rank >= Risk(other)._rank


class Direction(StrEnum):
    """Which way a field goes."""

    RISE = "rise"
    """More can be spent: of a target ROAS that is a lower one."""
    CUT = "cut"
    CLEAR = "clear"
    """A bid or target is taken away; what then holds is not known here."""
    ENABLE = "enable"
    PAUSE = "pause"
    OTHER = "other"


ANY: Final = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table.

    Parameters
    ----------
    fields
        On the wire; ``*`` for every field that has no row of its own for this thing and verb.
    directions
        Empty for all of them.
    """

    type: ResourceType
    verb: Verb
    fields: tuple[str, ...] = (ANY,)
    directions: tuple[Direction, ...] = ()
    risk: Risk
    why: str


_T, _V, _D = ResourceType, Verb, Direction
_BOTH: Final = (_D.RISE, _D.CUT)
_ON_OFF: Final = (_D.ENABLE, _D.PAUSE)
_MONEY, _BIDS = "money", "bids"
_NETWORKS: Final = "googleSearch searchNetwork contentNetwork partnerSearchNetwork"
_DELIVERS, _SEEN, _TARGETS = "starts or stops delivery", "what people see", "targeting"


def _medium(kind: ResourceType, verb: Verb, fields: str, why: str, *which: Direction) -> Row:
    names = tuple(fields.split())
    return Row(type=kind, verb=verb, fields=names, directions=which, risk=Risk.MEDIUM, why=why)


def _low(kind: ResourceType, verb: Verb, why: str) -> Row:
    return Row(type=kind, verb=verb, risk=Risk.LOW, why=why)


TABLE: Final[tuple[Row, ...]] = (
    _medium(_T.BUDGET, _V.CREATE, "*", _MONEY),
    _medium(_T.BUDGET, _V.UPDATE, "amount", _MONEY, *_BOTH),
    _medium(_T.BUDGET, _V.UPDATE, "name", "a name that colleagues see"),
    _medium(_T.CAMPAIGN, _V.CREATE, "status", "created paused", _D.PAUSE),
    _medium(_T.CAMPAIGN, _V.CREATE, "*", "part of a campaign that is created"),
    _medium(_T.CAMPAIGN, _V.UPDATE, "status", _DELIVERS, *_ON_OFF),
    _medium(_T.CAMPAIGN, _V.UPDATE, "targetCpa targetRoas cpcBidCeiling", _BIDS, *_BOTH),
    _medium(_T.CAMPAIGN, _V.UPDATE, "name", "a name that colleagues see"),
    _medium(_T.CAMPAIGN, _V.UPDATE, "startDate endDate", _DELIVERS),
    _medium(_T.CAMPAIGN, _V.UPDATE, _NETWORKS, _TARGETS),
    _medium(_T.AD_GROUP, _V.CREATE, "*", _TARGETS),
    _medium(_T.AD_GROUP, _V.UPDATE, "status", _DELIVERS, *_ON_OFF),
    _medium(_T.AD_GROUP, _V.UPDATE, "cpcBid targetCpa targetRoas", _BIDS, *_BOTH),
    _medium(_T.AD_GROUP, _V.UPDATE, "name", "a name that colleagues see"),
    _medium(_T.KEYWORD, _V.CREATE, "*", _TARGETS),
    _medium(_T.KEYWORD, _V.UPDATE, "status", _DELIVERS, *_ON_OFF),
    _medium(_T.KEYWORD, _V.UPDATE, "cpcBid", _BIDS, *_BOTH),
    _medium(_T.KEYWORD, _V.UPDATE, "finalUrls", _SEEN),
    _medium(_T.NEGATIVE_KEYWORD, _V.CREATE, "*", _TARGETS),
    _medium(_T.AD, _V.CREATE, "status", "created paused", _D.PAUSE),
    _medium(_T.AD, _V.CREATE, "*", _SEEN),
    _medium(_T.AD, _V.UPDATE, "status", _DELIVERS, *_ON_OFF),
    _low(_T.LABEL, _V.CREATE, "labels"),
    _low(_T.LABEL, _V.UPDATE, "labels"),
    _low(_T.CAMPAIGN_LABEL, _V.CREATE, "labels"),
    _low(_T.SITEMAP, _V.ACT, "submitting a sitemap"),
)
"""Everything that is not HIGH."""

RAISES: Final[tuple[str, ...]] = (
    f"A budget, bid or target raised by over {STEEP} % of its first value of the last 24 hours.",
    "A budget that grows from next to nothing: below a hundred of the currency's smallest units.",
    f"A new or raised daily budget above {Limits().high_daily_budget} units of the currency.",
    "A new or raised total budget above 30.4 times that figure.",
    "A new bid above a hundredth of that figure, a new target CPA above a tenth of it.",
    "Enabling a campaign whose budget is above that figure, or is not known.",
    "First and last days that let such a campaign run earlier, longer or again.",
    "A campaign or ad that is created enabled.",
    "A bid or target that is taken away.",
    "Every removal, and whatever cannot be undone, but for submitting a sitemap.",
    f"{MANY_ITEMS} or more items in one call.",
    "Policies, and everything under a break-glass grant.",
)
"""What is HIGH beside what the table does not list, in words; `assess` is the same in code."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The risk of a plan.

    Parameters
    ----------
    reasons
        In words, the weightiest first; never empty.
    """

    risk: Risk
    reasons: tuple[str, ...]


def assess(
    changes: Sequence[Change],
    currency: str | None,
    rules: WriteRules,
    first_values: Mapping[str, Decimal],
    *,
    undo: Sequence[UndoKind],
    break_glass: bool = False,
) -> Assessment:
    """Return the risk of a plan: that of its riskiest part.

    Parameters
    ----------
    first_values
        As `limits.check` gets them.
    undo
        How each change can be undone, in the order of ``changes``.
    break_glass
        The grant is one for an emergency.

    Raises
    ------
    WppError
        ``INTERNAL``, as `money.effects`.
    ValueError
        ``undo`` does not fit ``changes``.
    """
    found = [one for change in changes for one in _of_change(change)]
    for change, kind in zip(changes, undo, strict=True):
        if kind is UndoKind.NONE and _of_table(change, ANY, Direction.OTHER) != Risk.LOW:
            found.append((Risk.HIGH, f"{_said(change)} cannot be undone"))
    for effect in effects(changes, currency):
        first = first_values.get(effect.key, effect.before)
        found += [(Risk.HIGH, why) for why in _of_money(effect, first, rules.limits)]
    found += [
        (Risk.HIGH, f"A campaign may run whose budget is not known: {_said(change)}")
        for change in changes
        if lets_campaign_run(change) and change.budget is None
    ]
    if len(changes) >= MANY_ITEMS:
        found.append((Risk.HIGH, f"{len(changes)} things in one call"))
    if break_glass:
        found.append((Risk.HIGH, "Access is by break glass"))
    worst = max((risk for risk, _ in found), default=Risk.HIGH)
    reasons = dict.fromkeys(why for risk, why in found if risk == worst)
    return Assessment(worst, tuple(reasons) or ("Nothing is known of what it does",))


def _of_change(change: Change) -> Iterator[tuple[Risk, str]]:
    """Yield what the table says of each field."""
    for name, direction in _directions(change):
        risk = _of_table(change, name, direction)
        row = _row(change.locator.type, change.verb, name, direction)
        what = f"{_said(change)}{'' if name == ANY else f', {name}'}"
        yield risk, f"{what}: {row.why if row else 'it is not in the table of risks'}"


def _directions(change: Change) -> Iterator[tuple[str, Direction]]:
    names = dict.fromkeys(change.fields)
    if change.verb is Verb.CREATE and change.locator.type in (_T.CAMPAIGN, _T.AD):
        names.setdefault(STATUS)  # Google enables what is created without one
    if not names or change.verb in (Verb.REMOVE, Verb.ACT):
        yield ANY, Direction.OTHER
        return
    for name in names:
        yield name, _direction(change, name)


def _direction(change: Change, name: str) -> Direction:
    if name == STATUS:
        status = change.after.get(STATUS, ENABLED)
        return {ENABLED: Direction.ENABLE, "PAUSED": Direction.PAUSE}.get(status, Direction.OTHER)
    if kind_of(change, name) is None:
        return Direction.OTHER
    if change.after.get(name) is None:
        return Direction.CLEAR
    [effect] = (e for e in effects([change], "XXX") if e.field == name)
    return Direction.RISE if effect.rises else Direction.CUT


def _row(kind: ResourceType, verb: Verb, name: str, direction: Direction) -> Row | None:
    """Return the row for a field; a field that has rows of its own falls under no ``*``."""
    rows = [row for row in TABLE if (row.type, row.verb) == (kind, verb)]
    own = [row for row in rows if name in row.fields]
    for row in own or [row for row in rows if ANY in row.fields]:
        if not row.directions or direction in row.directions:
            return row
    return None


def _of_table(change: Change, name: str, direction: Direction) -> Risk:
    row = _row(change.locator.type, change.verb, name, direction)
    return row.risk if row else Risk.HIGH


def _of_money(effect: MoneyEffect, first: Decimal | None, limits: Limits) -> Iterator[str]:
    """Yield why a rise needs a second person."""
    if not effect.rises:
        return
    nothing = from_nothing(effect.kind, first, effect.currency)
    if effect.kind is not MoneyKind.DELIVERY and effect.after is not None and not nothing:
        low, high = effect.spending_order(first)
        if high > low * (1 + STEEP / 100):
            yield f"{effect.said}: {effect.percent_over(first)} % over the first value of a day"
    if effect.kind in BUDGETS and nothing and effect.before is not None:
        yield f"{effect.said}: it grows from next to nothing"
    price = price_part(effect.kind, limits.high_daily_budget)
    new = nothing or effect.inherited_key
    if price is not None and new and (effect.after or Decimal(0)) > price:
        yield f"{effect.said}: a new one above {price:f}"
    amount = effect.budget_per_day
    if amount is not None and amount > limits.high_daily_budget:
        yield f"{effect.said}: a budget above {limits.high_daily_budget:f} a day"


def _said(change: Change) -> str:
    kind = change.locator.type.value.replace("_", " ")
    named = visible(change.locator.name, 100)
    return f"{change.verb.value} {kind}{f' {named}' if named else ''}"
