"""E9, C1: the rules of writes are changed by two admins, who see what they change."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from tests.security.deciding import code, opened
from tests.security.stored import drop, entries, items, stored
from tests.security.watched import POLICY, WatchedSandbox
from tests.support import operations
from tests.support.api import Api
from wpp_mcp.operations.records import OperationRecord, operation_of
from wpp_mcp.operations.states import Status
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.tables import Table

STRICTER: Mapping[str, Any] = {"limits": {"percent": 200, "dailyBudget": 900.5}}


@pytest.fixture(autouse=True)
def no_policies(attacker: Api, watched: WatchedSandbox) -> None:
    watched.seeder.world(watched.world)
    for item in items(watched, Table.POLICIES):
        drop(watched, Key(Table.POLICIES, item["scope"], item["version"]))


def put(api: Api, document: Mapping[str, Any], role: str = "admin", **body: Any) -> httpx2.Response:
    """Ask for a policy as a role."""
    return api.send(
        "PUT", "/policies", role=role, json={"scope": "ENVIRONMENT", "document": document, **body}
    )


def asked(
    api: Api, box: WatchedSandbox, document: Mapping[str, Any], **body: Any
) -> OperationRecord:
    """Return the operation of a policy that the admin has asked for."""
    answer = put(api, document, **body)
    assert answer.status_code == 202, answer.text
    key = operations.Operations.key(answer.json()["operationId"])
    return operation_of(stored(box, key))


def decided(api: Api, record: OperationRecord, role: str, verdict: str = "APPROVED") -> Any:
    """Post a decision as a role."""
    path = f"/operations/{record.operation_id}/decision"
    body = {"decision": verdict, "digest": record.digest}
    return api.send("POST", path, role=role, json=body)


def limits(api: Api, **query: str) -> Any:
    """The limits that hold."""
    answer = api.send("GET", "/policies", role="admin", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["effective"]["limits"]


def test_a_policy_is_previewed_and_a_second_admins_yes_writes_it(
    attacker: Api, watched: WatchedSandbox
) -> None:
    record = asked(attacker, watched, STRICTER)
    assert (record.status, record.approver) == (Status.AWAITING_APPROVAL, "ADMIN")
    assert record.consent is not None
    assert limits(attacker)["percent"] == 500
    shown = {one["field"]: one.get("after") for one in record.preview["changes"]}
    assert shown == {"limits.percent": 200, "limits.dailyBudget": Decimal("900.5"), "version": 1}

    answer = decided(attacker, record, "second-admin")

    assert answer.status_code == 200, answer.text
    assert answer.json()["result"] == {"scope": "ENVIRONMENT", "version": 1, "result": "SUCCEEDED"}
    assert limits(attacker)["percent"] == 200
    assert limits(attacker)["dailyBudget"] == 900.5
    assert stored(watched, POLICY)["changedBy"] == "admin@north.example"
    stands = operations.read(watched, record)
    assert stands.status is Status.SUCCEEDED
    assert stands.expires_at is None
    steps = [
        (one["userId"].partition("@")[0], one["step"], one["result"])
        for one in entries(watched)
        if one["operationId"] == record.operation_id
    ]
    assert sorted(steps) == [
        ("admin", "preview", "success"),
        ("second-admin", "decision", "success"),
        ("second-admin", "policy", "success"),
    ]


def test_nobody_changes_a_policy_alone_or_without_being_an_admin(
    attacker: Api, watched: WatchedSandbox
) -> None:
    for role in ("practitioner", "manager", "other-manager", "auditor"):
        assert put(attacker, STRICTER, role=role).status_code == 403
        assert attacker.send("GET", "/policies", role=role).status_code == 403
    record = asked(attacker, watched, STRICTER)
    assert code(decided(attacker, record, "admin")) == "SECOND_APPROVAL_REQUIRED"
    for role in ("manager", "practitioner"):
        assert code(decided(attacker, record, role)) == "NOT_FOUND"
    assert limits(attacker)["percent"] == 500
    assert operations.read(watched, record) == record


def test_of_two_changes_of_one_policy_the_second_is_told_that_it_has_changed(
    attacker: Api, watched: WatchedSandbox
) -> None:
    first = asked(attacker, watched, STRICTER)
    second = asked(attacker, watched, {"limits": {"percent": 300}})
    assert decided(attacker, first, "second-admin").status_code == 200

    answer = decided(attacker, second, "second-admin")

    assert (answer.status_code, code(answer)) == (409, "STATE_CHANGED")
    assert limits(attacker)["percent"] == 200
    assert operations.read(watched, second).status is Status.FAILED


def test_a_kill_switch_is_lifted_while_it_is_on(attacker: Api, watched: WatchedSandbox) -> None:
    switch = {"writesDisabled": {"reason": "an incident"}}
    assert decided(attacker, asked(attacker, watched, switch), "second-admin").status_code == 200
    record = asked(attacker, watched, {})
    assert decided(attacker, record, "second-admin").status_code == 200
    effective = attacker.send("GET", "/policies", role="admin").json()["effective"]
    assert effective["writesDisabled"] == []


def test_a_narrower_scope_is_shown_with_what_it_adds_up_to(
    attacker: Api, watched: WatchedSandbox
) -> None:
    record = asked(attacker, watched, STRICTER, scope="AGENCY#north")
    assert decided(attacker, record, "second-admin").status_code == 200
    assert limits(attacker)["percent"] == 500
    assert limits(attacker, scope="AGENCY#north")["percent"] == 200


@pytest.mark.parametrize(
    "body",
    [
        {"document": {"limits": {"percent": 0}}},
        {"document": {"limits": {"percent": 1e300}}},
        {"document": {"limits": {"percent": "200"}}},
        {"document": {"writesDisabled": None}},
        {"document": {"other": 1}},
        {"document": {}},
        {"scope": "EVERYTHING"},
        {"scope": "AGENCY#"},
        {"scope": "USER#a@b.example", "document": STRICTER},
        {"approvedBy": "second-admin@south.example"},
    ],
    ids=str,
)
def test_what_is_no_policy_is_refused(
    attacker: Api, watched: WatchedSandbox, body: dict[str, Any]
) -> None:
    whole = {"document": STRICTER, **body}
    answer = put(attacker, whole.pop("document"), **whole)
    assert (answer.status_code, code(answer)) == (400, "INVALID_REQUEST")
    assert items(watched, Table.POLICIES) == []


def test_the_page_shows_a_policy_and_carries_it_out(watched: WatchedSandbox, attacker: Api) -> None:
    record = asked(attacker, watched, STRICTER)
    with opened(watched, record, "second-admin") as second:
        assert "Limits.percent nothing 200" in second.page
        assert "If you approve, it is carried out at once." in second.page
        second.submit("Approve")
        assert "Done" in second.page
    assert limits(attacker)["percent"] == 200
