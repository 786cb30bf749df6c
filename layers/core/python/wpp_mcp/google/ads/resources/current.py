"""What tools ask for: things as they are now, by explicit ids, ready to be changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.gaql.building import select
from wpp_mcp.google.ads.resources.base import ResourceAdapter
from wpp_mcp.google.ads.resources.budgets import BUDGETS, Budgets, behind
from wpp_mcp.google.ads.resources.campaigns import CAMPAIGNS
from wpp_mcp.google.ads.resources.thing import CURRENCY, Thing, refused
from wpp_mcp.models.changes import Budget


def current(
    ads: GoogleAds,
    adapter: ResourceAdapter,
    ids: Sequence[str],
    parameter: str = "",
    *,
    with_budgets: bool = False,
) -> list[Thing]:
    """Return the things with these ids, in this order.

    Parameters
    ----------
    parameter
        What the caller calls the ids, where that is not the adapter's own name for one.
    with_budgets
        With the budget behind each, and the names of all campaigns that share it.

    Raises
    ------
    WppError
        ``INVALID_REQUEST`` naming the parameter, where one is not there or was removed; a
        ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
    """
    found = adapter.read(ads, ids)
    things = [present(adapter, found, place, parameter) for place in ids]
    return spending(ads, adapter, things) if with_budgets else things


def present(
    adapter: ResourceAdapter, found: Mapping[str, Thing], place: str, parameter: str = ""
) -> Thing:
    """Return one of the things that were read, if it can be changed.

    Parameters
    ----------
    found
        As `ResourceAdapter.read` returns them.

    Raises
    ------
    WppError
        ``INVALID_REQUEST`` naming the parameter, where it is not there or was removed.
    """
    named = parameter or adapter.parameter
    thing = found.get(place)
    if thing is None:
        raise refused(named, f"there is no {adapter.label.lower()} {place} in this account")
    if thing.removed:
        problem = f"{thing.called} was removed, which is final: it cannot be changed"
        raise refused(named, problem)
    return thing


def currency_of(ads: GoogleAds) -> str:
    """Return the account's currency, ISO 4217.

    Raises
    ------
    WppError
        A ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
    """
    rows = ads.search(select((CURRENCY,), "customer")).rows
    if not rows:
        raise WppError(ErrorCode.GOOGLE_UNAVAILABLE, reason="an account without a row of its own")
    return str(rows[0][CURRENCY])


def not_anothers(ads: GoogleAds, thing: Thing, name: str) -> None:
    """Refuse to call a thing what another one is called; its own name in other letters is free.

    Raises
    ------
    WppError
        ``INVALID_REQUEST`` naming ``name``, where there is one of the same identity.
    """
    if name.casefold() == thing.locator.name.casefold():
        return
    named = {field: thing.values[field] for field in thing.adapter.identity} | {"name": name}
    not_taken(ads, thing.adapter, named, "name")


def not_taken(
    ads: GoogleAds, adapter: ResourceAdapter, after: Mapping[str, Any], parameter: str
) -> None:
    """Refuse to create what is there already.

    Raises
    ------
    WppError
        ``INVALID_REQUEST`` naming the parameter, where there is one of the same identity.
    """
    (there,) = adapter.alike(ads, [after])
    if there:
        raise refused(parameter, f"{there[0].called} is there already")


def spent_from(ads: GoogleAds, campaign_ids: Sequence[str]) -> list[Budget | None]:
    """Return the budget that each campaign spends from now; ``None`` of one that is not there.

    Raises
    ------
    WppError
        A ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
    """
    found = CAMPAIGNS.read(ads, campaign_ids)
    things = spending(ads, CAMPAIGNS, [one for one in found.values() if not one.removed])
    budgets = {thing.locator.id: thing.budget for thing in things}
    return [budgets.get(place) for place in campaign_ids]


def spending(ads: GoogleAds, adapter: ResourceAdapter, things: list[Thing]) -> list[Thing]:
    """Return things with the budget behind each, and the names of all campaigns that share it.

    Raises
    ------
    WppError
        A ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
    """
    if isinstance(adapter, Budgets):
        found = {thing.locator.id: thing for thing in things}
    else:
        found = BUDGETS.read(ads, {str(t.values["budgetId"]) for t in things if _spends(t)})
    known = behind(ads, found)
    return [
        replace(t, budget=known.get(str(t.values.get("budgetId") or t.locator.id))) for t in things
    ]


def _spends(thing: Thing) -> bool:
    return bool(thing.values.get("budgetId"))
