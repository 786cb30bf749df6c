"""I3: writers at the same moment extend one chain; it never forks, and a loser gives no answer."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from sandbox.box import Options, Sandbox
from tests.security.stored import POLICY, PRACTITIONER, drop, entries
from tests.support.api import USD, Api
from tests.support.logs import CapturedLog, leaks

WRITERS: Final = 20
MAX_RETRIES: Final = 8


@pytest.fixture(scope="module")
def waits() -> list[float]:
    """How long the functions meant to wait between tries."""
    return []


@pytest.fixture(scope="module")
def box(captured: CapturedLog, waits: list[float]) -> Iterator[Sandbox]:
    """A sandbox whose functions do not wait between tries, and whose limits leave room."""
    options = Options(log=captured, emit=captured.emit, sleep=waits.append)
    with Sandbox(options) as running:
        limits = {"callsPerMinute": 10_000, "callsPerSecond": 10_000}
        running.seeder.put(POLICY, {"policyVersion": "wide", **limits})
        yield running
        drop(running, POLICY)
    assert leaks(captured.getvalue(), running) == []


def chain(api: Api) -> dict[str, Any]:
    """What the route says of the practitioner's chain of the last two days."""
    day = (api.box.clock() - timedelta(days=1)).date().isoformat()
    answer = api.send(
        "GET",
        "/mcp/audit-logs",
        role="auditor",
        params={"userId": PRACTITIONER, "from": day, "verify": "true"},
    )
    found: dict[str, Any] = answer.json()["chain"]
    return found


@pytest.mark.parametrize("tool", ["list_budgets", "list_accessible_accounts"])
def test_twenty_writers_at_once_extend_one_chain(api: Api, tool: str, record_property: Any) -> None:
    box = api.box
    params = {"customerId": USD} if tool == "list_budgets" else {}
    api.execute(tool, params)
    headers = box.headers("practitioner")
    before = len(entries(box, PRACTITIONER))
    box.calls.clear()

    def write(_: int) -> tuple[int, dict[str, Any]]:
        with Api(box, paced=False) as client:
            answer = client.execute(tool, params, role="", headers=headers)
            return answer.status_code, answer.json()

    with ThreadPoolExecutor(WRITERS) as pool:
        answers = list(pool.map(write, range(WRITERS)))

    calls = api.calls("dynamodb")
    codes = Counter("SUCCESS" if b["success"] else b["error"]["code"] for _, b in answers)
    print(f"\n{tool}: {WRITERS} writers at once, storage calls {calls}, outcomes {dict(codes)}")
    assert set(codes) <= {"SUCCESS", "AUDIT_UNAVAILABLE"}, codes
    written = entries(box, PRACTITIONER)[before:]
    done = sorted(b["operationId"] for _, b in answers if b["success"])
    assert sorted(e["operationId"] for e in written) == done
    # Each lost try means that another writer won: with nine tries nine win at least.
    assert len(done) == codes["SUCCESS"] > MAX_RETRIES
    sequences = [e["sequence"] for e in written]
    assert sequences == list(range(sequences[0], sequences[0] + len(done)))
    assert chain(api)["status"] == "intact"
    assert all("data" not in b for _, b in answers if not b["success"])


def conflict(**_: Any) -> Any:
    raise ClientError(
        {
            "Error": {"Code": "TransactionCanceledException", "Message": "ordered"},
            "CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}],
        },
        "TransactWriteItems",
    )


@pytest.mark.parametrize(
    ("times", "outcome"),
    [(1, "SUCCESS"), (MAX_RETRIES, "SUCCESS"), (MAX_RETRIES + 1, "AUDIT_UNAVAILABLE")],
)
@pytest.mark.parametrize("way", ["execute", "modern"])
def test_a_conflict_is_tried_again_eight_times_and_then_gives_no_answer(
    api: Api,
    waits: list[float],
    monkeypatch: pytest.MonkeyPatch,
    times: int,
    outcome: str,
    way: str,
) -> None:
    dynamodb = api.box.aws.client("dynamodb")._client
    transact = dynamodb.transact_write_items
    left = [conflict] * times

    def sometimes(**arguments: Any) -> Any:
        return (left.pop() if left else transact)(**arguments)

    api.execute("list_budgets", {"customerId": USD})
    before = len(entries(api.box, PRACTITIONER))
    monkeypatch.setattr(dynamodb, "transact_write_items", sometimes)
    api.box.calls.clear()
    waits.clear()

    params = {"customerId": USD}
    if way == "execute":
        answer = api.execute("list_budgets", params)
        body = answer.json()
        assert answer.status_code == (200 if outcome == "SUCCESS" else 503)
        assert ("Retry-After" in answer.headers) is (outcome != "SUCCESS")
    else:
        answer = api.modern("tools/call", {"name": "list_budgets", "arguments": params})
        body = answer.json()["result"]["structuredContent"]

    code = "SUCCESS" if body["success"] else body["error"]["code"]
    assert code == outcome
    assert ("data" in body) is (outcome == "SUCCESS")
    tries = min(times, MAX_RETRIES) + 1
    assert api.calls("dynamodb")["dynamodb:TransactWriteItems"] == tries
    assert len(waits) == tries - 1
    assert all(0 <= wait <= 1.5 for wait in waits)
    added = len(entries(api.box, PRACTITIONER)) - before
    assert added == (1 if outcome == "SUCCESS" else 0)
    monkeypatch.undo()
    assert chain(api)["status"] == "intact"


def test_the_last_place_of_a_minute_goes_to_one_of_two(api: Api) -> None:
    """The counter is part of the transaction: two at once cannot both take the last place."""
    box = api.box
    limits = {"callsPerMinute": 3, "callsPerSecond": 10_000, "accountCallsPerMinute": 10_000}
    box.seeder.put(POLICY, {"policyVersion": "narrow", **limits})
    box.clock.advance(timedelta(seconds=60 - box.clock().second))
    headers = box.headers("practitioner")

    def read(_: int) -> str:
        with Api(box, paced=False) as client:
            body = client.execute("list_budgets", {"customerId": USD}, role="", headers=headers)
            answer = body.json()
            return "SUCCESS" if answer["success"] else str(answer["error"]["code"])

    with ThreadPoolExecutor(8) as pool:
        codes = Counter(pool.map(read, range(8)))
    wide = {"callsPerMinute": 10_000, "callsPerSecond": 10_000}
    box.seeder.put(POLICY, {"policyVersion": "wide", **wide})

    assert codes["SUCCESS"] <= 3
    assert set(codes) <= {"SUCCESS", "RATE_LIMITED", "AUDIT_UNAVAILABLE"}
    assert codes["SUCCESS"] + codes["RATE_LIMITED"] >= 3
    assert chain(api)["status"] == "intact"
