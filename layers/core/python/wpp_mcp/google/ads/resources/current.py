"""What tools ask for: things as they are now, by explicit ids, ready to be changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.gaql.building import select
from wpp_mcp.google.ads.resources.base import ResourceAdapter
from wpp_mcp.google.ads.resources.budgets import BUDGETS, Budgets
from wpp_mcp.google.ads.resources.thing import CURRENCY, Thing, refused


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


def spending(ads: GoogleAds, adapter: ResourceAdapter, things: list[Thing]) -> list[Thing]:
    """Return things with the budget behind each, and the names of all campaigns that share it.

    Raises
    ------
    WppError
        A ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
    """
    found = BUDGETS.of_campaigns(ads, [place for t in things if (place := _budget_id(t))])
    known = {budget.id: budget for budget in found.values()}
    if isinstance(adapter, Budgets):  # one that nothing spends from is none of a campaign's
        known = {t.locator.id: BUDGETS.budget_of(t.locator.id, t.values) for t in things} | known
    return [replace(t, budget=known.get(_budget_id(t))) for t in things]


def _budget_id(thing: Thing) -> str:
    if isinstance(thing.adapter, Budgets):
        return thing.locator.id
    return str(thing.values.get("budgetId") or "")
