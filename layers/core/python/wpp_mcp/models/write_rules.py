"""The rules that a write is held to, as the policies add them up for one person, account and tool.

Amounts are in units of the account's currency (product.md §6): an account in a currency of small
units needs limits of its own.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from wpp_mcp.errors import ErrorCode, WppError


class Enforcement(StrEnum):
    """What a limit does."""

    ENFORCED = "ENFORCED"
    LOG_ONLY = "LOG_ONLY"
    """It only says what it would have stopped."""


class ScopeKind(StrEnum):
    """What a policy can be for, from the widest to the narrowest."""

    ENVIRONMENT = "ENVIRONMENT"
    AGENCY = "AGENCY"
    TOOL = "TOOL"
    ACCOUNT = "ACCOUNT"
    USER = "USER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one person can do in a day without anybody changing the rules.

    Parameters
    ----------
    percent
        A budget, bid or target that would let this many percent more, or yet more, be spent than
        its first value of the last 24 hours is refused: exactly 500 % is.
    daily_budget
        The largest daily budget, this one included. A total budget may be 30.4 times as large.
    daily_rise
        How much daily budgets may rise in a UTC day: those of an account, and those that one
        person changes, each. Included.
    items
        Changes in one call.
    high_daily_budget
        A daily budget above it needs a second person (`operations.risk`).
    """

    percent: Decimal = Decimal(500)
    daily_budget: Decimal = Decimal(10_000)
    daily_rise: Decimal = Decimal(25_000)
    items: int = 50
    high_daily_budget: Decimal = Decimal(500)


@dataclass(frozen=True, slots=True)
class Stop:
    """A kill switch that is on.

    Parameters
    ----------
    scope
        Which one, as ``AGENCY#northwind``.
    reason
        What whoever set it says.
    """

    scope: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRules:
    """What holds for one write.

    Parameters
    ----------
    version
        Names the version of every policy that took part: other rules have another one.
    stops
        All kill switches that are on, the widest first.
    """

    version: str = "0"
    limits: Limits = field(default_factory=Limits)
    enforcement: Enforcement = Enforcement.ENFORCED
    stops: tuple[Stop, ...] = ()

    def require_writes(self) -> None:
        """Let a write go on unless a kill switch is on.

        Raises
        ------
        WppError
            ``WRITES_DISABLED`` with the scope of the widest, and its reason.
        """
        if not self.stops:
            return
        stop = self.stops[0]
        raise WppError(
            ErrorCode.WRITES_DISABLED,
            f"Writes are switched off for {stop.scope}: {stop.reason}",
            details={"scope": stop.scope, "reason": stop.reason},
        )
