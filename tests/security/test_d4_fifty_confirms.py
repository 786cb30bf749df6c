"""D4: fifty at once say yes to one operation; Google gets one change, and all get one answer."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, Final

import pytest

from sandbox.box import Options, Sandbox
from tests.security.stored import POLICY, drop, entries
from tests.support.api import Api
from tests.support.logs import CapturedLog, leaks
from tests.support.write_journeys import confirm as confirmed
from tests.support.write_journeys import previewed
from tests.support.writing import MUTATE, OVER, job, stored
from wpp_mcp.audit.entry import Result
from wpp_mcp.operations.states import Status

AT_ONCE: Final = 50
Answer = tuple[int, dict[str, Any]]


@pytest.fixture(scope="module")
def box(captured: CapturedLog) -> Iterator[Sandbox]:
    """A sandbox whose functions do not wait between tries, and whose limits leave room."""
    options = Options(log=captured, emit=captured.emit)
    with Sandbox(options) as running:
        limits = {"callsPerMinute": 10_000, "callsPerSecond": 10_000}
        running.seeder.put(POLICY, {"policyVersion": "wide", **limits})
        yield running
        drop(running, POLICY)
    assert leaks(captured.getvalue(), running) == []


def at_once(box: Sandbox, post: Callable[[Api, int], Any]) -> list[Answer]:
    """Send as many requests, each with a client of its own, when all are ready."""
    ready = Barrier(AT_ONCE)

    def one(number: int) -> Answer:
        with Api(box, paced=False) as client:
            ready.wait(60)
            answer = post(client, number)
            return answer.status_code, answer.json()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def codes(answers: list[Answer]) -> Counter[str]:
    """How often each outcome was answered."""
    return Counter("SUCCESS" if b["success"] else b["error"]["code"] for _, b in answers)


def test_d4_fifty_confirmations_at_once_change_it_once(api: Api) -> None:
    box = api.box
    preview = previewed(api)
    operation_id, before = preview["operationId"], len(box.world.mutates)
    headers = box.headers("practitioner")
    body = {
        "operationId": operation_id,
        "confirmationToken": preview["confirmationToken"],
        "userConfirmation": "APPROVED",
    }
    box.calls.clear()

    answers = at_once(
        box,
        lambda client, _: client.send("POST", "/mcp/confirm-operation", headers=headers, json=body),
    )

    print(f"\n{AT_ONCE} confirmations at once: {dict(codes(answers))}")
    assert len(box.world.mutates) - before == 1
    assert api.calls()[MUTATE] == 1
    said = codes(answers)
    # Who comes when it is done gets its result; their own entries may find no place at once.
    assert said["SUCCESS"] >= 1
    assert set(said) <= {"SUCCESS", "OPERATION_IN_PROGRESS", "AUDIT_UNAVAILABLE"}, said
    record = stored(box, operation_id)
    assert record.status is Status.SUCCEEDED
    results = [b["data"] for _, b in answers if b["success"]]
    assert all(one == record.result["data"] for one in results)
    steps = Counter(e.get("step") for e in entries(box) if e["operationId"] == operation_id)
    assert (steps["intent"], steps["outcome"]) == (1, 1)
    again = confirmed(api, preview)
    assert again["success"] is True
    assert again["data"] == record.result["data"]
    assert api.calls()[MUTATE] == 1
    mails = Counter(m["to"][0] for m in box.post.mails() if operation_id in m["text"])
    assert set(mails.values()) == {1}


def test_d4_of_fifty_decisions_of_two_people_one_stands(api: Api) -> None:
    box = api.box
    preview = previewed(api, for_two=True)
    operation_id = preview["operationId"]
    path = f"/operations/{operation_id}/decision"
    digest = preview["digest"]
    who = [box.headers("manager"), box.headers("admin")]
    box.calls.clear()

    answers = at_once(
        box,
        lambda client, number: client.send(
            "POST",
            path,
            headers=who[number % 2],
            json={"decision": ("APPROVED", "REJECTED")[number // 2 % 2], "digest": digest},
        ),
    )

    print(f"\n{AT_ONCE} decisions at once: {dict(codes(answers))}")
    assert codes(answers)["SUCCESS"] == 1
    assert set(codes(answers)) <= {"SUCCESS", "CONFLICT", "AUDIT_UNAVAILABLE"}, codes(answers)
    (won,) = [b for _, b in answers if b["success"]]
    record = stored(box, operation_id)
    words = [
        e for e in entries(box) if (e["operationId"], e.get("step")) == (operation_id, "decision")
    ]
    allowed = [e for e in words if e["result"] == Result.SUCCESS.value]
    assert record.status.value == won["status"]
    assert (record.approval is None) is (record.status is Status.REJECTED)
    assert MUTATE not in api.calls()
    assert len(allowed) == 1
    box.clock.advance(OVER)
    job(box, "reconciliation")
    assert stored(box, operation_id).status is record.status
