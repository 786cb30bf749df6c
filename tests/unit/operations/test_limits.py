"""The limits of governed writes: E1, E2, E4, E5, E7, E9 and E10 of the threats."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.support.budgets import budget, field, status
from tests.unit.support.limits import RULES, found, kinds
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.changes import Change, Plan, ResourceType
from wpp_mcp.models.policies import ENVIRONMENT, PolicyScope, policy_document
from wpp_mcp.models.write_rules import Enforcement, Limits, ScopeKind
from wpp_mcp.operations.breaches import LimitKind, enforce
from wpp_mcp.operations.limits import check
from wpp_mcp.storage.policies import Policies, key_of

D = Decimal
BUDGET, CAMPAIGN, AD_GROUP = ResourceType.BUDGET, ResourceType.CAMPAIGN, ResourceType.AD_GROUP
KEYWORD = ResourceType.KEYWORD


def amount(value: Any) -> Change:
    change = budget(100, 1)
    return replace(change, after={"amount": value})


# E1


@pytest.mark.parametrize(
    ("value", "currency"),
    [
        (D(0), "EUR"),
        (D(-5), "EUR"),
        (D("NaN"), "EUR"),
        (D("sNaN"), "EUR"),
        (D("Infinity"), "EUR"),
        (D("-Infinity"), "EUR"),
        (D("1e309"), "EUR"),
        (D(2**63), "EUR"),
        (D("0.001"), "EUR"),
        (D("0.5"), "JPY"),
        (D("0.0001"), "KWD"),
        ("5,000", "EUR"),
        (1.5, "EUR"),
        (True, "EUR"),
    ],
    ids=str,
)
def test_e1_what_is_no_amount_is_refused_again(value: Any, currency: str) -> None:
    [breach] = found(amount(value), currency=currency)
    assert (breach.kind, breach.always) == (LimitKind.AMOUNT, True)
    with pytest.raises(WppError) as caught:
        enforce([breach], replace(RULES, enforcement=Enforcement.LOG_ONLY))
    assert caught.value.code is ErrorCode.SAFETY_LIMIT_EXCEEDED


@pytest.mark.parametrize("value", [D(0), D(-1), D("NaN"), D("1e-9"), D("1e30")], ids=str)
@pytest.mark.parametrize("name", ["cpcBid", "targetCpa", "targetRoas"])
def test_e1_bids_and_targets_too(name: str, value: Decimal) -> None:
    assert kinds(field(AD_GROUP, name, D(1), value)) == [LimitKind.AMOUNT]


def test_e1_zero_says_what_to_do() -> None:
    [breach] = found(amount(D(0)))
    assert "pause it instead" in breach.message


def test_e1_micros_for_units_hit_a_limit() -> None:
    assert kinds(budget(150, 150_000_000)) == [
        LimitKind.PERCENT,
        LimitKind.DAILY_BUDGET,
        LimitKind.ACCOUNT_RISE,
        LimitKind.USER_RISE,
    ]


@pytest.mark.parametrize(("currency", "fine"), [("JPY", "300"), ("KWD", "300.125")])
def test_e1_currencies_have_their_own_smallest_units(currency: str, fine: str) -> None:
    assert found(budget(100, D(fine)), currency=currency) == []


def test_e1_without_a_currency_nothing_passes() -> None:
    with pytest.raises(WppError, match="INTERNAL"):
        found(budget(100, 150), currency=None)


# E2


@pytest.mark.parametrize("before", ["0", "0.01", "0.99"])
def test_e2_from_next_to_nothing_absolute_amounts_count(before: str) -> None:
    assert found(budget(D(before), 400)) == []  # by percent, without end; test_risk.py: HIGH
    assert kinds(budget(D(before), D("10000.01"))) == [LimitKind.DAILY_BUDGET]


def test_e2_from_where_a_percent_says_something_it_counts() -> None:
    assert kinds(budget(1, 6)) == [LimitKind.PERCENT]
    assert kinds(budget(100, 600), currency="JPY") == [LimitKind.PERCENT]
    assert kinds(budget(99, 600), currency="JPY") == []


def test_e2_a_value_of_nothing_in_the_window_is_no_hole_either() -> None:
    """Down to a cent first, and up from there: the value before counts."""
    assert kinds(budget(D("0.01"), 600), first=100) == [LimitKind.PERCENT]


@pytest.mark.parametrize(
    ("name", "most"), [("cpcBid", D(100)), ("targetCpa", D(1000))], ids=["bid", "cpa"]
)
@pytest.mark.parametrize("before", [None, D("0.001")], ids=str)
def test_e2_a_price_from_nothing(name: str, most: Decimal, before: Decimal | None) -> None:
    assert found(field(AD_GROUP, name, before, most)) == []
    [breach] = found(field(AD_GROUP, name, before, most + D("0.01")))
    assert (breach.kind, breach.figures["limit"]) == (LimitKind.PRICE, most)


def test_e2_a_first_target_roas_holds_back() -> None:
    assert found(field(CAMPAIGN, "targetRoas", None, D("0.01"))) == []


# E4 and E5


def test_e4_a_shared_budget_is_one_budget() -> None:
    shared = [
        status("ENABLED", 9000, thing=str(n), budget_id="7", shared_by=("A", "B", "C"))
        for n in range(3)
    ]
    apart = [status("ENABLED", 9000, thing=str(n), budget_id=str(n)) for n in range(3)]
    assert found(*shared) == []
    assert kinds(*apart) == [LimitKind.ACCOUNT_RISE, LimitKind.USER_RISE]


def test_e5_a_total_budget_is_held_to_30_4_times_the_daily_one() -> None:
    assert found(budget(152_000, 304_000, total=True)) == []
    [breach] = found(budget(152_000, D("304000.01"), total=True))
    assert breach.kind is LimitKind.DAILY_BUDGET
    assert breach.figures["requestedBudget"] == D("304000.01")
    assert kinds(status("ENABLED", D("304000.01"), total=True)) == [LimitKind.DAILY_BUDGET]


def test_e5_a_total_budget_is_compared_by_percent() -> None:
    assert found(budget(100, D("599.99"), total=True)) == []
    assert kinds(budget(100, 600, total=True)) == [LimitKind.PERCENT]


def test_e5_a_30_4th_part_of_it_counts_for_the_day() -> None:
    change = budget(100_000, 176_000, total=True)  # 2,500 a day
    assert found(change, risen=22_500) == []
    assert kinds(change, risen=D("22500.01")) == [LimitKind.ACCOUNT_RISE]


# E7


@pytest.mark.parametrize("name", ["cpcBid", "targetCpa"])
def test_e7_bids_and_targets_count_by_percent(name: str) -> None:
    assert found(field(AD_GROUP, name, 1.0, 5.99)) == []
    assert kinds(field(AD_GROUP, name, 1.0, 6.0)) == [LimitKind.PERCENT]
    assert kinds(field(AD_GROUP, name, 5.0, 6.0), first=1) == [LimitKind.PERCENT]


def test_e7_a_lower_target_roas_is_a_rise() -> None:
    assert found(field(CAMPAIGN, "targetRoas", 6.0, 1.01)) == []
    assert kinds(field(CAMPAIGN, "targetRoas", 6.0, 1.0)) == [LimitKind.PERCENT]
    assert kinds(field(CAMPAIGN, "targetRoas", 2.0, 1.0), first=6) == [LimitKind.PERCENT]
    assert found(field(CAMPAIGN, "targetRoas", 1.0, 60.0)) == []


def test_e7_enabling_is_spending() -> None:
    assert found(status("ENABLED", 10_000)) == []
    [breach] = found(status("ENABLED", D("10000.01")))
    assert breach.kind is LimitKind.DAILY_BUDGET
    assert "Enabling" in breach.message or "enabling" in breach.message
    assert kinds(status("ENABLED", 10_000), risen=D("15000.01")) == [LimitKind.ACCOUNT_RISE]
    assert found(status("PAUSED", 20_000), risen=25_000) == []


# E9


def test_e9_limits_belong_to_no_person() -> None:
    """Who profits cannot set limits for themself; a second admin agrees to all others."""
    person = PolicyScope(ScopeKind.USER, "ann@agency.example")
    for values in ({"limits": {"percent": 9000}}, {"enforcement": "LOG_ONLY"}):
        with pytest.raises(ValueError, match="only switches writes off"):
            policy_document(person, values)
        assert policy_document(ENVIRONMENT, values)


def test_e9_changed_limits_are_noticed() -> None:
    agency = PolicyScope(ScopeKind.AGENCY, "northwind")
    versions = [
        Policies.rules({key_of(agency): {"policyVersion": n, "limits": {"percent": 900}}}).version
        for n in (1, 2)
    ]
    assert versions == ["agency:1", "agency:2"]


# E10


@pytest.mark.parametrize(
    ("changes", "how"),
    [
        ([budget(100, D("599.99"))], {}),
        ([budget(5000, 10_000)], {}),
        ([budget(None, 10_000)], {}),
        ([budget(5000, 10_000)], {"risen": 20_000, "user": 20_000}),
        ([field(KEYWORD, "cpcBid", None, D(100))], {}),
    ],
    ids=["percent", "daily", "new", "sum", "price"],
)
def test_e10_the_last_that_passes(changes: list[Change], how: dict[str, Any]) -> None:
    assert found(*changes, **how) == []


@pytest.mark.parametrize(
    ("change", "how", "kind"),
    [
        (budget(100, 600), {}, LimitKind.PERCENT),
        (budget(5000, D("10000.01")), {}, LimitKind.DAILY_BUDGET),
        (budget(None, D("10000.01")), {}, LimitKind.DAILY_BUDGET),
        (budget(5000, 10_000), {"risen": D("20000.01")}, LimitKind.ACCOUNT_RISE),
        (budget(5000, 10_000), {"user": D("20000.01")}, LimitKind.USER_RISE),
        (field(KEYWORD, "cpcBid", None, D("100.01")), {}, LimitKind.PRICE),
    ],
    ids=["percent", "daily", "new", "account", "user", "price"],
)
def test_e10_the_first_that_does_not(change: Change, how: dict[str, Any], kind: LimitKind) -> None:
    assert kinds(change, **how) == [kind]


def test_e10_thirds_are_compared_without_rounding() -> None:
    assert kinds(budget(D("33.33"), D("199.98"))) == [LimitKind.PERCENT]
    assert found(budget(D("33.33"), D("199.97"))) == []


# Cuts, policies, and what is no money


def test_a_cut_is_never_refused() -> None:
    assert found(budget(50_000, 40_000), first=100, risen=90_000) == []
    assert found(field(AD_GROUP, "cpcBid", 9.0, 8.0), first=1) == []


def test_policies_move_the_limits() -> None:
    wide = replace(RULES, limits=Limits(percent=D(1000), daily_budget=D(20_000)))
    assert found(budget(3000, 18_000), rules=wide) == []
    assert kinds(budget(100, 1100), rules=wide) == [LimitKind.PERCENT]


def test_a_plan_without_money_has_no_limits_but_items() -> None:
    plan = Plan(changes=[field(ResourceType.LABEL, "name", "a", "b")])
    assert check(plan.changes, plan.currency, RULES, {}, D(0), D(0)) == []
