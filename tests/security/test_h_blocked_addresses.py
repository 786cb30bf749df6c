"""H: who guesses credentials again and again is blocked, and nobody can have another blocked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from sandbox.box import Options, Sandbox
from sandbox.functions import entry_of
from tests.security.forging import Forge
from tests.security.watched import WatchedSandbox
from tests.support.api import Api
from tests.support.log_delivery import delivery
from tests.support.logs import CapturedLog
from wpp_mcp.edge.block_list import BLOCKED_FOR, FAILURES
from wpp_mcp.edge.viewer import VIEWER_HEADER
from wpp_mcp.functions import Function
from wpp_mcp.models import strict_json

VIEWER, VICTIM, OMA = "127.0.0.77", "127.0.0.88", "127.0.1.5"
CALL = {"tool": "list_budgets", "params": {}}


@contextmanager
def caller(box: Sandbox, address: str) -> Iterator[httpx2.Client]:
    """Somebody who calls from an address."""
    transport = httpx2.HTTPTransport(local_address=address)
    with httpx2.Client(base_url=box.url, transport=transport, timeout=60) as client:
        yield client


def as_delivered(box: WatchedSandbox, mark: int) -> dict[str, Any]:
    """The log since a mark as the subscription delivers it: the lines that its filter lets pass."""
    lines = [line for line in box.logged(mark) if line.get("security") and "address" in line]
    now = box.clock()
    return delivery(
        (f"{mark}-{number}", now, strict_json.dumps(line)) for number, line in enumerate(lines)
    )


def told(box: WatchedSandbox, event: dict[str, Any]) -> dict[str, Any]:
    return entry_of(Function.BLOCK_ADDRESSES).with_runtime(box.runtime())(event, None)


def blocked(box: WatchedSandbox) -> list[str]:
    """What the web firewall of the edge blocks."""
    firewall = box.aws.plain("wafv2")
    ids = {4: box.blocked_v4, 6: box.blocked_v6}
    return [
        address
        for version, set_id in ids.items()
        for address in firewall.get_ip_set(
            Name=f"{box.table_prefix}blocked-v{version}", Scope="CLOUDFRONT", Id=set_id
        )["IPSet"]["Addresses"]
    ]


@pytest.fixture
def empty(watched: WatchedSandbox, attacker: Api) -> Iterator[WatchedSandbox]:
    """Nobody is blocked."""
    assert blocked(watched) == []
    yield watched
    watched.clock.advance(BLOCKED_FOR + timedelta(minutes=2))
    told(watched, {"job": "clean-up"})


def guess(
    box: WatchedSandbox, address: str, times: int = FAILURES, **headers: str
) -> dict[str, Any]:
    """Call with a made-up token, and return what the subscription delivers of it."""
    mark = box.mark()
    forge = Forge(box)
    bearer = forge.bearer(sign=forge.by_attacker)
    with caller(box, address) as client:
        for _ in range(times):
            answer = client.post("/mcp", json=CALL, headers=bearer | headers)
            assert answer.status_code == 401
    return as_delivered(box, mark)


def test_twenty_made_up_tokens_block_the_address_for_an_hour(empty: WatchedSandbox) -> None:
    event = guess(empty, VIEWER)
    assert told(empty, event) == {"failures": FAILURES, "blocked": 1}
    assert blocked(empty) == [f"{VIEWER}/32"]

    empty.clock.advance(BLOCKED_FOR - timedelta(minutes=2))
    told(empty, {"job": "clean-up"})
    assert blocked(empty) == [f"{VIEWER}/32"]
    empty.clock.advance(timedelta(minutes=4))
    told(empty, {"job": "clean-up"})
    assert blocked(empty) == []


def test_a_caller_cannot_name_another_address(empty: WatchedSandbox) -> None:
    forged = {"X-Viewer-Address": VICTIM, "X-Forwarded-For": VICTIM, "True-Client-IP": VICTIM}
    mark = empty.mark()
    told(empty, guess(empty, VIEWER, **forged))
    assert VICTIM not in empty.log_since(mark)
    assert blocked(empty) == [f"{VIEWER}/32"]


def test_wrong_api_keys_count_too(empty: WatchedSandbox) -> None:
    mark, headers = empty.mark(), empty.headers("practitioner") | {"X-OMA-API-Key": "guessed"}
    with caller(empty, VIEWER) as client:
        for _ in range(FAILURES):
            assert client.post("/mcp/execute-tool", json=CALL, headers=headers).status_code == 401
    assert told(empty, as_delivered(empty, mark))["blocked"] == 1
    assert "guessed" not in empty.log_since(mark)


def test_oma_is_never_blocked(empty: WatchedSandbox) -> None:
    assert told(empty, guess(empty, OMA)) == {"failures": FAILURES, "blocked": 0}
    assert blocked(empty) == []


def test_clients_that_find_out_where_to_sign_in_or_renew_are_not_blocked(
    empty: WatchedSandbox, forge: Forge
) -> None:
    mark = empty.mark()
    ended = forge.bearer({"exp": 1})
    with caller(empty, VIEWER) as client:
        for _ in range(FAILURES):
            assert client.post("/mcp", json=CALL).status_code == 401
            assert client.post("/mcp", json=CALL, headers=ended).status_code == 401
    assert told(empty, as_delivered(empty, mark)) == {"failures": 0, "blocked": 0}


def test_who_goes_round_the_edge_leaves_no_line_to_be_counted() -> None:
    log = CapturedLog()
    with Sandbox(Options(edge=False, log=log)) as box, caller(box, VIEWER) as client:
        claimed = {VIEWER_HEADER: VICTIM, "Authorization": "Bearer x.y.z"}
        for path in ("/mcp", "/mcp/execute-tool", "/oauth/token"):
            assert client.post(path, json=CALL, headers=claimed).status_code == 403
    assert VICTIM not in log.getvalue()
    assert "authentication failed" not in log.getvalue()


def test_the_address_is_in_the_security_line_and_in_no_other(empty: WatchedSandbox) -> None:
    mark = empty.mark()
    with caller(empty, VIEWER) as client:
        assert client.post("/mcp", json=CALL).status_code == 401
        assert client.get("/health").status_code == 200
        refused = client.post(
            "/mcp/execute-tool", content="{", headers=empty.headers("practitioner")
        )
        assert refused.status_code == 400
    assert "refused" in {line.get("message") for line in empty.logged(mark)}
    lines = [line for line in empty.logged(mark) if VIEWER in strict_json.dumps(line)]
    assert [line["message"] for line in lines] == ["authentication failed"]
