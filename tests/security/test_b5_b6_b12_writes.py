"""B5, B6, B12: a grant counts to the moment before anything is sent; headers name what is meant."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.security.deciding import code
from tests.security.stored import drop, entries, forget_audit, grant_key, put_grant
from tests.security.watched import WatchedSandbox
from tests.support.api import CATALOGUE, Api
from tests.support.spare_writes import INTENT, LOCK, TRANSACT, SpareWrites, before_call
from wpp_mcp.operations.states import Status

BATCH = 3


@pytest.fixture(scope="module")
def every_write(one_client: Api) -> SpareWrites:
    return SpareWrites(one_client)


@pytest.fixture
def writes(
    attacker: Api, every_write: SpareWrites, watched: WatchedSandbox
) -> Iterator[SpareWrites]:
    forget_audit(watched)
    yield every_write
    watched.seeder.world(watched.world)


def revoke(writes: SpareWrites) -> None:
    drop(writes.box, grant_key(CATALOGUE))


def expire(writes: SpareWrites) -> None:
    put_grant(writes.box, CATALOGUE, writes.box.clock() - timedelta(seconds=1))


def expire_now(writes: SpareWrites) -> None:
    put_grant(writes.box, CATALOGUE, writes.box.clock())


@pytest.mark.parametrize("end", [revoke, expire])
def test_b5_a_grant_that_ended_since_the_preview_stops_the_confirmation(
    writes: SpareWrites, end: Any
) -> None:
    one = writes.raised()
    end(writes)
    calls = writes.api.calls("google-ads")

    answer = writes.asked(one.preview)

    assert (answer.status_code, code(answer)) == (403, "ACCOUNT_NOT_AUTHORIZED")
    assert writes.api.calls("google-ads") == calls
    assert writes.untouched(one)
    entry = entries(writes.box, "practitioner@north.example")[-1]
    assert (entry["result"], entry["error"], entry["step"], entry["operationId"]) == (
        "blocked",
        "ACCOUNT_NOT_AUTHORIZED",
        "confirm",
        one.operation_id,
    )


@pytest.mark.parametrize(
    ("step", "end"),
    [(LOCK, revoke), (LOCK, expire_now), (INTENT, revoke), (INTENT, expire)],
    ids=["before the lock", "over before the lock", "before the intent", "over before the intent"],
)
def test_b6_a_grant_that_ends_while_it_runs_stops_it_before_anything_is_sent(
    writes: SpareWrites, watched: WatchedSandbox, end: Any, step: int
) -> None:
    one = writes.raised()
    stood = []

    def ending() -> None:
        stood.append(writes.stored(one.operation_id).status)
        end(writes)

    before_call(watched, step, TRANSACT, ending)
    answer = writes.asked(one.preview)

    assert stood == [Status.PREVIEWED if step == LOCK else Status.EXECUTING]
    assert (answer.status_code, code(answer)) == (403, "ACCOUNT_NOT_AUTHORIZED")
    assert writes.untouched(one)
    assert writes.stored(one.operation_id).status is Status.PREVIEWED
    watched.seeder.world(watched.world)
    writes.done(one.preview)
    assert writes.mutates() == 1


def test_b6_of_a_batch_nothing_is_done(writes: SpareWrites, watched: WatchedSandbox) -> None:
    account = watched.world.accounts[CATALOGUE]
    enabled = [c for c in account.campaigns.values() if c.status == "ENABLED"][:BATCH]
    params = {
        "customerId": CATALOGUE,
        "campaignIds": [str(c.campaign_id) for c in enabled],
        "status": "PAUSED",
        "partialFailure": True,
    }
    preview = writes.previewed("update_campaign_status", params)
    before_call(watched, INTENT, TRANSACT, lambda: revoke(writes))

    answer = writes.asked(preview)

    assert code(answer) == "ACCOUNT_NOT_AUTHORIZED"
    assert writes.mutates() == 0
    now = [account.campaigns[c.campaign_id].status for c in enabled]
    assert now == ["ENABLED"] * BATCH


def test_b6_a_preview_whose_grant_ends_while_it_is_made_is_not_stored(
    writes: SpareWrites, watched: WatchedSandbox
) -> None:
    budget_id, before = writes.budget()
    before_call(watched, 1, TRANSACT, lambda: revoke(writes))
    params = {
        "customerId": CATALOGUE,
        "budgetId": budget_id,
        "newDailyAmountDollars": before + 10,
    }
    answer = writes.api.execute("update_budget", params)
    assert (answer.status_code, code(answer)) == (403, "ACCOUNT_NOT_AUTHORIZED")
    assert "confirmationToken" not in answer.text


def test_b5_an_operation_is_shown_no_account_after_its_grant_lapsed_and_came_back(
    writes: SpareWrites, watched: WatchedSandbox
) -> None:
    """A grant that was given again lets the same confirmation through: nothing was used up."""
    one = writes.raised()
    revoke(writes)
    assert code(writes.asked(one.preview)) == "ACCOUNT_NOT_AUTHORIZED"
    put_grant(watched, CATALOGUE, watched.clock() + timedelta(days=1))
    assert writes.asked(one.preview).status_code == 200


@pytest.mark.parametrize("era", ["rpc", "modern"])
@pytest.mark.parametrize(
    "named", ["list_budgets", "UPDATE_BUDGET", "update_budget,list_budgets", ""]
)
def test_b12_a_header_that_names_another_tool_than_the_body_is_refused(
    writes: SpareWrites, era: str, named: str
) -> None:
    budget_id, before = writes.budget()
    arguments = {
        "customerId": CATALOGUE,
        "budgetId": budget_id,
        "newDailyAmountDollars": before + 10,
    }
    call = {"name": "update_budget", "arguments": arguments}
    headers = {"Mcp-Name": named, "Mcp-Method": "tools/call"}
    answer = getattr(writes.api, era)("tools/call", call, headers=headers)
    assert answer.status_code == 400
    assert "error" in answer.json()
    assert "google-ads:Mutate.validate" not in writes.api.calls()
