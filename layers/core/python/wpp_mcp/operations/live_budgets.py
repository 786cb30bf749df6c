"""The budgets behind what an undoing lets spend again or stops, as they are now.

A snapshot says what a campaign could spend then. What somebody has to agree to is what it can
spend now.
"""

from collections.abc import Sequence
from dataclasses import replace

from wpp_mcp.google.writing import WritableReader
from wpp_mcp.models.changes import Change, ResourceType, Verb
from wpp_mcp.operations.money import ENABLED, STATUS


def with_live_budgets(changes: Sequence[Change], reader: WritableReader) -> list[Change]:
    """Return changes of campaigns with their budgets as they are now.

    Without one that is known, enabling a campaign needs a second person (`operations.risk`).

    Raises
    ------
    WppError
        A ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
    """
    asked = [change for change in changes if _moves_money(change)]
    if not asked:
        return list(changes)
    found = reader.budgets(asked)
    known = {change.locator.key: budget for change, budget in zip(asked, found, strict=True)}
    return [
        replace(change, budget=known[change.locator.key]) if _moves_money(change) else change
        for change in changes
    ]


def _moves_money(change: Change) -> bool:
    """Whether a campaign starts or stops to spend; one that is paused stops nothing by going."""
    if change.locator.type is not ResourceType.CAMPAIGN:
        return False
    if change.verb is Verb.REMOVE:
        return bool(change.before.get(STATUS, ENABLED) == ENABLED)
    return change.verb is Verb.UPDATE and change.budget is not None
