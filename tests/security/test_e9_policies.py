"""E9, C1: the rules of writes are changed by two admins, who see what they change."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from sandbox.faults import FaultKind
from tests.security.deciding import code, opened
from tests.security.stored import drop, entries, items, set_role, stored
from tests.security.watched import POLICY, WatchedSandbox
from tests.support import operations
from tests.support.api import Api
from wpp_mcp.models.caller import Role
from wpp_mcp.operations.records import OperationRecord, operation_of
from wpp_mcp.operations.states import Status
from wpp_mcp.storage.directory import Directory, user_of
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


def left(api: Api, box: WatchedSandbox) -> OperationRecord:
    """Return a change of the policies that both have approved, and that was not carried out."""
    record = asked(api, box, STRICTER)
    box.before["batch_get_item"] = lambda: box.faults.arm("dynamodb:UpdateItem", FaultKind.DENIED)
    answer = decided(api, record, "second-admin")
    assert (answer.status_code, code(answer)) == (503, "STORAGE_UNAVAILABLE")
    stands = operations.read(box, record)
    assert (stands.status, stands.revision) == (Status.APPROVED, record.revision + 1)
    return stands


def refused(api: Api, box: WatchedSandbox, record: OperationRecord, role: str) -> bool:
    """Whether a role's yes is answered that two admins have to agree, and changes nothing."""
    answer = decided(api, record, role)
    assert (answer.status_code, code(answer)) == (403, "SECOND_APPROVAL_REQUIRED"), answer.text
    entry = entries(box, box.world.users[role].email)[-1]
    assert (entry["step"], entry["error"]) == ("policy", "SECOND_APPROVAL_REQUIRED")
    ended = operations.read(box, record)
    assert ended.status is Status.FAILED
    return items(box, Table.POLICIES) == [] and ended.attempt is None


@pytest.mark.parametrize("lost", [Role.PRACTITIONER, Role.MANAGER, Role.AUDITOR])
def test_c8_an_admin_who_lost_the_role_changes_no_policy_through_another(
    attacker: Api, watched: WatchedSandbox, lost: Role
) -> None:
    record = asked(attacker, watched, STRICTER)
    set_role(watched, "admin", lost)
    assert refused(attacker, watched, record, "second-admin")


def test_c8_who_has_left_or_has_another_number_changes_no_policy(
    attacker: Api, watched: WatchedSandbox
) -> None:
    key = Directory.user_key("admin@north.example")
    for change in ({"status": "DISABLED"}, {"employeeId": "WPP-999999"}):
        watched.seeder.world(watched.world)
        record = asked(attacker, watched, STRICTER)
        watched.seeder.put(key, stored(watched, key) | change)
        assert refused(attacker, watched, record, "second-admin")
    watched.seeder.world(watched.world)
    record = asked(attacker, watched, STRICTER)
    drop(watched, key)
    assert refused(attacker, watched, record, "second-admin")


def test_c8_what_an_admin_approved_who_lost_the_role_is_not_carried_out_later(
    attacker: Api, watched: WatchedSandbox
) -> None:
    record = left(attacker, watched)
    set_role(watched, "second-admin", Role.PRACTITIONER)
    assert refused(attacker, watched, record, "admin")


@pytest.mark.parametrize("person", ["admin", "second-admin"])
def test_c8_a_role_that_is_lost_between_the_look_and_the_write_counts(
    attacker: Api, watched: WatchedSandbox, person: str
) -> None:
    record = asked(attacker, watched, STRICTER)
    watched.before["update_item"] = lambda: set_role(watched, person, Role.PRACTITIONER)
    assert refused(attacker, watched, record, "second-admin")


def test_c1_two_spellings_of_one_admin_are_not_two(attacker: Api, watched: WatchedSandbox) -> None:
    """However the approval came to stand there, it takes another person's."""
    record = left(attacker, watched)
    alias = replace(
        user_of(stored(watched, Directory.user_key("admin@north.example"))),
        user_id="admin+2@north.example",
        employee_id="WPP-777777",
    )
    watched.seeder.put(Directory.user_key(alias.user_id), alias.item())
    key = operations.Operations.key(record.operation_id)
    approval = {"by": alias.user_id, "employeeId": alias.employee_id}
    item = stored(watched, key)
    watched.seeder.put(key, item | {"approval": item["approval"] | approval})

    assert refused(attacker, watched, record, "admin")
    drop(watched, Directory.user_key(alias.user_id))


def test_what_both_have_approved_its_requester_carries_out_on_the_page(
    watched: WatchedSandbox, attacker: Api
) -> None:
    record = left(attacker, watched)
    with opened(watched, record, "second-admin") as second:
        assert "Ada Admin can have it carried out until" in second.page
        assert [f.action for f in second.forms] == ["/console/sign-out"]
    with opened(watched, record, "admin") as admin:
        assert "Go back to your assistant" not in admin.page
        assert "it has not been carried out yet" in admin.page
        admin.submit("Carry it out")
        assert (admin.status, "Done" in admin.page) == (200, True)
    assert limits(attacker)["percent"] == 200
    assert stored(watched, POLICY)["changedBy"] == "admin@north.example"


def test_what_both_have_approved_its_requester_carries_out_in_oma(
    watched: WatchedSandbox, attacker: Api
) -> None:
    record = left(attacker, watched)
    shown = attacker.send("GET", f"/operations/{record.operation_id}", role="admin").json()
    assert shown["operation"]["next"].startswith(
        "Both have approved it, and it was not carried out"
    )
    done = decided(attacker, record, "admin").json()
    assert done["result"]["result"] == "SUCCEEDED"
    assert "confirmationToken" not in done
    assert limits(attacker)["percent"] == 200


def test_the_page_says_that_it_was_not_carried_out(watched: WatchedSandbox, attacker: Api) -> None:
    record = asked(attacker, watched, STRICTER)
    with opened(watched, record, "second-admin") as second:
        set_role(watched, "admin", Role.PRACTITIONER)
        second.submit("Approve")
        assert second.status == 403
        assert "It was not carried out. Two admins have to agree" in second.page
        assert "Refused, nothing was changed" in second.page
