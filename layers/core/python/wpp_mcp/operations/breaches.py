"""What a plan exceeds, as callers are told it: ``SAFETY_LIMIT_EXCEEDED`` (product.md §3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.write_rules import Enforcement, WriteRules


class LimitKind(StrEnum):
    """What was exceeded."""

    AMOUNT = "amount"
    """It is no amount that can be paid."""
    CHANGED_TWICE = "changedTwice"
    """One call changes one field twice."""
    ITEMS = "items"
    PERCENT = "percent"
    PRICE = "price"
    DAILY_BUDGET = "dailyBudget"
    MOVES = "moves"
    ACCOUNT_RISE = "accountDailyRise"
    USER_RISE = "userDailyRise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One limit that a plan exceeds.

    Parameters
    ----------
    key
        Thing and field, where it is about one.
    figures
        ``currentBudget``, ``requestedBudget``, ``percentChange``, ``limit`` or what else it is
        about; JSON-ready.
    always
        It is refused under LOG_ONLY too: without it no limit could be kept, or no record.
    """

    kind: LimitKind
    message: str
    key: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    always: bool = False

    def details(self) -> dict[str, Any]:
        """Return what ``SAFETY_LIMIT_EXCEEDED`` says of it."""
        return {"exceeded": self.kind.value, **self.figures}


def enforce(breaches: Sequence[Breach], rules: WriteRules) -> tuple[str, ...]:
    """Refuse what exceeds a limit; under LOG_ONLY return what would have been stopped, in words.

    Raises
    ------
    WppError
        ``SAFETY_LIMIT_EXCEEDED`` with the figures of the first breach, and of all in ``breaches``.
    """
    enforced = rules.enforcement is Enforcement.ENFORCED
    stopped = [breach for breach in breaches if enforced or breach.always]
    if stopped:
        details = stopped[0].details()
        if len(stopped) > 1:
            details["breaches"] = [one.details() | {"message": one.message} for one in stopped]
        raise WppError(ErrorCode.SAFETY_LIMIT_EXCEEDED, stopped[0].message, details=details)
    return tuple(f"A limit would have stopped this: {breach.message}" for breach in breaches)


def in_order(breach: Breach) -> tuple[int, str]:
    """Sort breaches: what is wrong with the plan itself first, then as `LimitKind` lists them."""
    return list(LimitKind).index(breach.kind), breach.key
