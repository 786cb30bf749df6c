"""How a write stands at one moment: its rules, what was changed and raised lately, its risk.

Read when it is previewed and again when it is confirmed: one batch read each time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from wpp_mcp.access.services import Services
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.changes import Change, UndoKind
from wpp_mcp.models.write_rules import Enforcement, WriteRules
from wpp_mcp.operations import limits, risk
from wpp_mcp.operations.breaches import Breach, enforce
from wpp_mcp.operations.money import effects, total
from wpp_mcp.operations.money_effect import MoneyEffect, MoneyTotal
from wpp_mcp.operations.risk import Assessment
from wpp_mcp.storage.dynamo import MOST_KEYS, Dynamo, Key, StorageError, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.policies import Policies
from wpp_mcp.storage.spending import Moves, Spending

MOST_AMOUNTS: Final = 60
"""Amounts that one call may change: each is remembered in the transaction that says what is going
to happen, which holds a hundred writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who wants to change what."""

    user_id: str
    agency: str
    tool: str
    account: AccountRef | None
    changes: Sequence[Change]
    currency: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the tables say of a write, and what follows from it.

    Parameters
    ----------
    rules
        Limits and switches, merged from all policies that concern it.
    moves
        What was done to the fields it touches in the last 24 hours, by `MoneyEffect.key`.
    breaches
        The limits that it would exceed, enforced or not.
    extra
        What else was read along.
    """

    asking: Asking
    at: datetime
    rules: WriteRules
    effects: tuple[MoneyEffect, ...]
    moves: Mapping[str, Moves]
    breaches: tuple[Breach, ...]
    extra: Mapping[Key, Item]

    @classmethod
    def read(
        cls, services: Services, asking: Asking, now: datetime, extra: Sequence[Key] = ()
    ) -> "Standing":
        """Read it, in one storage call; in two where keywords of dozens of ad groups get bids.

        Raises
        ------
        WppError
            ``STORAGE_UNAVAILABLE``: what cannot be checked is refused. ``INVALID_REQUEST``: more
            amounts than one transaction can remember.
        """
        found_effects = effects(asking.changes, asking.currency)
        policies = Policies.write_keys(
            agency=asking.agency, account=asking.account, tool=asking.tool, user_id=asking.user_id
        )
        changed = [one.key for one in found_effects if one.remembered]
        inherited = [one.inherited_key for one in found_effects if one.inherited_key]
        fields = {key: Spending.moves_key(key) for key in (*changed, *inherited)}
        if len(changed) > MOST_AMOUNTS:
            raise WppError(
                ErrorCode.INVALID_REQUEST,
                f"One call may change {MOST_AMOUNTS} amounts, this one would {len(changed)}",
                action="Change fewer things in one call",
            )
        days = _days(asking, now)
        try:
            found = _found(services.dynamo, [*policies, *fields.values(), *days, *extra])
            rules = Policies.rules(found)
            moves = {key: Spending.moves(found.get(at), now) for key, at in fields.items()}
            risen = [Spending.risen(found.get(key)) for key in days] or [Decimal(0), Decimal(0)]
        except StorageError as error:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error)) from error
        breaches = limits.check(
            asking.changes,
            asking.currency,
            rules,
            _firsts(found_effects, moves),
            *risen,
            full=frozenset(key for key, one in moves.items() if one.full),
        )
        return cls(
            asking=asking,
            at=now,
            rules=rules,
            effects=found_effects,
            moves=moves,
            breaches=tuple(breaches),
            extra={key: found[key] for key in extra if key in found},
        )

    @property
    def total(self) -> MoneyTotal | None:
        """What all of it means together; ``None`` where there is no money in it."""
        currency = self.asking.currency
        if currency is None or not self.effects:
            return None
        return total(self.effects, currency)

    def require_allowed(self) -> tuple[str, ...]:
        """Refuse what a switch or a limit stops; return what a limit only says, in sentences.

        Raises
        ------
        WppError
            ``WRITES_DISABLED`` or ``SAFETY_LIMIT_EXCEEDED``.
        """
        if self.asking.account is not None:
            # A switch is taken back by a change of policies, which it must not stop.
            self.rules.require_writes()
        return enforce(self.breaches, self.rules)

    @property
    def exceeded(self) -> tuple[str, ...]:
        """The limits that it would exceed, each named once."""
        return tuple(dict.fromkeys(breach.kind.value for breach in self.breaches))

    def assess(self, undo: Sequence[UndoKind]) -> Assessment:
        """Return who has to agree, and why.

        Parameters
        ----------
        undo
            How each change can be undone, in their order.
        """
        firsts = _firsts(self.effects, self.moves)
        return risk.assess(self.asking.changes, self.asking.currency, self.rules, firsts, undo=undo)

    def spent(self, now: datetime) -> list[Write]:
        """Return the writes that remember what is moved and raised, while there is room for it."""
        moved = {
            effect.key: Spending.add_move(
                effect.key, self.moves[effect.key], _held(effect, self.moves), now
            )
            for effect in self.effects
            if effect.remembered and effect.key in self.moves
        }
        risen = self.total.risen if self.total else Decimal(0)
        if risen <= 0:
            return list(moved.values())
        enforced = self.rules.enforcement is Enforcement.ENFORCED
        cap = self.rules.limits.daily_rise if enforced else None
        days = _days(self.asking, now)
        return [*moved.values(), *(Spending.add_rise(key, risen, now, cap) for key in days)]


def _days(asking: Asking, now: datetime) -> list[Key]:
    """Return the counters of this day's rises: of the account and of the person, in this order."""
    if asking.currency is None or asking.account is None:
        return []
    return [
        Spending.account_key(asking.account, asking.currency, now),
        Spending.user_key(asking.user_id, asking.currency, now),
    ]


def _found(dynamo: Dynamo, keys: Sequence[Key]) -> dict[Key, Item]:
    found: dict[Key, Item] = {}
    for start in range(0, len(keys), MOST_KEYS):
        found |= dynamo.batch_get(keys[start : start + MOST_KEYS])
    return found


def _held(effect: MoneyEffect, moves: Mapping[str, Moves]) -> Decimal | None:
    """Return what a field held before a change; what it inherits counts with its own first value.

    Else a bid could rise twice in a day: with its ad group's, and over it.
    """
    parent = moves.get(effect.inherited_key)
    return effect.before if parent is None else parent.first(effect.before)


def _firsts(found: Sequence[MoneyEffect], moves: Mapping[str, Moves]) -> dict[str, Decimal]:
    nothing = Moves()
    return {
        one.key: moves.get(one.key, nothing).first(_held(one, moves))
        for one in found
        if one.key in moves or one.inherited_key in moves
    }
