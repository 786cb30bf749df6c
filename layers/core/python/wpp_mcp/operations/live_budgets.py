"""The budgets behind what an undoing lets spend again, as they are now.

A snapshot says what a campaign could spend then. What somebody has to agree to is what it can
spend now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from wpp_mcp.google.writing import WritableReader
from wpp_mcp.models.changes import Budget, Change, Locator, ResourceType, Verb

_AMOUNT: Final = "amount"
_BUDGET_ID: Final = "budgetId"


def with_live_budgets(changes: Sequence[Change], reader: WritableReader) -> list[Change]:
    """Return changes of campaigns with their budgets as they are now.

    A budget that is not known any more is left out: enabling a campaign then needs a second
    person (`operations.risk`).

    Raises
    ------
    WppError
        A ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
    """
    asked = [change for change in changes if _spends(change)]
    if not asked:
        return list(changes)
    questions = [each for change in asked for each in _questions(change)]
    answers = iter(reader.live(questions))
    known = {
        change.locator.key: _now(change.budget, next(answers), next(answers)) for change in asked
    }
    return [
        replace(change, budget=known[change.locator.key]) if _spends(change) else change
        for change in changes
    ]


def _now(
    then: Budget | None, campaign: Mapping[str, Any] | None, budget: Mapping[str, Any] | None
) -> Budget | None:
    """Return a budget as it is now, ``None`` where the campaign has another one by now."""
    if then is None or campaign is None or budget is None:
        return None
    if str(campaign.get(_BUDGET_ID)) != then.id or budget.get(_AMOUNT) is None:
        return None
    return replace(then, amount=Decimal(budget[_AMOUNT]))


def _spends(change: Change) -> bool:
    campaign = change.locator.type is ResourceType.CAMPAIGN and change.verb is Verb.UPDATE
    return campaign and change.budget is not None


def _questions(change: Change) -> tuple[Change, Change]:
    """Return what to ask: which budget the campaign has, and how much that is."""
    budget_id = change.budget.id if change.budget else ""
    place = Locator(change.locator.account, ResourceType.BUDGET, budget_id)
    return (
        Change(locator=change.locator, verb=Verb.UPDATE, before={_BUDGET_ID: None}),
        Change(locator=place, verb=Verb.UPDATE, before={_AMOUNT: None}),
    )
