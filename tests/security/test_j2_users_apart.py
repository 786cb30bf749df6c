"""J2: many people in one process, and nothing of one in the answer to another."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import pytest

from sandbox.roles import ROLES
from tests.security.watched import WatchedSandbox, policy
from tests.support.api import Api

ACCOUNTS: dict[str, set[str]] = {
    "practitioner": {"1000000101", "1000000102", "1000000103"},
    "other-practitioner": {"1000000201", "1000000203"},
    "manager": set(),
    "admin": set(),
}
ACCOUNTS["agent"] = ACCOUNTS["practitioner"]
NAMES = {"practitioner": "Aster", "other-practitioner": "Cedar", "agent": "Aster"}
PLENTY = {"callsPerMinute": 10_000, "callsPerSecond": 10_000, "accountCallsPerMinute": 10_000}
"""Limits out of the way: a clock that many threads put forward would end the calls' time."""
ALL = sorted(set().union(*ACCOUNTS.values()))


@dataclass(frozen=True)
class Asked:
    """One call: who, how, and for what; no account asks for the caller's own list."""

    role: str
    way: str
    account: str | None


def ways(role: str) -> list[str]:
    """How a role can call: an MCP client has no key for execute-tool."""
    return ["rpc", "modern"] + (["execute"] if ROLES[role].oma_key else [])


EVERY_CALL = [
    Asked(role, way, account)
    for role in ACCOUNTS
    for way in ways(role)
    for account in ("1000000101", "1000000201", None)
]


def ask(api: Api, asked: Asked) -> dict[str, Any]:
    """Ask, and as a client does ask again where two calls met at one audit chain."""
    for _ in range(8):
        body = once(api, asked)
        if body.get("error", {}).get("code") != "AUDIT_UNAVAILABLE":
            break
    return body


def once(api: Api, asked: Asked) -> dict[str, Any]:
    """Make the call and return the body of the answer, however it came."""
    tool = "list_budgets" if asked.account else "list_accessible_accounts"
    params = {"customerId": asked.account} if asked.account else {}
    if asked.way == "execute":
        body = api.execute(tool, params, role=asked.role).json()
    else:
        given = {"name": tool, "arguments": params}
        answer = getattr(api, asked.way)("tools/call", given, role=asked.role)
        assert "result" in answer.json(), answer.text
        body = answer.json()["result"]["structuredContent"]
    assert isinstance(body, dict)
    return body


def assert_own(asked: Asked, body: dict[str, Any]) -> None:
    """The answer is right for this caller, and names nobody else's account."""
    own = ACCOUNTS[asked.role]
    text = repr(body)
    foreign = set(ALL) - own - {asked.account}
    assert not [account for account in foreign if account in text]
    for role, name in NAMES.items():
        assert name not in text or ACCOUNTS[role] == own
    if asked.account is None:
        rows = [row for row in body["data"]["rows"] if row["api"] == "Google Ads"]
        assert {row["accountId"] for row in rows} == own
    elif asked.account in own:
        assert body["data"]["account"] == asked.account
        assert body["data"]["rows"]
    else:
        assert body["error"]["code"] == "ACCOUNT_NOT_AUTHORIZED"
        assert body["error"]["requestedAccount"] == asked.account
        assert set(body["error"]["approvedAccounts"]) == own


def test_j2_interleaved(attacker: Api) -> None:
    """One after the other, in an order that mixes people, ways and accounts."""
    calls = random.Random(2).sample(EVERY_CALL, len(EVERY_CALL))
    operations = set()
    for asked in calls:
        body = ask(attacker, asked)
        assert_own(asked, body)
        operations.add(body["operationId"])
    assert len(operations) == len(calls)


@pytest.mark.parametrize("cold", [True, False], ids=["first calls", "warm"])
def test_j2_at_once(attacker: Api, watched: WatchedSandbox, cold: bool) -> None:
    """All start together, on functions that are just being built too."""
    if cold:
        watched.cold_start()
    calls = random.Random(3).sample(EVERY_CALL, len(EVERY_CALL))
    lanes = [[asked for asked in calls if asked.role == role] for role in ACCOUNTS]
    start = Barrier(len(lanes))

    def run(lane: list[Asked]) -> list[tuple[Asked, dict[str, Any]]]:
        with Api(watched, paced=False) as client:
            start.wait(20)
            return [(asked, ask(client, asked)) for asked in lane]

    with policy(watched, **PLENTY), ThreadPoolExecutor(len(lanes)) as pool:
        answers = [pair for lane in pool.map(run, lanes) for pair in lane]

    assert len(answers) == len(EVERY_CALL)
    for asked, body in answers:
        assert_own(asked, body)
    operations = [body["operationId"] for _, body in answers]
    assert len(set(operations)) == len(operations)


def test_j2_the_same_question_of_two_people_at_once(attacker: Api, watched: WatchedSandbox) -> None:
    """One may, the other may not, again and again in the same moment."""
    start = Barrier(2)

    def run(role: str) -> list[dict[str, Any]]:
        bodies = []
        with Api(watched, paced=False) as client:
            for number in range(6):
                start.wait(20)
                way = ("execute", "rpc", "modern")[number % 3]
                bodies.append(ask(client, Asked(role, way, "1000000201")))
        return bodies

    with policy(watched, **PLENTY), ThreadPoolExecutor(2) as pool:
        refused, done = pool.map(run, ["practitioner", "other-practitioner"])
    for body in refused:
        assert_own(Asked("practitioner", "", "1000000201"), body)
    for body in done:
        assert_own(Asked("other-practitioner", "", "1000000201"), body)


def test_j2_answers_go_to_the_right_entry(attacker: Api, watched: WatchedSandbox) -> None:
    """Each operation stands in the audit of its own caller."""
    for role, account in (("practitioner", "1000000101"), ("other-practitioner", "1000000201")):
        body = ask(attacker, Asked(role, "modern", account))
        (entry,) = attacker.audit(role, limit="1")
        assert entry["operationId"] == body["operationId"]
        assert entry["accountId"] == f"Google Ads:{account}"
