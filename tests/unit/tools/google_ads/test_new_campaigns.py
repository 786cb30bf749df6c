"""create_campaign: paused, with a budget and a way of bidding."""

from typing import Any

import pytest

from tests.unit.support.ads_writing import Played
from tests.unit.tools.google_ads.planning import (
    account,
    budget_where,
    campaign_where,
    carry_out,
    enabled,
    only,
    plan,
    problem,
)
from wpp_mcp.models.changes import Verb
from wpp_mcp.tools.registry import catalogue


def shared_budget(google: Played) -> str:
    return str(budget_where(google, lambda b: b.explicitly_shared).budget_id)


def new(google: Played, **more: Any) -> dict[str, Any]:
    return {
        "name": "Spring boots",
        "budgetId": shared_budget(google),
        "bidding": "MANUAL_CPC",
        "containsEuPoliticalAdvertising": False,
    } | more


@pytest.mark.parametrize(
    ("bidding", "strategy", "target"),
    [
        ("MANUAL_CPC", "MANUAL_CPC", {}),
        ("MAXIMIZE_CLICKS", "TARGET_SPEND", {}),
        ("MAXIMIZE_CLICKS", "TARGET_SPEND", {"maxCpc": 1.25}),
        ("MAXIMIZE_CONVERSIONS", "MAXIMIZE_CONVERSIONS", {}),
        ("MAXIMIZE_CONVERSIONS", "MAXIMIZE_CONVERSIONS", {"targetCpa": 20}),
        ("MAXIMIZE_CONVERSION_VALUE", "MAXIMIZE_CONVERSION_VALUE", {"targetRoas": 3.5}),
    ],
)
def test_a_campaign_is_created_paused(
    google: Played, bidding: str, strategy: str, target: dict[str, float]
) -> None:
    planned = plan(
        google, "create_campaign", **new(google, bidding=bidding, startDate="2026-12-01", **target)
    )
    change = only(planned)
    assert (change.verb, change.after["status"], change.budget) == (Verb.CREATE, "PAUSED", None)
    assert planned.currency == "USD"
    (applied,) = carry_out(google, planned)
    made = account(google).campaigns[int(str(applied.id))]
    assert (made.status, made.bidding_strategy, made.channel) == ("PAUSED", strategy, "SEARCH")
    assert (made.networks.search, made.networks.content) == (False, False)
    values = google.values(change, str(applied.id))
    assert {n: values[n] for n in change.after} == change.after


def test_no_parameter_starts_it(google: Played) -> None:
    assert "status" not in {
        f.alias for f in catalogue()["create_campaign"].input.model_fields.values()
    }


@pytest.mark.parametrize(
    ("more", "field", "said"),
    [
        ({"targetCpa": 5}, "params", "targetCpa goes with MAXIMIZE_CONVERSIONS only"),
        ({"bidding": "MAXIMIZE_CONVERSIONS", "maxCpc": 5}, "params", "maxCpc goes with"),
        ({"bidding": "TARGET_CPA"}, "bidding", "Input should be"),
        ({"startDate": "2027-01-02", "endDate": "2027-01-01"}, "params", "before startDate"),
        ({"budgetId": "99"}, "budgetId", "there is no budget 99"),
        ({"containsEuPoliticalAdvertising": "no"}, "containsEuPoliticalAdvertising", "boolean"),
        ({"bidding": "MAXIMIZE_CLICKS", "maxCpc": 0}, "maxCpc", "zero is refused"),
        ({"bidding": "MAXIMIZE_CLICKS", "maxCpc": 0.001}, "maxCpc", "no smaller unit"),
    ],
)
def test_campaigns_that_cannot_be(
    google: Played, more: dict[str, Any], field: str, said: str
) -> None:
    where, why = problem(google, "create_campaign", **new(google, **more))
    assert where == field
    assert said in why


def test_the_declaration_is_not_guessed(google: Played) -> None:
    given = new(google)
    del given["containsEuPoliticalAdvertising"]
    field, _ = problem(google, "create_campaign", **given)
    assert field == "containsEuPoliticalAdvertising"


def test_a_budget_of_another_campaign_is_not_taken(google: Played) -> None:
    owner = campaign_where(
        google,
        lambda c: (
            c.status == "ENABLED" and not account(google).budgets[c.budget_id].explicitly_shared
        ),
    )
    field, why = problem(google, "create_campaign", **new(google, budgetId=str(owner.budget_id)))
    assert field == "budgetId"
    assert f'belongs to "{owner.name}" alone' in why


def test_a_total_budget_needs_a_last_day(google: Played) -> None:
    made = carry_out(google, plan(google, "create_budget", name="Total", dailyAmount=5))
    google.google.world.mutates.clear()
    budget = account(google).budgets[int(str(made[0].id))]
    budget.period, budget.amount_micros, budget.total_amount_micros = "CUSTOM_PERIOD", 0, 9_000_000
    field, why = problem(google, "create_campaign", **new(google, budgetId=str(budget.budget_id)))
    assert (field, "needs a last day" in why) == ("endDate", True)


def test_a_name_that_is_taken(google: Played) -> None:
    taken = enabled(google, 1)[0]
    field, why = problem(google, "create_campaign", **new(google, name=taken.name))
    assert (field, "is there already" in why) == ("name", True)


def test_a_name_is_the_same_in_any_case(google: Played) -> None:
    first, second = enabled(google, 2)
    shouted = first.name.upper()
    assert shouted != first.name
    field, why = problem(google, "create_campaign", **new(google, name=shouted))
    assert (field, f"({first.campaign_id}) is there already" in why) == ("name", True)
    other = {"campaignId": str(second.campaign_id)}
    for name in (first.name, shouted):
        field, why = problem(google, "update_campaign", **other, name=name)
        assert (field, f"({first.campaign_id}) is there already" in why) == ("name", True)
    carry_out(google, plan(google, "update_campaign", **other, name=second.name.upper()))
