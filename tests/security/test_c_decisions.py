"""C: decisions about operations: by whom, about what, when, and how often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from sandbox.roles import MCP_CLIENT, SandboxRole
from tests.security.deciding import code, decide
from tests.security.stored import entries, set_role, stored
from tests.security.watched import WatchedSandbox
from tests.support import operations
from tests.support.api import Api
from wpp_mcp.models.caller import Role, Scope
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.states import Status
from wpp_mcp.storage.directory import Directory

HIGH = {"risk": Risk.HIGH}
UNKNOWN = {"code": "NOT_FOUND", "message": "There is no such operation"}


@pytest.fixture(autouse=True)
def as_it_was(attacker: Api, watched: WatchedSandbox) -> None:
    watched.seeder.world(watched.world)


def untouched(box: WatchedSandbox, record: operations.OperationRecord) -> bool:
    """Whether nothing of an operation has changed."""
    return operations.read(box, record) == record


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


def test_c3_of_two_approvers_at_once_one_wins_and_the_other_is_told(
    attacker: Api, watched: WatchedSandbox
) -> None:
    record = operations.putting(watched, **HIGH)

    def asked(role: str) -> tuple[int, str, str]:
        with Api(watched, paced=False) as client:
            decision = "REJECTED" if role == "admin" else "APPROVED"
            answer = decide(client, record, role, decision)
            return answer.status_code, code(answer), answer.text

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(asked, ["manager", "admin", "second-admin"]))

    assert sorted(status for status, _, _ in answers) == [200, 409, 409]
    stands = operations.read(watched, record)
    word = stands.approval or stands.refusal
    assert word is not None
    for status, said, text in answers:
        if status == 409:
            assert said == "CONFLICT"
            assert word.by in text
    made = [e for e in entries(watched) if e["operationId"] == record.operation_id]
    assert sorted((e["result"], e["step"]) for e in made) == [
        ("failure", "decision"),
        ("failure", "decision"),
        ("success", "decision"),
    ]


def test_c3_the_loser_reads_what_stands_and_answers_by_it(
    attacker: Api, watched: WatchedSandbox
) -> None:
    """The other one decides between the read and the write of the slower."""
    record = operations.putting(watched, **HIGH)

    def other() -> None:
        with Api(watched, paced=False) as client:
            assert decide(client, record, "admin", "REJECTED", note="too much").status_code == 200

    watched.before["transact_write_items"] = other
    answer = decide(attacker, record, "manager")

    assert (answer.status_code, code(answer)) == (409, "CONFLICT")
    assert answer.json()["error"]["details"]["decidedBy"] == "admin@north.example"
    assert "rejected" in answer.json()["error"]["message"]
    assert operations.read(watched, record).status is Status.REJECTED


def test_c3_what_was_only_touched_meanwhile_is_decided_all_the_same(
    attacker: Api, watched: WatchedSandbox
) -> None:
    record = operations.putting(watched)
    key = operations.Operations.key(record.operation_id)
    watched.before["transact_write_items"] = lambda: watched.seeder.put(
        key, stored(watched, key) | {"revision": 1}
    )

    assert decide(attacker, record, "practitioner").status_code == 200
    assert operations.read(watched, record).revision == 2


@pytest.mark.parametrize("role", ["manager", "practitioner"])
def test_c4_after_its_time_nobody_decides_swept_or_not(
    attacker: Api, watched: WatchedSandbox, role: str
) -> None:
    record = operations.putting(watched, **HIGH)
    swept = operations.putting(watched, **HIGH, status=Status.EXPIRED)
    late = operations.putting(watched, **HIGH, expires_at=watched.clock() + timedelta(seconds=1))
    watched.clock.advance(timedelta(seconds=1))

    for one in (swept, late):
        for decision in ("APPROVED", "REJECTED"):
            answer = decide(attacker, one, role, decision)
            assert (answer.status_code, code(answer)) == (410, "OPERATION_EXPIRED")
            assert untouched(watched, one)
    shown = attacker.send("GET", f"/operations/{late.operation_id}", role=role).json()
    assert shown["operation"]["status"] == "EXPIRED"
    assert operations.read(watched, record).status is Status.AWAITING_APPROVAL


@pytest.mark.parametrize(
    "status", sorted(set(Status) - {*operations.OPEN, Status.EXPIRED, Status.EXECUTING})
)
def test_c4_what_is_over_is_not_decided_again(
    attacker: Api, watched: WatchedSandbox, status: Status
) -> None:
    record = operations.putting(watched, **HIGH, status=status)
    for role in ("practitioner", "manager"):
        answer = decide(attacker, record, role, "REJECTED")
        assert (answer.status_code, code(answer)) == (409, "CONFLICT")
    assert untouched(watched, record)


def test_c4_a_decision_holds_once(attacker: Api, watched: WatchedSandbox) -> None:
    record = operations.putting(watched, **HIGH)
    assert decide(attacker, record, "manager", "REJECTED", note="no").status_code == 200
    for role in ("manager", "admin", "practitioner"):
        answer = decide(attacker, record, role)
        assert (answer.status_code, code(answer)) == (409, "CONFLICT")
        assert "manager@north.example rejected it" in answer.json()["error"]["message"]
    stands = operations.read(watched, record)
    assert (stands.status, stands.revision) == (Status.REJECTED, 1)
    assert stands.refusal is not None
    assert stands.refusal.note == "no"
    assert stands.expires_at is None


def test_c4_what_is_being_carried_out_is_not_stopped(
    attacker: Api, watched: WatchedSandbox
) -> None:
    record = operations.putting(watched, status=Status.EXECUTING)
    answer = decide(attacker, record, "practitioner", "REJECTED")
    assert (answer.status_code, code(answer)) == (409, "OPERATION_IN_PROGRESS")
    assert int(answer.headers["Retry-After"]) > 0
    assert untouched(watched, record)


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
