from decimal import Decimal
from typing import Any

import pytest

from sandbox.world import Budget
from tests.unit.support.ads_writing import Played
from tests.unit.tools.google_ads.planning import (
    account,
    budget_where,
    carry_out,
    only,
    plan,
    problem,
    refusal,
)
from wpp_mcp.models.changes import Budget as Behind
from wpp_mcp.models.changes import ResourceType, Verb

NOT_AMOUNTS: list[tuple[str, str]] = [
    ("0", "zero is refused: to spend nothing, pause it instead"),
    ("0.0", "zero is refused"),
    ("-0.0", "zero is refused"),
    ("-5", "greater than 0"),
    ('"5,000"', "give a number"),
    ('"150"', "give a number"),
    ("true", "give a number"),
    ("1e10", "less than or equal to"),
    ("150.001", "USD has no smaller unit than 0.01"),
]


def own(google: Played) -> Budget:
    return budget_where(google, lambda b: not b.explicitly_shared and b.amount_micros > 1_000_000)


def value(text: str) -> Any:
    import json

    return json.loads(text)


def test_a_daily_budget_is_raised(google: Played) -> None:
    budget = own(google)
    before = Decimal(budget.amount_micros) / 1_000_000
    planned = plan(
        google,
        "update_budget",
        budgetId=str(budget.budget_id),
        newDailyAmountDollars=float(before) + 10.5,
    )
    change = only(planned)
    assert (planned.currency, planned.warnings, planned.partial) == ("USD", (), False)
    assert (change.verb, change.locator.type) == (Verb.UPDATE, ResourceType.BUDGET)
    assert change.locator.name == budget.name
    assert change.before == {"period": "DAILY", "amount": before}
    assert change.after == {"period": "DAILY", "amount": before + Decimal("10.5")}
    assert change.budget is not None
    assert (change.budget.total, change.budget.amount) == (False, before + Decimal("10.5"))
    assert len(change.budget.shared_by) == 1
    carry_out(google, planned)
    now = account(google).budgets[budget.budget_id].amount_micros
    assert now == budget.amount_micros + 10_500_000


def test_both_spellings_are_taken(google: Played) -> None:
    planned = plan(
        google, "update_budget", budget_id=str(own(google).budget_id), new_daily_amount_dollars=7
    )
    assert only(planned).after["amount"] == 7


@pytest.mark.parametrize(("text", "said"), NOT_AMOUNTS)
@pytest.mark.parametrize("name", ["newDailyAmountDollars", "newTotalAmount"])
def test_what_is_no_amount_is_refused(google: Played, name: str, text: str, said: str) -> None:
    budget = own(google)
    if name == "newTotalAmount":
        total(google, budget)
    params = {"budgetId": str(budget.budget_id), name: value(text)}
    field, why = problem(google, "update_budget", **params)
    assert field == name
    assert said in why


def total(google: Played, budget: Budget) -> None:
    budget.period, budget.amount_micros, budget.total_amount_micros = "CUSTOM_PERIOD", 0, 9_000_000


def test_a_total_is_changed_only_by_its_own_name(google: Played) -> None:
    budget = own(google)
    total(google, budget)
    place = str(budget.budget_id)
    field, why = problem(google, "update_budget", budgetId=place, newDailyAmountDollars=12)
    assert field == "newDailyAmountDollars"
    assert "is a total for the campaign's time" in why
    assert "newTotalAmount" in why
    planned = plan(google, "update_budget", budgetId=place, newTotalAmount=12)
    behind = only(planned).budget
    assert behind is not None
    assert behind.total
    carry_out(google, planned)
    assert account(google).budgets[budget.budget_id].total_amount_micros == 12_000_000


def test_a_daily_budget_has_no_total(google: Played) -> None:
    field, why = problem(
        google, "update_budget", budgetId=str(own(google).budget_id), newTotalAmount=12
    )
    assert (field, "is a daily average" in why) == ("newTotalAmount", True)


@pytest.mark.parametrize("amounts", [{}, {"newDailyAmountDollars": 1, "newTotalAmount": 1}])
def test_just_one_amount_is_given(google: Played, amounts: dict[str, int]) -> None:
    _, why = problem(google, "update_budget", budgetId=str(own(google).budget_id), **amounts)
    assert "give newDailyAmountDollars, or newTotalAmount" in why


def test_the_same_amount_is_no_change(google: Played) -> None:
    budget = own(google)
    field, why = problem(
        google,
        "update_budget",
        budgetId=str(budget.budget_id),
        newDailyAmountDollars=budget.amount_micros / 1_000_000,
    )
    assert field == "budgetId"
    assert "is already at amount" in why


@pytest.mark.parametrize(
    "place", ["", "*", "all", "12-34", "1 OR 1=1", "\uff10", "0", "1" * 20, "-1"]
)
def test_a_budget_is_named_by_its_id(google: Played, place: str) -> None:
    field, _ = problem(google, "update_budget", budgetId=place, newDailyAmountDollars=1)
    assert field == "budgetId"


def test_a_budget_that_is_not_there(google: Played) -> None:
    field, why = problem(google, "update_budget", budgetId="99", newDailyAmountDollars=1)
    assert (field, why) == ("budgetId", "there is no budget 99 in this account")


def test_a_budget_is_created(google: Played) -> None:
    planned = plan(google, "create_budget", name="Spring boots", dailyAmount=42.5, shared=True)
    change = only(planned)
    assert (change.verb, planned.currency) == (Verb.CREATE, "USD")
    assert change.locator.temporary
    assert change.budget == Behind(id=change.locator.id, amount=Decimal("42.5"))
    (applied,) = carry_out(google, planned)
    made = account(google).budgets[int(str(applied.id))]
    assert (made.name, made.amount_micros, made.explicitly_shared, made.period) == (
        "Spring boots",
        42_500_000,
        True,
        "DAILY",
    )


@pytest.mark.parametrize(("text", "said"), NOT_AMOUNTS)
def test_a_budget_is_not_created_with_what_is_no_amount(
    google: Played, text: str, said: str
) -> None:
    field, why = problem(google, "create_budget", name="New", dailyAmount=value(text))
    assert field == "dailyAmount"
    assert said in why


@pytest.mark.parametrize(
    "name", ["", " ", " a", "a ", "a\nb", "a\u202eb", "a\u200bb", "a\x00b", "é" * 128, "x" * 256]
)
def test_a_name_can_be_read_whole(google: Played, name: str) -> None:
    for tool, more in [
        ("create_budget", {"dailyAmount": 1}),
        ("update_campaign", {"campaignId": "1"}),
        ("create_label", {}),
    ]:
        field, _ = problem(google, tool, name=name, **more)
        assert field == "name"


def test_a_name_that_is_taken(google: Played) -> None:
    taken = own(google)
    for name in (taken.name, taken.name.upper()):
        field, why = problem(google, "create_budget", name=name, dailyAmount=1)
        assert (field, f"({taken.budget_id}) is there already" in why) == ("name", True)


def test_nothing_unknown_is_taken(google: Played) -> None:
    error = refusal(google, "create_budget", name="New", dailyAmount=1, amountMicros=5)
    assert error.details == [{"field": "amountMicros", "problem": "there is no such parameter"}]
