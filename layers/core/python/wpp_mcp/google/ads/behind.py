"""What stands behind changes, as an account has it now.

It was read when they were planned, and people have agreed to what it lets be spent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import BUDGETS, CAMPAIGNS
from wpp_mcp.models.changes import Budget, Change, ResourceType, Verb


def behind(ads: GoogleAds, changes: Sequence[Change]) -> list[Change]:
    """Return the changes with their budgets as they are now; see `WritableReader.behind`.

    One query, and two more to find out about campaigns that have other budgets by now. Of a change
    of a budget itself it is the campaigns that share it: what it holds, its fields say.
    """
    asked = [change for change in changes if _is_asked(change)]
    campaigns = BUDGETS.of_campaigns(ads, [c.budget.id for c in asked if c.budget])
    budgets = {budget.id: budget for budget in campaigns.values()}
    campaigns |= _moved(ads, (c for c in asked if c.locator.id not in campaigns))
    return [
        replace(change, budget=_now(change, campaigns, budgets)) if _is_asked(change) else change
        for change in changes
    ]


def _is_asked(change: Change) -> bool:
    return change.budget is not None and change.verb is not Verb.CREATE


def _moved(ads: GoogleAds, changes: Iterable[Change]) -> dict[str, Budget]:
    """Return the budgets of campaigns that spend from none of those that were known."""
    moved = [c.locator.id for c in changes if c.locator.type is ResourceType.CAMPAIGN]
    found = CAMPAIGNS.read(ads, moved)
    ids = (thing.values["budgetId"] for thing in found.values() if not thing.removed)
    return BUDGETS.of_campaigns(ads, [place for place in ids if place])


def _now(
    change: Change, campaigns: Mapping[str, Budget], budgets: Mapping[str, Budget]
) -> Budget | None:
    if change.locator.type is ResourceType.CAMPAIGN or change.budget is None:
        return campaigns.get(change.locator.id)
    now = budgets.get(change.budget.id)
    return replace(change.budget, shared_by=now.shared_by if now else ())
