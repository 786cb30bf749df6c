"""Days of campaigns that count as letting them spend."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.support.budgets import field, place, status
from wpp_mcp.models.changes import Budget, Change, ResourceType, UndoKind, Verb
from wpp_mcp.models.write_rules import WriteRules
from wpp_mcp.operations.money import effects, total
from wpp_mcp.operations.money_effect import MoneyKind
from wpp_mcp.operations.risk import Risk, assess

D, CAMPAIGN = Decimal, ResourceType.CAMPAIGN


@pytest.mark.parametrize(
    ("name", "before", "after", "more"),
    [
        ("endDate", "2026-11-20", None, True),
        ("endDate", "2026-11-20", "2026-11-21", True),
        ("endDate", "2026-11-20 12:00:00", "2026-11-20", True),
        ("endDate", "2026-11-20", "2026-11-20 12:00:00", False),
        ("endDate", "2026-11-20", "2026-11-19", False),
        ("endDate", None, "2026-11-19", False),
        ("startDate", "2026-11-20", "2026-11-19", True),
        ("startDate", "2026-11-20 12:00:00", "2026-11-20", True),
        ("startDate", "2026-11-20", "2026-11-20 12:00:00", False),
        ("startDate", "2026-11-20", "2026-11-21", False),
        ("startDate", None, "2026-11-21", True),
        ("startDate", "2026-11-20", None, True),
    ],
)
def test_days_that_let_a_campaign_run_are_delivery(
    name: str, before: Any, after: Any, more: bool
) -> None:
    change = replace(field(CAMPAIGN, name, before, after), budget=Budget(id="1", amount=D(80)))
    found = effects([change], "EUR")
    assert [(e.kind, e.per_day, e.rises) for e in found] == (
        [(MoneyKind.DELIVERY, D(80), True)] if more else []
    )
    assert not more or found[0].said == f"letting 1 run by another {name}"


def test_beside_a_status_days_say_nothing() -> None:
    days = {"endDate": None}
    for after, per_day in (("ENABLED", 80), ("PAUSED", -80)):
        switched = status(after, 80)
        both = replace(
            switched,
            before={**switched.before, "endDate": "2026-11-20"},
            after={**switched.after, **days},
        )
        assert [e.per_day for e in effects([both], "EUR")] == [D(per_day)]


def test_both_days_count_the_budget_once() -> None:
    change = Change(
        locator=place(CAMPAIGN),
        verb=Verb.UPDATE,
        before={"startDate": "2026-12-20", "endDate": "2026-12-24"},
        after={"startDate": "2026-12-01", "endDate": None},
        budget=Budget(id="1", amount=D(80)),
    )
    assert total(effects([change], "EUR"), "EUR").risen == D(80)


@pytest.mark.parametrize(
    ("amount", "expected"), [(None, Risk.HIGH), ("500", Risk.MEDIUM), ("500.01", Risk.HIGH)]
)
def test_what_may_run_longer_is_as_risky_as_what_is_enabled(
    amount: str | None, expected: Risk
) -> None:
    budget = None if amount is None else Budget(id="1", amount=D(amount))
    longer = replace(field(CAMPAIGN, "endDate", "2026-11-20", None), budget=budget)
    shorter = replace(field(CAMPAIGN, "endDate", None, "2026-11-20"), budget=budget)
    for change, risk in ((longer, expected), (shorter, Risk.MEDIUM)):
        assert assess([change], "EUR", WriteRules(), {}, undo=[UndoKind.EXACT]).risk is risk
