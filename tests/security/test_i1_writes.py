"""I1, H6: each step of a write leaves its entry, and nothing that is kept holds a token."""

from datetime import timedelta
from typing import Any, Final

import httpx2
import pytest

from tests.security.stored import entries, forget_audit, items, stored
from tests.security.watched import POLICY, WatchedSandbox, policy
from tests.support.api import CATALOGUE, Api
from tests.support.spare_writes import SpareWrites
from tests.support.write_journeys import decide
from wpp_mcp.storage.tables import Table

ME, MANAGER = "practitioner@north.example", "manager@north.example"
STEEP: Final = 150
Said = tuple[str, str, str, str, str | None]


@pytest.fixture
def writes(attacker: Api, watched: WatchedSandbox) -> SpareWrites:
    watched.seeder.world(watched.world)
    forget_audit(watched)
    return SpareWrites(attacker)


def said(writes: SpareWrites, user_id: str = ME) -> list[Said]:
    """Of each entry: tool, action, step, result, error."""
    return [
        (e["tool"], e["action"], e.get("step", ""), e["result"], e.get("error"))
        for e in entries(writes.box, user_id)
    ]


def intact(writes: SpareWrites, user_id: str) -> bool:
    query = {"userId": user_id, "verify": "true"}
    answer = writes.api.send("GET", "/mcp/audit-logs", role="auditor", params=query)
    return bool(answer.json()["chain"]["status"] == "intact")


def test_the_whole_way_of_a_write_is_in_the_audit(writes: SpareWrites) -> None:
    one = writes.raised()
    writes.asked(one.preview, confirmationToken="A" * 43)
    writes.done(one.preview)
    writes.asked(one.preview)

    assert said(writes) == [
        ("update_budget", "write", "preview", "success", None),
        ("update_budget", "write", "confirm", "blocked", "CONFIRMATION_INVALID"),
        ("update_budget", "write", "intent", "success", None),
        ("update_budget", "write", "outcome", "success", None),
        ("update_budget", "write", "repeated", "success", None),
    ]
    for entry in entries(writes.box, ME):
        assert entry["operationId"] == one.operation_id
        assert entry["accountId"] == f"Google Ads:{CATALOGUE}"
    assert intact(writes, ME)


def test_a_breach_and_a_switch_are_in_the_audit(
    writes: SpareWrites, watched: WatchedSandbox
) -> None:
    budget_id, before = writes.budget()
    params = {"customerId": CATALOGUE, "budgetId": budget_id, "newDailyAmountDollars": before * 10}
    writes.api.execute("update_budget", params)
    with policy(watched, writesDisabled={"reason": "an incident"}):
        writes.api.execute("update_budget", params | {"newDailyAmountDollars": before + 1})
    assert [entry[3:] for entry in said(writes)] == [
        ("blocked", "SAFETY_LIMIT_EXCEEDED"),
        ("blocked", "WRITES_DISABLED"),
    ]
    assert stored(watched, POLICY) == {}
    assert intact(writes, ME)


def test_decisions_stand_in_the_chain_of_whoever_made_them(writes: SpareWrites) -> None:
    one = writes.raised(STEEP)
    writes.asked(one.preview)
    assert decide(writes.api, one.operation_id)["success"] is True
    own = decide(writes.api, one.operation_id, role="practitioner")
    assert writes.asked({**one.preview, **own}).status_code == 200

    mine = [entry[2:] for entry in said(writes) if entry[2]]
    assert mine == [
        ("preview", "success", None),
        ("confirm", "blocked", "SECOND_APPROVAL_REQUIRED"),
        ("decision", "success", None),
        ("intent", "success", None),
        ("outcome", "success", None),
    ]
    assert [e[2:] for e in said(writes, MANAGER) if e[2]] == [("decision", "success", None)]
    assert intact(writes, ME)
    assert intact(writes, MANAGER)


def test_no_token_is_kept_or_logged(writes: SpareWrites, watched: WatchedSandbox) -> None:
    mark, request = watched.mark(), "oma-write-i1"
    budget_id, before = writes.budget()
    params = {"customerId": CATALOGUE, "budgetId": budget_id, "newDailyAmountDollars": before + 20}
    first, again = (
        writes.api.execute("update_budget", params, omaRequestId=request).json() for _ in range(2)
    )
    assert first["operationId"] == again["operationId"]
    tokens = [first["confirmationToken"], again["confirmationToken"]]
    assert tokens[0] != tokens[1]
    writes.asked(first, confirmationToken=tokens[0] + "x")
    writes.done(first)

    kept: list[Any] = [item for table in Table for item in items(watched, table)]
    assert request in repr(kept)
    texts = {"tables": repr(kept), "log": watched.log_since(mark)}
    assert [
        (place, token) for place, text in texts.items() for token in tokens if token in text
    ] == []


def test_a_repeated_request_is_answered_what_became_of_it(writes: SpareWrites) -> None:
    budget_id, before = writes.budget()
    params = writes.params(budget_id, before + 20)

    def asked(request: str) -> httpx2.Response:
        return writes.api.execute("update_budget", params, omaRequestId=request)

    first = asked("oma-done").json()
    done = writes.done(first)
    again = asked("oma-done")
    assert again.status_code == 200
    assert again.json() == done
    [*_, last] = said(writes)
    assert last[2:] == ("repeated", "success", None)
    assert writes.mutates() == 1


@pytest.mark.parametrize(
    ("ended", "status", "code"),
    [("REJECTED", 409, "CONFLICT"), ("EXPIRED", 410, "OPERATION_EXPIRED")],
)
def test_a_repeated_request_of_what_is_over_is_refused(
    writes: SpareWrites, ended: str, status: int, code: str
) -> None:
    budget_id, before = writes.budget()
    params = writes.params(budget_id, before + 20)
    first = writes.api.execute("update_budget", params, omaRequestId=f"oma-{ended}").json()
    if ended == "EXPIRED":
        writes.box.clock.advance(timedelta(minutes=16))
    else:
        assert writes.asked(first, userConfirmation="REJECTED").status_code == 200

    again = writes.api.execute("update_budget", params, omaRequestId=f"oma-{ended}")

    assert (again.status_code, again.json()["error"]["code"]) == (status, code)
    assert again.json()["operationId"] == first["operationId"]
    assert said(writes)[-1][2:] == ("repeated", "failure", code)
