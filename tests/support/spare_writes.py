"""Writes for tests that each need a budget of their own, and ways to confirm them wrongly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import httpx2

from tests.support.api import CATALOGUE, Api
from tests.support.writing import Writes

MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Raised:
    """A raise that was previewed, and what the budget was before."""

    budget_id: str
    before: int
    after: int
    preview: dict[str, Any] = field(repr=False)

    @property
    def operation_id(self) -> str:
        return str(self.preview["operationId"])


class SpareWrites(Writes):
    """Writes in an account with hundreds of budgets: each test takes one that nothing touched."""

    def __init__(self, api: Api, customer_id: str = CATALOGUE) -> None:
        super().__init__(api, customer_id)

    def budget(self, least: int = 100, most: int = 300) -> tuple[str, int]:
        """A budget of one campaign, in whole units."""
        for budget in self.box.world.accounts[self.customer_id].budgets.values():
            name, amount = str(budget.budget_id), budget.amount_micros // MICROS
            free = name not in self._used and not budget.explicitly_shared
            if free and budget.total_amount_micros is None and least <= amount <= most:
                self._used.add(name)
                return name, amount
        raise LookupError("no budget is left")

    def params(self, budget_id: str, amount: int) -> dict[str, Any]:
        """What `update_budget` is called with."""
        named = {"customerId": self.customer_id, "budgetId": budget_id}
        return {**named, "newDailyAmountDollars": amount}

    def raised(self, percent: int = 40, role: str = "practitioner") -> Raised:
        """Preview a raise of a fresh budget; more than 100 % needs a second person."""
        budget_id, before = self.budget()
        after = before * (100 + percent) // 100
        return Raised(budget_id, before, after, self.preview(budget_id, after, role))

    def asked(
        self, preview: Mapping[str, Any], *, role: str = "practitioner", **changes: Any
    ) -> httpx2.Response:
        """Confirm; changes are members of the body (``None`` leaves one out) or ``headers``."""
        headers = changes.pop("headers", None)
        body = {
            "operationId": preview["operationId"],
            "confirmationToken": preview.get("confirmationToken", "none-was-given"),
            "userConfirmation": "APPROVED",
            **changes,
        }
        kept = {name: value for name, value in body.items() if value is not None}
        path = "/mcp/confirm-operation"
        return self.api.send("POST", path, role=role, headers=headers, json=kept)

    a_minute = timedelta(seconds=60)

    def until_tomorrow(self) -> timedelta:
        """How long it is to the next day in UTC, when nothing has risen yet."""
        now = self.box.clock()
        return (now + timedelta(days=1)).replace(hour=0, minute=1, second=0) - now

    def untouched(self, one: Raised) -> bool:
        """Whether a budget is what it was, and nothing was sent that changes anything."""
        return self.amount(one.budget_id) == one.before and self.mutates() == 0


class Interruptible(Protocol):
    """A sandbox that lets something happen right before a call to AWS."""

    before: dict[str, Callable[[], None]]


def before_call(box: Interruptible, number: int, operation: str, act: Callable[[], None]) -> None:
    """Let something happen right before so manieth of the next calls of an operation of AWS.

    To confirm takes three transactions: the lock, the intent and the outcome.
    """

    def happen() -> None:
        if number == 1:
            act()
        else:
            before_call(box, number - 1, operation, act)

    box.before[operation] = happen


LOCK, INTENT, OUTCOME = 1, 2, 3
"""The transactions of a confirmation, in their order."""
TRANSACT = "transact_write_items"
