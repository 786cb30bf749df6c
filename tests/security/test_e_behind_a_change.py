"""E: what a change is worth by what stands behind it: budgets, and the days of campaigns."""

from datetime import date, timedelta
from typing import Any, Final

import pytest

from sandbox.world import AdsAccount, Campaign
from tests.security.deciding import code
from tests.security.stored import items
from tests.security.watched import WatchedSandbox
from tests.support.api import CATALOGUE, Api
from tests.support.spare_writes import MICROS, SpareWrites
from wpp_mcp.storage.tables import Table

ONE_PERSON: Final = (100, 400)
TWO_PEOPLE: Final = (501, 900)


@pytest.fixture(scope="module")
def every_write(one_client: Api) -> SpareWrites:
    return SpareWrites(one_client)


@pytest.fixture
def writes(attacker: Api, every_write: SpareWrites) -> SpareWrites:
    assert attacker is every_write.api
    return every_write


def account(writes: SpareWrites, customer_id: str = CATALOGUE) -> AdsAccount:
    return writes.box.world.accounts[customer_id]


def campaign(writes: SpareWrites, status: str, between: tuple[int, int]) -> Campaign:
    """A campaign with a budget of its own of so many units a day."""
    there = account(writes)
    for one in there.campaigns.values():
        budget = there.budgets[one.budget_id]
        least, most = between
        fits = least <= budget.amount_micros // MICROS <= most and not budget.explicitly_shared
        if one.status == status and fits and str(one.budget_id) not in writes._used:
            writes._used.add(str(one.budget_id))
            return one
    raise LookupError("no campaign is left")


def amount_behind(writes: SpareWrites, one: Campaign) -> int:
    return writes.amount(str(one.budget_id))


def switched(writes: SpareWrites, one: Campaign, status: str = "ENABLED") -> dict[str, Any]:
    named = {"customerId": CATALOGUE, "campaignIds": [str(one.campaign_id)]}
    return writes.previewed("update_campaign_status", {**named, "status": status})


def changed(writes: SpareWrites, preview: dict[str, Any]) -> dict[str, Any]:
    """Confirm what is refused because the account shows something else; what it says of it."""
    writes.api.box.calls.clear()
    answer = writes.confirm(preview)
    assert (answer.status_code, code(answer)) == (409, "STATE_CHANGED"), answer.text
    assert writes.mutates() == 0
    [one] = answer.json()["error"]["details"]["changed"]
    said: dict[str, Any] = one
    return said


# Budgets: agreed to is what the preview said may be spent


@pytest.mark.parametrize("now", [50_000, 700, 50])
def test_enabling_a_campaign_is_bound_to_the_amount_of_its_budget(
    writes: SpareWrites, now: int
) -> None:
    paused = campaign(writes, "PAUSED", ONE_PERSON)
    then = amount_behind(writes, paused)
    preview = switched(writes, paused)
    assert preview["preview"]["riskLevel"] == "MEDIUM"
    writes.set_amount(str(paused.budget_id), now)

    said = changed(writes, preview)

    budget_id = str(paused.budget_id)
    assert said["previewed"] == {"status": "PAUSED", "budget": {"id": budget_id, "amount": then}}
    assert said["live"] == {"status": "PAUSED", "budget": {"id": budget_id, "amount": now}}
    assert account(writes).campaigns[paused.campaign_id].status == "PAUSED"


def test_enabling_a_campaign_is_bound_to_the_budget_it_has(writes: SpareWrites) -> None:
    paused = campaign(writes, "PAUSED", ONE_PERSON)
    other = campaign(writes, "ENABLED", TWO_PEOPLE)
    preview = switched(writes, paused)
    then = str(paused.budget_id)
    account(writes).campaigns[paused.campaign_id].budget_id = other.budget_id

    said = changed(writes, preview)

    assert said["previewed"]["budget"]["id"] == then
    assert said["live"]["budget"]["id"] == str(other.budget_id)
    assert said["live"]["budget"]["amount"] == amount_behind(writes, other)
    assert other.name in said["live"]["budget"]["sharedBy"]


def test_stopping_one_is_bound_to_it_too(writes: SpareWrites) -> None:
    running = campaign(writes, "ENABLED", ONE_PERSON)
    preview = switched(writes, running, "PAUSED")
    writes.set_amount(str(running.budget_id), amount_behind(writes, running) + 1)
    assert changed(writes, preview)["live"]["status"] == "ENABLED"


def test_a_raise_is_bound_to_the_campaigns_that_share_the_budget(writes: SpareWrites) -> None:
    raised = writes.raised()
    joins = campaign(writes, "ENABLED", ONE_PERSON)
    account(writes).campaigns[joins.campaign_id].budget_id = int(raised.budget_id)

    said = changed(writes, raised.preview)

    assert joins.name not in said["previewed"]["budget"]["sharedBy"]
    assert joins.name in said["live"]["budget"]["sharedBy"]
    assert "amount" not in said["live"]["budget"]
    assert writes.amount(raised.budget_id) == raised.before


def test_what_nobody_touched_is_enabled(writes: SpareWrites) -> None:
    paused = campaign(writes, "PAUSED", ONE_PERSON)
    assert writes.done(switched(writes, paused))["data"]["result"] == "SUCCEEDED"


# Days: a campaign that may run again, longer or earlier spends as one that is enabled


def dated(
    writes: SpareWrites,
    between: tuple[int, int],
    *,
    first: int = -100,
    last: int | None = None,
    **params: Any,
) -> tuple[Campaign, dict[str, Any]]:
    """A running campaign with a first and a last day, so many from now, and other days for it."""
    one = campaign(writes, "ENABLED", between)
    one.start_date = day(writes, first)
    one.end_date = None if last is None else day(writes, last)
    asked = {
        name: day(writes, value).isoformat() if type(value) is int else value
        for name, value in params.items()
    }
    named = {"customerId": CATALOGUE, "campaignId": str(one.campaign_id)}
    return one, writes.previewed("update_campaign", {**named, **asked})


def day(writes: SpareWrites, number: int) -> date:
    return writes.box.clock().date() + timedelta(days=number)


LONGER: Final[list[tuple[dict[str, int], dict[str, Any]]]] = [
    ({"last": 10}, {"endDate": 30}),
    ({"last": 10}, {"noEndDate": True}),
    ({"first": 20}, {"startDate": 5}),
]


@pytest.mark.parametrize(("days", "asked"), LONGER)
@pytest.mark.parametrize(("between", "risk"), [(ONE_PERSON, "MEDIUM"), (TWO_PEOPLE, "HIGH")])
def test_days_that_let_a_campaign_run_count_as_enabling_it(
    writes: SpareWrites,
    days: dict[str, int],
    asked: dict[str, Any],
    between: tuple[int, int],
    risk: str,
) -> None:
    one, preview = dated(writes, between, **days, **asked)
    shown = preview["preview"]
    assert shown["riskLevel"] == risk
    assert shown["money"]["perDay"] == amount_behind(writes, one)
    assert shown["changes"][0]["money"]["kind"] == "delivery"
    assert any("may spend twice as much on a day" in w for w in shown["warnings"])


@pytest.mark.parametrize("asked", [{"noEndDate": True}, {"endDate": 30}], ids=str)
def test_running_again_takes_two_people_for_the_old_end_cannot_be_set_again(
    writes: SpareWrites, asked: dict[str, Any]
) -> None:
    one, preview = dated(writes, ONE_PERSON, last=-10, **asked)
    shown = preview["preview"]
    assert (shown["riskLevel"], shown["undo"]["kind"]) == ("HIGH", "none")
    assert shown["money"]["perDay"] == amount_behind(writes, one)


SHORTER: Final[list[tuple[dict[str, int], dict[str, Any]]]] = [
    ({"last": 30}, {"endDate": 10}),
    ({}, {"endDate": 10}),
    ({"first": 5}, {"startDate": 20}),
]


@pytest.mark.parametrize(("days", "asked"), SHORTER)
def test_days_that_end_it_sooner_need_no_second_person(
    writes: SpareWrites, days: dict[str, int], asked: dict[str, Any]
) -> None:
    _, preview = dated(writes, TWO_PEOPLE, **days, **asked)
    assert preview["preview"]["riskLevel"] == "MEDIUM"
    assert "money" not in preview["preview"]["changes"][0]


def test_days_are_bound_to_the_budget_and_count_for_the_day(
    writes: SpareWrites, watched: WatchedSandbox
) -> None:
    one, preview = dated(writes, ONE_PERSON, last=10, noEndDate=True)
    amount = amount_behind(writes, one)
    writes.set_amount(str(one.budget_id), 50_000)
    assert changed(writes, preview)["live"]["budget"]["amount"] == 50_000
    writes.set_amount(str(one.budget_id), amount)
    named = {"customerId": CATALOGUE, "campaignId": str(one.campaign_id), "noEndDate": True}
    writes.box.clock.advance(writes.until_tomorrow())
    writes.done(writes.previewed("update_campaign", named))
    rises = [i for i in items(watched, Table.IDEMPOTENCY) if "spending#account#" in str(i["id"])]
    assert amount in [item["n"] for item in rises]


def test_undoing_an_earlier_end_is_letting_it_run(writes: SpareWrites) -> None:
    _, preview = dated(writes, TWO_PEOPLE, endDate=10)
    writes.done(preview)
    undoing = writes.rollback(preview["operationId"])["preview"]
    assert undoing["riskLevel"] == "HIGH"
    assert undoing["money"]["perDay"] > 500
