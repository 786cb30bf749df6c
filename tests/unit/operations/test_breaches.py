"""What a breach says, and what becomes of it when limits are only logged."""

from dataclasses import replace

import pytest

from tests.unit.support.budgets import budget
from tests.unit.support.limits import RULES, found
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.write_rules import Enforcement
from wpp_mcp.operations.breaches import enforce


def test_a_refusal_says_its_figures() -> None:
    with pytest.raises(WppError) as caught:
        enforce(found(budget(500, 900), first=100), RULES)
    assert caught.value.code is ErrorCode.SAFETY_LIMIT_EXCEEDED
    assert caught.value.message == (
        "amount of Budget 1 from 500 to 900 EUR lets 800.0 % more be spent than the first value of"
        " the last 24 hours, 100; 500 % and more is refused"
    )
    assert caught.value.details == {
        "exceeded": "percent",
        "currentBudget": 500,
        "requestedBudget": 900,
        "firstValue": 100,
        "percentChange": 800,
        "limit": 500,
        "currency": "EUR",
        "field": "amount",
        "resource": "Budget 1",
    }


def test_a_refusal_names_all_breaches() -> None:
    with pytest.raises(WppError) as caught:
        enforce(found(budget(100, 90_000)), RULES)
    details = caught.value.details
    assert details is not None
    assert [one["exceeded"] for one in details["breaches"]] == [
        "percent", "dailyBudget", "accountDailyRise", "userDailyRise",
    ]  # fmt: skip
    assert all(one["message"] for one in details["breaches"])


def test_log_only_says_what_would_have_been_stopped() -> None:
    loose = replace(RULES, enforcement=Enforcement.LOG_ONLY)
    [said] = enforce(found(budget(100, 600)), loose)
    assert said.startswith("A limit would have stopped this: amount of Budget 1")
    assert enforce([], RULES) == ()
