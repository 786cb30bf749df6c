"""D8: limits and kill switches of the moment of the confirmation count, not of the preview."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from tests.security.deciding import code
from tests.security.stored import drop, entries, forget_audit, items
from tests.security.watched import WatchedSandbox
from tests.support.api import CATALOGUE, Api
from tests.support.spare_writes import Raised, SpareWrites
from wpp_mcp.operations.states import Status
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.policies import CURRENT
from wpp_mcp.storage.tables import Table

SCOPES: Final = (
    "ENVIRONMENT",
    "AGENCY#north",
    "TOOL#update_budget",
    f"ACCOUNT#Google Ads:{CATALOGUE}",
    "USER#practitioner@north.example",
)
ELSEWHERE: Final = (
    "AGENCY#south",
    "TOOL#create_budget",
    "ACCOUNT#Google Ads:1000000101",
    "USER#manager@north.example",
)
OFF: Final = {"writesDisabled": {"reason": "an incident"}}
TIGHTER: Final[Mapping[str, Mapping[str, Any]]] = {
    "percent": {"percent": 10},
    "dailyBudget": {"dailyBudget": 50},
    "accountDailyRise": {"dailyRise": 5},
}


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


def put(writes: SpareWrites, scope: str, document: Mapping[str, Any]) -> None:
    """Let a policy hold from now on."""
    key = Key(Table.POLICIES, scope, CURRENT)
    writes.box.seeder.put(key, {"policyVersion": 7, **document})


def lift(writes: SpareWrites, scope: str) -> None:
    drop(writes.box, Key(Table.POLICIES, scope, CURRENT))


def waits(writes: SpareWrites, one: Raised) -> bool:
    """Whether an operation still waits for its confirmation, and nothing was done."""
    return writes.untouched(one) and writes.stored(one.operation_id).status is Status.PREVIEWED


@pytest.mark.parametrize("limit", TIGHTER)
@pytest.mark.parametrize("scope", ["ENVIRONMENT", f"ACCOUNT#Google Ads:{CATALOGUE}"])
def test_a_limit_that_was_tightened_meanwhile_holds(
    writes: SpareWrites, scope: str, limit: str
) -> None:
    one = writes.raised()
    put(writes, scope, {"limits": TIGHTER[limit]})

    answer = writes.asked(one.preview)

    assert (answer.status_code, code(answer)) == (422, "SAFETY_LIMIT_EXCEEDED")
    details = answer.json()["error"]["details"]
    exceeded = [one["exceeded"] for one in details.get("breaches", [details])]
    assert limit in exceeded
    assert waits(writes, one)
    lift(writes, scope)
    assert writes.asked(one.preview).status_code == 200
    assert writes.mutates() == 1


def test_what_became_a_high_risk_meanwhile_needs_a_second_person(writes: SpareWrites) -> None:
    one = writes.raised()
    put(writes, "ENVIRONMENT", {"limits": {"highDailyBudget": 50}})
    answer = writes.asked(one.preview)
    assert (answer.status_code, code(answer)) == (403, "SECOND_APPROVAL_REQUIRED")
    assert waits(writes, one)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_kill_switch_stops_confirmations_and_previews_at_once(
    writes: SpareWrites, scope: str
) -> None:
    one = writes.raised()
    put(writes, scope, OFF)
    validated = writes.api.calls().get("google-ads:Mutate.validate", 0)

    confirmed = writes.asked(one.preview)
    params = {"customerId": CATALOGUE, "budgetId": one.budget_id, "newDailyAmountDollars": 1}
    previewed = writes.api.execute("update_budget", params)

    for answer in (confirmed, previewed):
        assert (answer.status_code, code(answer)) == (423, "WRITES_DISABLED")
        assert answer.json()["error"]["details"] == {"scope": scope, "reason": "an incident"}
    assert writes.api.calls().get("google-ads:Mutate.validate", 0) == validated
    assert waits(writes, one)
    refused = [e for e in entries(writes.box) if e.get("error") == "WRITES_DISABLED"]
    assert [e["result"] for e in refused] == ["blocked", "blocked"]
    lift(writes, scope)
    assert writes.asked(one.preview).status_code == 200


@pytest.mark.parametrize("scope", ELSEWHERE)
def test_a_kill_switch_of_something_else_stops_nothing(writes: SpareWrites, scope: str) -> None:
    one = writes.raised()
    put(writes, scope, OFF)
    assert writes.asked(one.preview).status_code == 200


def test_a_no_is_heard_while_writes_are_off(writes: SpareWrites) -> None:
    one = writes.raised()
    put(writes, "ENVIRONMENT", OFF)
    assert writes.asked(one.preview, userConfirmation="REJECTED").json()["status"] == "REJECTED"


@pytest.mark.parametrize(
    "damaged",
    [
        {"limits": {"percent": "500"}},
        {"limits": {"percent": -1}},
        {"limits": {"unheardOf": 1}},
        {"writesDisabled": True},
        {"enforcement": "OFF"},
        {"policyVersion": ""},
    ],
    ids=str,
)
def test_on_rules_that_cannot_be_read_nothing_is_written(
    writes: SpareWrites, damaged: Mapping[str, Any]
) -> None:
    one = writes.raised()
    put(writes, "TOOL#update_budget", damaged)
    answer = writes.asked(one.preview)
    assert (answer.status_code, code(answer)) == (503, "STORAGE_UNAVAILABLE")
    assert waits(writes, one)


def test_what_was_only_logged_at_the_preview_is_refused_where_it_is_enforced_now(
    writes: SpareWrites,
) -> None:
    put(writes, "ENVIRONMENT", {"enforcement": "LOG_ONLY", "limits": {"percent": 10}})
    one = writes.raised()
    put(writes, "ENVIRONMENT", {"enforcement": "ENFORCED", "limits": {"percent": 10}})
    assert code(writes.asked(one.preview)) == "SAFETY_LIMIT_EXCEEDED"
    assert waits(writes, one)


def test_others_may_use_up_the_days_rise_between_preview_and_confirmation(
    writes: SpareWrites,
) -> None:
    """Each raise is within the limit, both are not."""
    writes.box.clock.advance(writes.until_tomorrow())
    one, other = writes.raised(), writes.raised()
    room = max(one.after - one.before, other.after - other.before)
    put(writes, "ENVIRONMENT", {"limits": {"dailyRise": room}})
    assert writes.asked(one.preview).status_code == 200
    answer = writes.asked(other.preview)
    assert code(answer) == "SAFETY_LIMIT_EXCEEDED"
    assert writes.amount(other.budget_id) == other.before
