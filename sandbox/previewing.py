"""A change that waits for its confirmation, for whoever tries out how one is confirmed."""

from typing import TYPE_CHECKING, Final

import httpx2

if TYPE_CHECKING:
    from sandbox.box import Sandbox

ACCOUNT: Final = "1000000101"
"""The account whose budget is to change."""

_UNIT_MICROS: Final = 1_000_000


class NotPreviewedError(RuntimeError):
    """The sandbox did not preview the change; the message is its answer."""


def preview(box: "Sandbox", role: str) -> tuple[str, str]:
    """Preview a small rise of a daily budget over HTTP.

    Returns
    -------
    tuple
        The operation's id, and the token that confirms it.

    Raises
    ------
    NotPreviewedError
        What was answered holds no token.
    """
    budgets = box.world.accounts[ACCOUNT].budgets.values()
    # Low enough that no second person has to agree.
    budget = min(
        (one for one in budgets if one.amount_micros and not one.explicitly_shared),
        key=lambda one: one.amount_micros,
    )
    raised = {
        "customerId": ACCOUNT,
        "budgetId": str(budget.budget_id),
        "newDailyAmountDollars": budget.amount_micros // _UNIT_MICROS + 1,
    }
    answer = httpx2.post(
        f"{box.url}/mcp/execute-tool",
        headers=box.headers(role),
        json={"tool": "update_budget", "params": raised},
        timeout=30,
    )
    try:
        body = answer.json()
        return str(body["operationId"]), str(body["confirmationToken"])
    except (ValueError, KeyError):
        raise NotPreviewedError(answer.text) from None
