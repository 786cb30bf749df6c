"""What stands behind changes, as an account has it now.

It was read when they were planned, and people have agreed to what it lets be spent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import AD_GROUPS, BUDGETS, CAMPAIGNS
from wpp_mcp.google.ads.resources.keywords import inherited_from
from wpp_mcp.models.changes import Budget, Change, Inherited, ResourceType, Verb


def behind(ads: GoogleAds, changes: Sequence[Change]) -> list[Change]:
    """Return the changes with what stands behind them; see `WritableReader.behind`.

    One query for budgets, and two more to find out about campaigns that have other ones by now; one
    for bids of ad groups.
    """
    spending = [change for change in changes if _spends(change)]
    budgets = _budgets(ads, spending) if spending else {}
    inheriting = {c.locator.key: c.inherited for c in changes if c.inherited is not None}
    inherited = _inherited(ads, inheriting.values())
    return [
        replace(
            change,
            budget=budgets.get(change.locator.key) if change in spending else change.budget,
            inherited=inherited.get(change.inherited.parent.id) if change.inherited else None,
        )
        for change in changes
    ]


def _spends(change: Change) -> bool:
    if change.verb is Verb.REMOVE and change.locator.type is ResourceType.CAMPAIGN:
        return bool(change.before.get("status", "ENABLED") == "ENABLED")
    return change.budget is not None and change.verb is not Verb.CREATE


def _budgets(ads: GoogleAds, changes: Sequence[Change]) -> dict[str, Budget]:
    """Return the budgets behind changes, by their things.

    Of a change of a budget itself it is the campaigns that share it: what it holds, its fields say.
    """
    campaigns = BUDGETS.of_campaigns(ads, [c.budget.id for c in changes if c.budget])
    known = {budget.id: budget for budget in campaigns.values()}
    campaigns |= _moved(ads, (c for c in changes if c.locator.id not in campaigns))
    found: dict[str, Budget] = {}
    for change in changes:
        if change.locator.type is not ResourceType.CAMPAIGN and change.budget is not None:
            now = known.get(change.budget.id)
            shared_by = now.shared_by if now else ()
            found[change.locator.key] = replace(change.budget, shared_by=shared_by)
        elif change.locator.id in campaigns:
            found[change.locator.key] = campaigns[change.locator.id]
    return found


def _moved(ads: GoogleAds, changes: Iterable[Change]) -> dict[str, Budget]:
    """Return the budgets of campaigns that spend from none of those that were known."""
    moved = [c.locator.id for c in changes if c.locator.type is ResourceType.CAMPAIGN]
    found = CAMPAIGNS.read(ads, moved)
    ids = (thing.values["budgetId"] for thing in found.values() if not thing.removed)
    return BUDGETS.of_campaigns(ads, [place for place in ids if place])


def _inherited(ads: GoogleAds, then: Iterable[Inherited]) -> dict[str, Inherited | None]:
    """Return what ad groups give to their keywords now, by their ids."""
    groups = AD_GROUPS.read(ads, [one.parent.id for one in then])
    return {place: inherited_from(group) for place, group in groups.items()}
