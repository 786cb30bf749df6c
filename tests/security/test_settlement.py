"""C1, C3, D2, H1, I2: a second person says what became of an operation that is unknown."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from tests.security.deciding import code, opened, page_of
from tests.security.signed_in import cookie
from tests.security.stored import bearer, entries, set_role
from tests.security.watched import WatchedSandbox
from tests.support import operations
from tests.support.api import Api
from wpp_mcp.gateway.form_tokens import form_token
from wpp_mcp.models.caller import Role, Scope
from wpp_mcp.models.cookies import SESSION_COOKIE
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.states import Status
from wpp_mcp.storage.operations import Operations

WHY = "The account does not tell whether all of it was done"
MANAGER = "manager@north.example"


@pytest.fixture(autouse=True)
def as_it_was(attacker: Api, watched: WatchedSandbox) -> None:
    watched.seeder.world(watched.world)


def unknown(box: WatchedSandbox, **values: Any) -> OperationRecord:
    """An operation whose outcome the account did not tell."""
    made = operations.operation(box, status=Status.UNKNOWN, **values)
    soon = replace(made, expires_at=box.clock() + operations.WITHIN)
    box.seeder.put(Operations.key(made.operation_id), {**soon.item(), "unsettled": WHY})
    return operations.read(box, soon)


def settle(api: Api, record: OperationRecord, role: str, **changes: Any) -> httpx2.Response:
    """Post what a role's user found; changes are members of the body, or ``headers``."""
    headers = changes.pop("headers", None)
    body = {"applied": True, "digest": record.digest, **changes}
    path = f"/operations/{record.operation_id}/settlement"
    return api.send("POST", path, role=role, headers=headers, json=body)


def last(box: WatchedSandbox, user_id: str) -> dict[str, Any]:
    """The last entry of a person's chain."""
    return entries(box, user_id)[-1]


def refused(
    box: WatchedSandbox, record: OperationRecord, answer: httpx2.Response, status: int, why: str
) -> None:
    """Assert that nothing was settled, and why."""
    assert (answer.status_code, code(answer)) == (status, why)
    assert operations.read(box, record) == record


@pytest.mark.parametrize(("applied", "said"), [(True, "all"), (False, "none")])
@pytest.mark.parametrize("role", ["manager", "admin"])
def test_a_second_person_says_what_became_of_it(
    attacker: Api, watched: WatchedSandbox, role: str, applied: bool, said: str
) -> None:
    record = unknown(watched)
    before = len(watched.post.mails())
    who = watched.world.users[role].email

    answer = settle(attacker, record, role, applied=applied, note="Seen in Google Ads")

    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["success"], body["status"]) == (True, "RECONCILED")
    # The admin hears of every write that was made.
    told = [record.user_id, *(["global-admin@agency.example"] if applied else [])]
    assert body["notificationsSent"] == told
    shown = body["operation"]
    assert shown["result"]["data"]["applied"] == said
    assert (shown["settlement"]["by"], shown["settlement"]["note"]) == (who, "Seen in Google Ads")
    assert "unsettled" not in shown
    assert f"{who} has told since" in shown["next"]
    stands = operations.read(watched, record)
    assert (stands.status, stands.unsettled) == (Status.RECONCILED, None)
    assert stands.settlement is not None
    assert (stands.settlement.by, stands.settlement.via) == (who, "sandbox-oma-client")
    entry = last(watched, who)
    assert (entry["step"], entry["operationId"]) == ("reconciled", record.operation_id)
    assert (entry["tool"], entry["result"]) == ("operation_settlement", "success")
    assert entry["channel"] == "person"
    assert body["auditLogId"].startswith(who)
    attacker.execute("list_accessible_accounts")  # a function has answered: mails are delivered
    mails = watched.post.mails()[before:]
    assert sorted(mail["to"][0] for mail in mails) == sorted(told)
    for mail in mails:
        assert "Seen in Google Ads" in mail["text"]
        assert who in mail["text"]


def test_until_then_all_who_see_it_are_told_why_and_who_can(
    attacker: Api, watched: WatchedSandbox
) -> None:
    record = unknown(watched)
    for role in ("practitioner", "manager"):
        answer = attacker.send("GET", f"/operations/{record.operation_id}", role=role)
        shown = answer.json()["operation"]
        assert shown["unsettled"] == WHY
        assert "a manager of the agency north or an admin looks into it" in shown["next"]
        assert "settlement" not in shown


def test_c1_whoever_asked_does_not_say_it(attacker: Api, watched: WatchedSandbox) -> None:
    for role in ("practitioner", "manager", "admin"):
        record = unknown(watched, role=role)
        user = watched.world.users[role]
        headers: Any = bearer(watched, role, Scope.ACCESS_MANAGE, role=user.role)
        answer = settle(attacker, record, role, headers=headers)
        refused(watched, record, answer, 403, "FORBIDDEN")
        entry = last(watched, user.email)
        assert (entry["tool"], entry["result"]) == ("operation_settlement", "blocked")
        assert entry["operationId"] == record.operation_id


def test_b10_without_the_scope_it_is_refused(attacker: Api, watched: WatchedSandbox) -> None:
    record = unknown(watched)
    scopes = (Scope.TOOLS_READ, Scope.TOOLS_WRITE, Scope.AUDIT_READ)
    headers: Any = bearer(watched, "manager", *scopes, role="manager")
    refused(watched, record, settle(attacker, record, "manager", headers=headers), 403, "FORBIDDEN")


def test_c4_of_another_agencys_operation_a_manager_learns_nothing(
    attacker: Api, watched: WatchedSandbox
) -> None:
    record = unknown(watched)
    answer = settle(attacker, record, "other-manager")
    refused(watched, record, answer, 404, "NOT_FOUND")
    absent = replace(record, operation_id="op_20261121_093000_ffffffffffffffff")
    none = settle(attacker, absent, "other-manager")
    assert none.json()["error"] == answer.json()["error"]
    entry = last(watched, watched.world.users["other-manager"].email)
    assert (entry["tool"], entry["error"]) == ("operation_settlement", "NOT_FOUND")


def test_d2_what_was_not_shown_is_not_settled(attacker: Api, watched: WatchedSandbox) -> None:
    record = unknown(watched)
    answer = settle(attacker, record, "manager", digest="0" * 64)
    refused(watched, record, answer, 403, "CONFIRMATION_INVALID")
    assert last(watched, MANAGER)["error"] == "CONFIRMATION_INVALID"


@pytest.mark.parametrize(
    "bad",
    [
        {"applied": "yes"},
        {"applied": None},
        {"applied": 1},
        {"digest": ""},
        {"note": "x" * 501},
        {"employeeId": "WPP-1001"},
    ],
    ids=str,
)
def test_a_body_that_says_anything_else_is_refused(
    attacker: Api, watched: WatchedSandbox, bad: dict[str, Any]
) -> None:
    record = unknown(watched)
    refused(watched, record, settle(attacker, record, "manager", **bad), 400, "INVALID_REQUEST")


def test_c3_it_is_said_once(attacker: Api, watched: WatchedSandbox) -> None:
    record = unknown(watched)
    assert settle(attacker, record, "manager").status_code == 200
    stands = operations.read(watched, record)
    answer = settle(attacker, record, "admin", applied=False)
    assert (answer.status_code, code(answer)) == (409, "CONFLICT")
    assert operations.read(watched, record) == stands


def test_i2_of_two_at_once_one_is_told_to_look_again(
    attacker: Api, watched: WatchedSandbox
) -> None:
    record = unknown(watched)

    def faster() -> None:
        with Api(watched) as other:
            assert settle(other, record, "admin", applied=False).status_code == 200

    watched.before["transact_write_items"] = faster
    answer = settle(attacker, record, "manager")
    assert (answer.status_code, code(answer)) == (409, "CONFLICT")
    stands = operations.read(watched, record)
    assert stands.result["data"]["applied"] == "none"


@pytest.mark.parametrize(
    "status", [Status.PREVIEWED, Status.APPROVED, Status.EXECUTING, Status.SUCCEEDED]
)
def test_only_what_is_unknown_is_settled(
    attacker: Api, watched: WatchedSandbox, status: Status
) -> None:
    record = operations.putting(watched, status=status)
    refused(watched, record, settle(attacker, record, "manager"), 409, "CONFLICT")


def test_h1_a_cookie_alone_settles_nothing(attacker: Api, watched: WatchedSandbox) -> None:
    record = unknown(watched)
    with opened(watched, record, "manager") as manager:
        own: dict[str, str | None] = {
            **cookie(manager),
            "Origin": watched.url,
            "Sec-Fetch-Site": "same-origin",
            "X-WPP-Form-Token": form_token(manager.cookies[SESSION_COOKIE]),
        }
    path = f"/operations/{record.operation_id}/settlement"
    body = {"applied": True, "digest": record.digest}
    for forged in ({"Origin": "https://attacker.example"}, {"X-WPP-Form-Token": None}):
        answer = attacker.send("POST", path, headers={**own, **forged}, json=body)
        refused(watched, record, answer, 403, "FORBIDDEN")
        entry = last(watched, MANAGER)
        assert (entry["tool"], entry["result"]) == ("operation_settlement", "blocked")
    assert attacker.send("POST", path, headers=own, json=body).status_code == 200


@pytest.mark.parametrize(
    ("button", "said", "words"),
    [("It was done", "all", "all of it was done"), ("Nothing was", "none", "nothing was done")],
)
def test_on_the_page_too(watched: WatchedSandbox, button: str, said: str, words: str) -> None:
    record = unknown(watched)
    with opened(watched, record, "manager") as manager:
        assert WHY in manager.page
        assert "As a manager of north you may say what became of it." in manager.page
        manager.submit(button, note="<b>Seen</b>")
        assert (manager.status, manager.url) == (200, watched.url + page_of(record))
        assert f"{MANAGER} has looked into the account: {words}: “<b>Seen</b>”" in manager.page
        assert [f.action for f in manager.forms] == ["/console/sign-out"]
    stands = operations.read(watched, record)
    assert (stands.status, stands.result["data"]["applied"]) == (Status.RECONCILED, said)
    assert stands.settlement is not None
    assert stands.settlement.via == "sandbox-console-client"


def test_c1_the_page_gives_whoever_asked_the_reason_and_no_button(
    watched: WatchedSandbox,
) -> None:
    record = unknown(watched)
    with opened(watched, record, "practitioner") as asker:
        assert WHY in asker.page
        assert "a manager of the agency north or an admin looks into it" in asker.page
        (way_out,) = asker.forms
        assert way_out.action == "/console/sign-out"
        form = {"formToken": way_out.fields["formToken"], "digest": record.digest}
        asker.send("POST", page_of(record), {**form, "settlement": "DONE"})
        assert asker.status == 403
        assert "Nothing was decided." in asker.page
    assert operations.read(watched, record) == record
    assert last(watched, record.user_id)["tool"] == "operation_settlement"


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("digest", "0" * 64, 403),
        ("formToken", "of another", 403),
        ("settlement", "MAYBE", 400),
        ("note", "x" * 501, 400),
    ],
)
def test_h1_d2_a_form_that_was_bent_settles_nothing(
    watched: WatchedSandbox, field: str, value: str, status: int
) -> None:
    record = unknown(watched)
    with opened(watched, record, "manager") as manager:
        form = next(f for f in manager.forms if "digest" in f.fields)
        sent = {**form.fields, "settlement": "DONE", field: value}
        manager.send("POST", page_of(record), sent)
        assert manager.status == status
    assert operations.read(watched, record) == record


def test_c8_a_page_that_is_open_does_not_keep_a_role(watched: WatchedSandbox) -> None:
    record = unknown(watched)
    with opened(watched, record, "manager") as manager:
        set_role(watched, "manager", Role.PRACTITIONER)
        manager.submit("It was done")
        assert manager.status == 404
    assert operations.read(watched, record) == record
