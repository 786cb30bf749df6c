"""How a write stands at one moment: its rules, what was changed and raised lately, its risk.

Read when it is previewed and again when it is confirmed: one batch read each time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wpp_mcp.access.services import Services
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.changes import Change, UndoKind
from wpp_mcp.operations import limits, risk
from wpp_mcp.operations.money import MoneyEffect, MoneyTotal, effects, total
from wpp_mcp.operations.risk import Risk
from wpp_mcp.storage.dynamo import Key, StorageError, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.policies import Policies, WriteRules
from wpp_mcp.storage.spending import Spending


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
    breaches
        The limits that it would exceed, enforced or not.
    extra
        What else was read along.
    """

    asking: Asking
    at: datetime
    rules: WriteRules
    effects: tuple[MoneyEffect, ...]
    total: MoneyTotal | None
    breaches: tuple[limits.Breach, ...]
    spending: Spending
    extra: Mapping[Key, Item]

    @classmethod
    def read(
        cls, services: Services, asking: Asking, now: datetime, extra: Sequence[Key] = ()
    ) -> "Standing":
        """Read it, in one storage call.

        Raises
        ------
        WppError
            ``STORAGE_UNAVAILABLE``: what cannot be checked is refused.
        """
        found_effects = effects(asking.changes, asking.currency)
        spending_keys = Spending.keys(asking.user_id, asking.account, found_effects, now)
        policy_keys = Policies.write_keys(
            asking.agency, asking.account, asking.tool, asking.user_id
        )
        try:
            found = services.dynamo.batch_get([*policy_keys, *spending_keys, *extra])
            rules = Policies.rules(found)
            spending = Spending.of(asking.user_id, asking.account, found_effects, now, found)
        except StorageError as error:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error)) from error
        breaches = limits.check(
            asking.changes,
            asking.currency,
            rules,
            spending.first_values,
            spending.risen_account,
            spending.risen_user,
        )
        return cls(
            asking=asking,
            at=now,
            rules=rules,
            effects=found_effects,
            total=total(found_effects, asking.currency) if asking.currency else None,
            breaches=tuple(breaches),
            spending=spending,
            extra={key: found[key] for key in extra if key in found},
        )

    def require_allowed(self) -> None:
        """Refuse what a switch or a limit stops.

        Raises
        ------
        WppError
            ``WRITES_DISABLED`` or ``SAFETY_LIMIT_EXCEEDED``.
        """
        self.rules.require_writes()
        if self.breaches and self.rules.enforced:
            raise limits.refusal(self.breaches)

    @property
    def would_be_stopped(self) -> tuple[str, ...]:
        """What a limit that is only logged would have stopped, in sentences."""
        if self.rules.enforced:
            return ()
        return tuple(f"A limit would have stopped this: {one.sentence}" for one in self.breaches)

    def risk(self, undo: Sequence[UndoKind]) -> tuple[Risk, tuple[str, ...]]:
        """Return who has to agree, and why."""
        return risk.of_plan(
            self.asking.changes,
            undo=undo,
            effects=self.effects,
            first_values=self.spending.first_values,
        )

    def spent(self) -> list[Write]:
        """Return the writes that remember what is raised, while there is room for it."""
        return self.spending.writes(self.effects, self.total, self.rules.limits)
