"""C: decisions about operations: by whom, and about what."""

import pytest

from sandbox.roles import MCP_CLIENT, SandboxRole
from tests.security.deciding import HIGH, code, decide, untouched
from tests.security.stored import entries, set_role, stored
from tests.security.watched import WatchedSandbox
from tests.support import operations
from tests.support.api import Api
from wpp_mcp.models.caller import Role, Scope
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.states import Status
from wpp_mcp.storage.directory import Directory

pytestmark = pytest.mark.usefixtures("seeded")
UNKNOWN = {"code": "NOT_FOUND", "message": "There is no such operation"}


SPELLINGS = [
    {"user_id": "manager+budgets@north.example", "employee_id": "WPP-9999"},
    {"user_id": "Manager@North.Example", "employee_id": "WPP-9999"},
    {"user_id": " manager@north.example ", "employee_id": "WPP-9999"},
    {"user_id": "\uff4danager@north.example", "employee_id": "WPP-9999"},
    {"user_id": "mana\u200bger@north.example", "employee_id": "WPP-9999"},
    {"user_id": "somebody.else@north.example", "employee_id": "WPP-2001"},
    {"user_id": "somebody.else@north.example", "employee_id": "wpp-2001 "},
]


@pytest.mark.parametrize("spelling", SPELLINGS, ids=str)
def test_c1_nobody_is_the_second_person_of_their_own_operation(
    attacker: Api, watched: WatchedSandbox, spelling: dict[str, str]
) -> None:
    record = operations.putting(watched, role="manager", **HIGH, **spelling)

    answer = decide(attacker, record, "manager")

    assert (answer.status_code, code(answer)) == (403, "SECOND_APPROVAL_REQUIRED")
    assert untouched(watched, record)


def test_d11_the_requester_cannot_approve_what_needs_a_second_person(
    attacker: Api, watched: WatchedSandbox
) -> None:
    for role in ("practitioner", "manager", "admin"):
        record = operations.putting(watched, role=role, **HIGH)
        answer = decide(attacker, record, role)
        assert (answer.status_code, code(answer)) == (403, "SECOND_APPROVAL_REQUIRED")
        assert untouched(watched, record)


def test_c2_who_decides_is_whom_the_token_names(attacker: Api, watched: WatchedSandbox) -> None:
    record = operations.putting(watched, **HIGH)
    for claim in ("userId", "approver", "by", "decidedBy"):
        answer = decide(attacker, record, "practitioner", **{claim: "manager@north.example"})
        assert (answer.status_code, code(answer)) == (400, "INVALID_REQUEST")
    assert untouched(watched, record)

    assert decide(attacker, record, "manager").status_code == 200
    assert operations.read(watched, record).approval == operations.Assent(
        by="manager@north.example",
        employee_id="WPP-2001",
        at=operations.read(watched, record).approval.at,  # type: ignore[union-attr]
        via="sandbox-oma-client",
    )


@pytest.mark.parametrize("role", ["other-manager", "other-practitioner"])
def test_c7_another_agency_learns_nothing(
    attacker: Api, watched: WatchedSandbox, role: str
) -> None:
    record = operations.putting(watched, **HIGH)
    path = f"/operations/{record.operation_id}"
    other = "/operations/op_20200101_000000_0123456789abcdef"

    assert decide(attacker, record, role).json()["error"] == UNKNOWN
    assert attacker.send("GET", path, role=role).json()["error"] == UNKNOWN
    assert attacker.send("GET", other, role=role).json()["error"] == UNKNOWN
    assert attacker.send("GET", "/operations/x", role=role).json()["error"] == UNKNOWN
    assert untouched(watched, record)
    made = entries(watched, watched.world.users[role].email)[-4:]
    assert [one["error"] for one in made] == ["NOT_FOUND"] * 4
    assert [one["operationId"] == record.operation_id for one in made[:2]] == [True, True]


def test_c7_a_manager_decides_nothing_that_only_an_admin_may(
    attacker: Api, watched: WatchedSandbox
) -> None:
    record = operations.putting(watched, role="admin", **HIGH, approver="ADMIN")
    assert decide(attacker, record, "manager").json()["error"] == UNKNOWN
    assert untouched(watched, record)
    assert decide(attacker, record, "second-admin").status_code == 200


@pytest.mark.parametrize("lost", [Role.PRACTITIONER, Role.AUDITOR])
def test_c8_who_lost_the_role_decides_no_more(
    attacker: Api, watched: WatchedSandbox, lost: Role
) -> None:
    record = operations.putting(watched, **HIGH)
    set_role(watched, "manager", lost)
    answer = decide(attacker, record, "manager")
    assert answer.status_code in (403, 404)
    assert untouched(watched, record)


def test_c8_who_is_disabled_or_moved_decides_no_more(
    attacker: Api, watched: WatchedSandbox
) -> None:
    record = operations.putting(watched, **HIGH)
    key = Directory.user_key("manager@north.example")
    known = stored(watched, key)
    for change, status in (({"agency": "south"}, 404), ({"status": "DISABLED"}, 401)):
        watched.seeder.put(key, known | change)
        assert decide(attacker, record, "manager").status_code == status
    assert untouched(watched, record)


def test_d2_a_decision_is_about_what_was_shown(attacker: Api, watched: WatchedSandbox) -> None:
    record = operations.putting(watched, **HIGH)
    other = operations.operation(watched, amount=operations.Decimal(90))
    wrong = [other.digest, record.digest[:-1], record.digest.upper(), "x"]
    answers = [decide(attacker, record, "manager", digest=digest) for digest in wrong]

    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.text for answer in answers}) == 1
    assert code(answers[0]) == "CONFIRMATION_INVALID"
    assert untouched(watched, record)
    entry = entries(watched, "manager@north.example")[-1]
    assert (entry["result"], entry["error"]) == ("blocked", "CONFIRMATION_INVALID")


@pytest.mark.parametrize("user", ["manager", "practitioner"])
def test_d13_an_mcp_token_decides_nothing_with_oma_s_key_or_without(
    attacker: Api, watched: WatchedSandbox, user: str
) -> None:
    """A manager's about what needs a second person, and the requester's own."""
    record = operations.putting(watched, risk=Risk.HIGH if user == "manager" else Risk.MEDIUM)
    role = SandboxRole(user, MCP_CLIENT, (Scope.TOOLS_READ, Scope.TOOLS_WRITE))
    claims = watched.issuer.claims(watched.world.users[user], role)
    bearer = {"Authorization": "Bearer " + watched.issuer.sign(claims)}

    with_key = decide(attacker, record, user, headers=bearer)
    without = decide(attacker, record, user, headers={**bearer, "X-OMA-API-Key": None})

    assert (with_key.status_code, code(with_key)) == (403, "FORBIDDEN")
    assert with_key.json()["error"]["message"] == "A person decides here, in OMA"
    assert without.status_code == 401
    assert entries(watched, watched.world.users[user].email)[-1]["error"] == "FORBIDDEN"
    assert untouched(watched, record)


def test_a_second_person_needs_the_scope_to_decide(attacker: Api, watched: WatchedSandbox) -> None:
    record = operations.putting(watched, **HIGH)
    own = operations.putting(watched)
    for one, user, scope in (
        (record, "manager", Scope.TOOLS_WRITE),
        (own, "practitioner", Scope.ACCESS_MANAGE),
    ):
        claims = watched.issuer.claims(
            watched.world.users[user], SandboxRole(user, "sandbox-oma-client", (scope,))
        )
        bearer = {"Authorization": "Bearer " + watched.issuer.sign(claims)}
        answer = decide(attacker, one, user, headers=bearer)
        assert (answer.status_code, code(answer)) == (403, "FORBIDDEN")
        assert answer.json()["error"]["requiredScope"]
        assert untouched(watched, one)


def test_only_the_requester_decides_about_what_needs_no_second_person(
    attacker: Api, watched: WatchedSandbox
) -> None:
    for risk in (Risk.LOW, Risk.MEDIUM):
        record = operations.putting(watched, risk=risk)
        for role in ("manager", "admin"):
            answer = decide(attacker, record, role)
            assert (answer.status_code, code(answer)) == (403, "FORBIDDEN")
        assert untouched(watched, record)


def test_the_requesters_client_gets_a_token_to_carry_out_what_was_approved(
    attacker: Api, watched: WatchedSandbox
) -> None:
    record = operations.putting(watched, **HIGH)
    approved = decide(attacker, record, "manager").json()
    assert "confirmationToken" not in approved
    assert approved["notificationsSent"] == ["practitioner@north.example"]

    handed = [decide(attacker, record, "practitioner").json() for _ in range(7)]

    given = [answer["confirmationToken"] for answer in handed]
    stands = operations.read(watched, record)
    assert stands.token_hashes == tuple(map(operations.tokens.hash_of, given[-5:]))
    assert len(set(given)) == 7
    assert stands.status is Status.APPROVED
    assert stands.consent is not None
    assert handed[0]["notificationsSent"] == []


def test_a_decision_stands_where_its_mail_cannot_be_queued(
    attacker: Api, watched: WatchedSandbox
) -> None:
    record = operations.putting(watched, **HIGH)
    attacker.control(
        "POST",
        "/faults",
        json={"target": "sqs:SendMessageBatch", "kind": "unavailable", "count": 9},
    )
    answer = decide(attacker, record, "manager")
    assert (answer.status_code, answer.json()["notificationsSent"]) == (200, [])
    assert operations.read(watched, record).status is Status.APPROVED
