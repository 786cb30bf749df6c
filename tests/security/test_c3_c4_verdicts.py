"""C3, C4: decisions that meet, that come too late, and about what is over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.security.deciding import HIGH, code, decide, untouched
from tests.security.stored import entries, stored
from tests.security.watched import WatchedSandbox
from tests.support import operations
from tests.support.api import Api
from wpp_mcp.operations.states import Status

pytestmark = pytest.mark.usefixtures("seeded")


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
