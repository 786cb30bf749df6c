"""E: amounts that are none, limits and what gets round them, through the front door."""

from collections.abc import Iterator, Mapping
from copy import copy
from decimal import Decimal
from typing import Any, Final

import pytest

from tests.security.deciding import code
from tests.security.stored import drop, entries, forget_audit, items
from tests.security.watched import WatchedSandbox
from tests.support.api import CATALOGUE, EUR, Api
from tests.support.spare_writes import SpareWrites
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.policies import CURRENT
from wpp_mcp.storage.tables import Table

SHARED, TOTAL = "2000001", "2000090"


@pytest.fixture(scope="module")
def every_write(one_client: Api) -> SpareWrites:
    return SpareWrites(one_client)


@pytest.fixture
def writes(
    attacker: Api, every_write: SpareWrites, watched: WatchedSandbox
) -> Iterator[SpareWrites]:
    forget_audit(watched)
    yield every_write
    for item in items(watched, Table.POLICIES):
        drop(watched, Key(Table.POLICIES, item["scope"], item["version"]))


def asked(writes: SpareWrites, budget_id: str, amount: Any, **params: Any) -> Any:
    """Preview another amount of a budget; the HTTP answer."""
    given = {"customerId": CATALOGUE, "budgetId": budget_id, "newDailyAmountDollars": amount}
    kept = {name: value for name, value in (given | params).items() if value is not None}
    return writes.api.execute("update_budget", kept)


def details(answer: Any) -> Mapping[str, Any]:
    assert (answer.status_code, code(answer)) == (422, "SAFETY_LIMIT_EXCEEDED"), answer.text
    found: Mapping[str, Any] = answer.json()["error"]["details"]
    return found


def policy(writes: SpareWrites, **document: Any) -> None:
    key = Key(Table.POLICIES, "ENVIRONMENT", CURRENT)
    writes.box.seeder.put(key, {"policyVersion": 7, **document})


NO_AMOUNTS: Final = [
    0, -1, -0.01, 0.001, True, False, "150", "5,000", "1e3", "NaN", "\u0661\u0662", [150], {"a": 1},
    10**19, 2**63, 1_000_000_001,
]  # fmt: skip


@pytest.mark.parametrize("amount", NO_AMOUNTS, ids=repr)
def test_e1_what_is_no_amount_is_refused_before_google_is_asked_to_check(
    writes: SpareWrites, amount: Any
) -> None:
    answer = asked(writes, "3000002", amount)
    assert (answer.status_code, code(answer)) == (400, "INVALID_REQUEST")
    assert "newDailyAmountDollars" in answer.text
    assert "google-ads:Mutate.validate" not in writes.api.calls()


def test_e1_zero_says_what_to_do_instead(writes: SpareWrites) -> None:
    assert "pause it instead" in asked(writes, "3000002", 0).text


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e309", "1e999999"])
def test_e1_numbers_that_json_does_not_have_are_refused(writes: SpareWrites, literal: str) -> None:
    body = (
        '{"tool": "update_budget", "params": {"customerId": "1000000103", "budgetId": "3000002",'
        f' "newDailyAmountDollars": {literal}}}}}'
    )
    answer = writes.api.send(
        "POST",
        "/mcp/execute-tool",
        role="practitioner",
        headers={"Content-Type": "application/json"},
        content=body,
    )
    assert (answer.status_code, code(answer)) == (400, "INVALID_REQUEST")
    assert writes.api.calls("google-ads") == {}


def test_e1_micros_as_units_meet_a_limit(writes: SpareWrites) -> None:
    budget_id, before = writes.budget()
    found = details(asked(writes, budget_id, before * 1_000_000))
    assert found["exceeded"] == "percent"


def test_e10_e3_exactly_500_percent_is_refused_with_the_figures(writes: SpareWrites) -> None:
    budget_id, before = writes.budget()
    for factor in (6, 10):
        found = details(asked(writes, budget_id, before * factor))
        assert found["currentBudget"] == before
        assert found["requestedBudget"] == before * factor
        assert (found["percentChange"], found["limit"]) == ((factor - 1) * 100, 500)
    blocked = [e for e in entries(writes.box) if e.get("error") == "SAFETY_LIMIT_EXCEEDED"]
    assert [(e["result"], e["limits"]) for e in blocked] == [("blocked", "percent")] * 2
    assert writes.mutates() == 0


def test_e10_just_below_500_percent_needs_a_second_person(writes: SpareWrites) -> None:
    budget_id, before = writes.budget()
    amount = float(Decimal(before) * 6 - Decimal("0.01"))
    answer = asked(writes, budget_id, amount)
    assert answer.status_code == 202, answer.text
    assert answer.json()["preview"]["riskLevel"] == "HIGH"


@pytest.mark.parametrize(("percent", "risk"), [(100, "MEDIUM"), (101, "HIGH")])
def test_e10_exactly_twice_needs_no_second_person_yet(
    writes: SpareWrites, percent: int, risk: str
) -> None:
    budget_id, before = writes.budget(least=100, most=200)
    amount = before * (100 + percent) / 100
    assert asked(writes, budget_id, amount).json()["preview"]["riskLevel"] == risk


def test_e3_many_small_steps_get_no_further_than_one(writes: SpareWrites) -> None:
    """Against the first value of the last 24 hours, not against the last one."""
    budget_id, first = writes.budget(least=100, most=120)
    amount, risks = first, []
    while True:
        amount = amount * 14 // 10
        answer = asked(writes, budget_id, amount)
        risks.append(answer.json()["preview"]["riskLevel"])
        if risks[-1] == "HIGH":
            break
        writes.done(answer.json())
    assert writes.amount(budget_id) <= 2 * first < amount
    assert risks == ["MEDIUM", "MEDIUM", "HIGH"]
    found = details(asked(writes, budget_id, first * 6))
    assert found["firstValue"] == first
    assert found["percentChange"] == 500


def test_e2_next_to_nothing_has_no_percent_but_a_second_person(writes: SpareWrites) -> None:
    budget_id, _ = writes.budget()
    account = writes.box.world.accounts[CATALOGUE]
    writes.api.control(
        "POST",
        f"/google-ads/{account.customer_id}/budgets/{budget_id}",
        json={"amount_micros": 10_000},
    )
    assert asked(writes, budget_id, 400).json()["preview"]["riskLevel"] == "HIGH"
    assert details(asked(writes, budget_id, 10_001))["exceeded"] == "dailyBudget"


def test_e4_a_shared_budget_names_every_campaign_that_spends_it(writes: SpareWrites) -> None:
    answer = asked(writes, SHARED, 410, customerId=EUR)
    assert answer.status_code == 202, answer.text
    shown = answer.json()["preview"]
    names = [
        one.name
        for one in writes.box.world.accounts[EUR].campaigns.values()
        if one.budget_id == int(SHARED)
    ]
    (said,) = [w for w in shown["warnings"] if "shared by" in w]
    assert f"shared by {len(names)} campaigns" in said
    assert all(name in said for name in names)
    assert (shown["money"]["perDay"], shown["currency"]) == (10, "EUR")


@pytest.fixture
def campaigns_as_they_were(writes: SpareWrites) -> Iterator[None]:
    """Let a test rename campaigns and move them to other budgets; other tests find them again."""
    there = writes.box.world.accounts[CATALOGUE].campaigns
    were = {place: copy(one) for place, one in there.items()}
    yield
    there.update(were)


@pytest.mark.usefixtures("campaigns_as_they_were")
def test_e4_no_campaign_is_cut_off_however_many_share_a_budget(writes: SpareWrites) -> None:
    account = writes.box.world.accounts[CATALOGUE]
    budget_id, before = writes.budget()
    shared = account.budgets[int(budget_id)]
    for number, one in enumerate(list(account.campaigns.values())[:40]):
        one.name = f"{number} " + "Ünsere schöne Kampagne " * (number % 10 + 1)
        one.budget_id, one.status = shared.budget_id, "PAUSED"
    names = [
        one.name
        for one in account.campaigns.values()
        if one.budget_id == shared.budget_id and one.status != "REMOVED"
    ]
    shown = writes.previewed("update_budget", writes.params(budget_id, before + 1))["preview"]
    said = [w for w in shown["warnings"] if "shared by" in w]
    assert len(said) > 1
    assert all(f"shared by {len(names)} campaigns" in w for w in said)
    assert not [w for w in said if "[cut]" in w]
    listed = [name for w in said for name in w.partition(": ")[2].split(", ")]
    assert sorted(listed) == sorted(names)


def test_e5_a_total_is_not_taken_for_a_daily_amount(writes: SpareWrites) -> None:
    daily = asked(writes, TOTAL, 10_000, customerId=EUR)
    assert (daily.status_code, code(daily)) == (400, "INVALID_REQUEST")
    assert "newTotalAmount" in daily.text
    total = asked(writes, TOTAL, None, customerId=EUR, newTotalAmount=9_500)
    assert total.status_code == 202, total.text
    shown = total.json()["preview"]
    assert any("total budget" in w for w in shown["warnings"])
    assert shown["money"]["perDay"] == pytest.approx(500 / 30.4, abs=1e-5)
    over = asked(writes, TOTAL, None, customerId=EUR, newTotalAmount=53_999)
    assert over.json()["preview"]["riskLevel"] == "HIGH"
    assert details(asked(writes, TOTAL, None, customerId=EUR, newTotalAmount=54_000))


def test_e6_what_daily_means_is_said(writes: SpareWrites) -> None:
    one = writes.raised()
    shown = one.preview["preview"]
    assert any("may spend twice as much on a day" in w for w in shown["warnings"])
    rise = one.after - one.before
    assert shown["money"]["perDay"] == rise
    assert shown["money"]["perMonth"] == pytest.approx(rise * 30.4)


def test_e7_enabling_counts_the_whole_budget_as_spending(writes: SpareWrites) -> None:
    account = writes.box.world.accounts[CATALOGUE]
    paused = [
        (one, account.budgets[one.budget_id].amount_micros // 1_000_000)
        for one in account.campaigns.values()
        if one.status == "PAUSED"
    ]
    for high, expected in ((False, "MEDIUM"), (True, "HIGH")):
        campaign, amount = next(p for p in paused if (p[1] > 500) is high)
        params = {
            "customerId": CATALOGUE,
            "campaignIds": [str(campaign.campaign_id)],
            "status": "ENABLED",
        }
        shown = writes.previewed("update_campaign_status", params)["preview"]
        assert (shown["riskLevel"], shown["money"]["perDay"]) == (expected, amount)


def test_e8_the_sum_of_a_batch_counts(writes: SpareWrites) -> None:
    account = writes.box.world.accounts[CATALOGUE]
    paused = [one for one in account.campaigns.values() if one.status == "PAUSED"][:5]
    together = sum(account.budgets[one.budget_id].amount_micros for one in paused) // 1_000_000
    params = {
        "customerId": CATALOGUE,
        "campaignIds": [str(one.campaign_id) for one in paused],
        "status": "ENABLED",
    }
    writes.box.clock.advance(writes.until_tomorrow())
    policy(writes, limits={"dailyRise": together - 1})
    assert (
        details(writes.api.execute("update_campaign_status", params))["requestedRise"] == together
    )
    policy(writes, limits={"dailyRise": together})
    assert writes.api.execute("update_campaign_status", params).status_code == 202


@pytest.mark.parametrize("ids", [[], ["*"], ["all"], "all", ["-1"], ["3000003"] * 2, None])
def test_what_is_meant_is_named_one_by_one(writes: SpareWrites, ids: Any) -> None:
    params = {"customerId": CATALOGUE, "status": "PAUSED"}
    params |= {} if ids is None else {"campaignIds": ids}
    answer = writes.api.execute("update_campaign_status", params)
    assert (answer.status_code, code(answer)) == (400, "INVALID_REQUEST")
    assert "campaignIds" in answer.text
    assert writes.mutates() == 0


@pytest.mark.parametrize(("amount", "risk"), [(500, "MEDIUM"), (501, "HIGH"), (10_000, "HIGH")])
def test_a_new_budget_is_held_to_absolute_amounts(
    writes: SpareWrites, amount: int, risk: str
) -> None:
    params = {"customerId": CATALOGUE, "name": f"New {amount}", "dailyAmount": amount}
    shown = writes.previewed("create_budget", params)["preview"]
    assert shown["riskLevel"] == risk
    over = writes.api.execute("create_budget", params | {"dailyAmount": 10_001})
    assert details(over)["exceeded"] == "dailyBudget"


def test_log_only_says_what_a_limit_would_have_stopped(writes: SpareWrites) -> None:
    policy(writes, enforcement="LOG_ONLY")
    budget_id, before = writes.budget()
    answer = asked(writes, budget_id, before * 10)
    assert answer.status_code == 202, answer.text
    shown = answer.json()["preview"]
    assert any(w.startswith("A limit would have stopped this") for w in shown["warnings"])
    assert shown["riskLevel"] == "HIGH"

    token = writes.approved(answer.json())
    assert writes.asked(answer.json(), confirmationToken=token).status_code == 200
    noted = {e["step"]: e["limits"] for e in entries(writes.box) if "limits" in e}
    assert noted == {"preview": "percent", "intent": "percent"}
