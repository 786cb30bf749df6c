"""H3: how often a person and an account may be called, and that no race gets past it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest

from tests.security.watched import WatchedSandbox, policy
from tests.support.api import EUR, USD, Api
from tests.support.write_journeys import confirm
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.accounts import Api as Product
from wpp_mcp.models.time import iso
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.rate_counters import Window

CALL: dict[str, Any] = {"name": "list_budgets", "arguments": {"customerId": USD}}
WAYS = ["execute", "rpc", "modern", "tools/list", "rpc list", "modern list", "audit"]


@pytest.fixture
def quick(attacker: Api, watched: WatchedSandbox) -> Iterator[Api]:
    """A client that does not wait between calls."""
    attacker._paced = False
    yield attacker
    attacker._paced = True


def call(api: Api, way: str) -> Any:
    """Call as the practitioner, one way or another."""
    if way == "execute":
        return api.execute(CALL["name"], CALL["arguments"])
    if way in ("rpc", "modern"):
        return getattr(api, way)("tools/call", CALL, role="practitioner")
    if way.endswith(" list"):
        return getattr(api, way.removesuffix(" list"))("tools/list", role="practitioner")
    path = "/mcp/audit-logs" if way == "audit" else "/mcp/tools/list"
    return api.send("GET", path, role="practitioner")


def code(answer: Any) -> str | None:
    """The error's code in any kind of answer, ``None`` for success."""
    body = answer.json()
    result = body.get("result")
    if isinstance(result, dict):
        body = result.get("structuredContent", {})
    error = body.get("error")
    if error is None:
        return None
    return str((error.get("data") or error)["code"])


def assert_limited(answer: Any, seconds: int) -> None:
    """429 on plain routes; over MCP the same error in the result."""
    assert code(answer) == "RATE_LIMITED", answer.text
    assert answer.headers["Retry-After"] == str(seconds)
    assert answer.status_code == (200 if "jsonrpc" in answer.text else 429)


def breaches(api: Api, since: datetime) -> list[dict[str, Any]]:
    """The practitioner's breaches in the audit since a moment."""
    entries = api.audit(limit="50")
    return [e for e in entries if e.get("error") == "RATE_LIMITED" and e["timestamp"] >= iso(since)]


def counter(box: WatchedSandbox, now: datetime) -> Key:
    """The practitioner's counter of a minute."""
    return Window(now).user_key(box.world.users["practitioner"].email)


def test_h3_ten_calls_a_second(quick: Api, watched: WatchedSandbox) -> None:
    with watched.held(20) as now:
        codes = [code(quick.execute("list_accessible_accounts")) for _ in range(12)]
        assert codes == [None] * 10 + ["RATE_LIMITED"] * 2
        assert len(breaches(quick, now)) == 2
        watched.step(1)
        assert code(quick.execute("list_accessible_accounts")) is None


LAST_PLACES = {"minute": ({"n": 119}, 35), "second": ({"n": 9, "s25": 9}, 1)}


@pytest.mark.parametrize("window", LAST_PLACES)
@pytest.mark.parametrize("way", WAYS)
def test_h3_the_last_place_of_a_window(
    quick: Api, watched: WatchedSandbox, way: str, window: str
) -> None:
    taken, wait = LAST_PLACES[window]
    with watched.held(25) as now:
        watched.seeder.put(counter(watched, now), taken)
        assert code(call(quick, way)) is None
        watched.calls.clear()
        assert_limited(call(quick, way), wait)
        assert quick.calls("google-ads") == {}
        found = breaches(quick, now)
        assert [entry["result"] for entry in found] == ["blocked"]
        watched.step(wait)
        assert code(call(quick, way)) is None


@pytest.mark.parametrize("way", WAYS)
def test_h3_the_last_place_goes_to_another_call_meanwhile(
    quick: Api, watched: WatchedSandbox, way: str
) -> None:
    """Between the read and the write of this call."""
    write = "update_item" if "list" in way else "transact_write_items"
    with watched.held(25) as now:
        key = counter(watched, now)
        watched.before[write] = lambda: watched.seeder.put(key, {"n": 120, "s25": 10})
        answer = call(quick, way)
        assert watched.before == {}
        assert_limited(answer, 1)
        assert "rows" not in answer.text
        assert len(breaches(quick, now)) == 1


@pytest.mark.parametrize("way", ["execute", "rpc", "modern"])
def test_h3_three_hundred_calls_a_minute_on_an_account(
    quick: Api, watched: WatchedSandbox, way: str
) -> None:
    with watched.held(20) as now:
        key = Window(now).account_key(AccountRef(Product.GOOGLE_ADS, USD))
        watched.seeder.put(key, {"n": 299})
        assert code(call(quick, way)) is None
        watched.calls.clear()
        assert_limited(call(quick, way), 40)
        assert quick.calls("google-ads") == {}
        assert [entry["accountId"] for entry in breaches(quick, now)] == [f"Google Ads:{USD}"]
        assert code(quick.execute("list_budgets", {"customerId": EUR})) is None
        watched.step(40)
        assert code(call(quick, way)) is None


LOWERED = [{"callsPerMinute": 2}, {"callsPerSecond": 2}, {"accountCallsPerMinute": 2}]


@pytest.mark.parametrize("limits", LOWERED, ids=repr)
def test_h3_a_policy_lowers_a_limit(
    quick: Api, watched: WatchedSandbox, limits: dict[str, int]
) -> None:
    with watched.held(20) as now, policy(watched, **limits):
        codes = [code(call(quick, "execute")) for _ in range(4)]
        assert codes == [None, None, "RATE_LIMITED", "RATE_LIMITED"]
        assert [entry["policyVersion"] for entry in breaches(quick, now)] == ["7", "7"]
    with watched.held(20):
        assert code(call(quick, "execute")) is None


DAMAGED = [
    {"policyVersion": ""},
    {"callsPerMinute": 0},
    {"callsPerMinute": -1},
    {"callsPerSecond": "many"},
    {"accountCallsPerMinute": "300"},
    {"requireSealedAccounts": "false"},
]


@pytest.mark.parametrize("limits", DAMAGED, ids=repr)
@pytest.mark.parametrize("way", ["execute", "rpc", "tools/list"])
def test_h3_a_damaged_policy_lets_nobody_through(
    quick: Api, watched: WatchedSandbox, way: str, limits: dict[str, Any]
) -> None:
    with policy(watched, **limits):
        watched.calls.clear()
        assert code(call(quick, way)) == "STORAGE_UNAVAILABLE"
        assert quick.calls("google-ads") == {}


def test_h3_refused_calls_count_too(quick: Api, watched: WatchedSandbox) -> None:
    with watched.held(20), policy(watched, callsPerMinute=2):
        foreign = {"customerId": "1000000204"}
        assert code(quick.execute("list_budgets", foreign)) == "ACCOUNT_NOT_AUTHORIZED"
        assert code(quick.execute("no_such_tool")) == "INVALID_REQUEST"
        assert code(call(quick, "execute")) == "RATE_LIMITED"


@pytest.mark.parametrize("says", ["APPROVED", "REJECTED"])
def test_h3_confirming_what_is_not_there_counts_too(
    quick: Api, watched: WatchedSandbox, says: str
) -> None:
    preview = {"operationId": "op_20261121_080000_0123456789abcdef"}
    with watched.held(20), policy(watched, callsPerMinute=2):
        codes = [confirm(quick, preview, says)["error"]["code"] for _ in range(3)]
    assert codes == ["CONFIRMATION_INVALID"] * 2 + ["RATE_LIMITED"]


def test_h3_one_person_does_not_use_up_another(quick: Api, watched: WatchedSandbox) -> None:
    other = {"customerId": "1000000201"}
    with watched.held(20), policy(watched, callsPerMinute=1):
        assert [code(call(quick, "execute")) for _ in range(2)] == [None, "RATE_LIMITED"]
        answer = quick.execute("list_budgets", other, role="other-practitioner")
        assert code(answer) is None


def test_h3_both_doors_count_together(quick: Api, watched: WatchedSandbox) -> None:
    """The same person through OMA and through an MCP client."""
    with watched.held(20), policy(watched, callsPerMinute=3):
        assert code(quick.execute("list_accessible_accounts")) is None
        assert code(quick.rpc("tools/list")) is None
        assert code(quick.modern("tools/call", CALL)) is None
        for way in WAYS[:-1]:
            assert_limited(call(quick, way), 40)


RACES = [("callsPerMinute", "execute"), ("callsPerMinute", "tools/list")]


@pytest.mark.parametrize(("limit", "way"), [*RACES, ("accountCallsPerMinute", "execute")])
def test_h3_calls_at_once_do_not_exceed_a_limit(
    quick: Api, watched: WatchedSandbox, limit: str, way: str
) -> None:
    limits = {"callsPerMinute": 100, "callsPerSecond": 100} | {limit: 4}
    with watched.held(20), policy(watched, **limits), ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: code(call(quick, way)), range(8)))

    assert set(codes) <= {None, "RATE_LIMITED", "AUDIT_UNAVAILABLE"}
    assert 1 <= codes.count(None) <= 4
    assert "RATE_LIMITED" in codes
