"""The sandbox as developers run it: serve, headers, demo, its controls and its state."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from tests.support.api import USD, Api

ROOT: Final = Path(__file__).resolve().parents[2]
_READY: Final = re.compile(r"ready (http://127\.0\.0\.1:[0-9]+)\n")


def environ() -> dict[str, str]:
    path = os.pathsep.join([str(ROOT / "layers/core/python"), str(ROOT)])
    # Another process's roots are not this one's: certificates of one name would be mixed up.
    left_out = ("COV", "GRPC_")
    kept = {n: v for n, v in os.environ.items() if not n.startswith(left_out)}
    return {**kept, "PYTHONPATH": path}


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *arguments],
        cwd=ROOT,
        env=environ(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def served(*arguments: str, end: int = signal.SIGTERM) -> Iterator[str]:
    """Serve while the block runs; end by a signal and look at how it ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "serve", "--port", "0", *arguments],
        cwd=ROOT,
        env=environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready = _READY.fullmatch(process.stdout.readline())
        assert ready is not None
        yield ready[1]
        process.send_signal(end)
        rest, _ = process.communicate(timeout=20)
        assert (process.returncode, rest) == (0, "")
    finally:
        process.kill()
        process.wait(10)


def call(url: str, role: str, tool: str, **params: Any) -> dict[str, Any]:
    headers = httpx2.get(f"{url}/_sandbox/headers", params={"as": role}).json()
    body = {"tool": tool, "params": params}
    answer = httpx2.post(f"{url}/mcp/execute-tool", headers=headers, json=body, timeout=30)
    found: dict[str, Any] = answer.json()
    return found


def test_serve_headers_and_an_end_by_interrupt() -> None:
    with served(end=signal.SIGINT) as url:
        printed = command("headers", "--as", "practitioner", "--url", url)
        assert printed.returncode == 0, printed.stderr
        headers = json.loads(printed.stdout)
        body = {"tool": "list_budgets", "params": {"customerId": USD}}
        answer = httpx2.post(f"{url}/mcp/execute-tool", headers=headers, json=body, timeout=30)
        assert answer.status_code == 200
        assert answer.json()["data"]["account"] == USD
    assert command("headers", "--as", "practitioner", "--url", url).returncode == 1


def test_the_environment_of_the_samples_is_printed_for_a_shell() -> None:
    with served() as url:
        printed = command("environment", "--as", "manager", "--url", url)
        shell = f'{printed.stdout}\nprintf \'%s \' "$WPP_MCP_URL" "$WPP_USER_ID"'
        said = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True)
        unknown = httpx2.get(f"{url}/_sandbox/environment", params={"as": "nobody"})

    assert said.stdout == f"{url} manager@north.example "
    assert "OMA_MCP_SHARED_SECRET" in printed.stdout
    assert unknown.status_code == 400
    assert command("environment", "--as", "manager", "--url", url).returncode == 1


def test_state_keeps_grants_audit_and_clock_across_restarts(tmp_path: Path) -> None:
    folder = str(tmp_path / "state")
    with served("--state", folder) as url:
        first = call(url, "practitioner", "list_accessible_accounts")
        httpx2.post(f"{url}/_sandbox/clock", json={"advance_seconds": 7_200})
        before = call(url, "practitioner", "list_budgets", customerId=USD)
    with served("--state", folder) as url:
        after = call(url, "practitioner", "list_accessible_accounts")
        headers = httpx2.get(f"{url}/_sandbox/headers", params={"as": "practitioner"}).json()
        log = httpx2.get(
            f"{url}/mcp/audit-logs", headers=headers, params={"verify": "true"}, timeout=30
        ).json()

    assert after["data"]["rows"] == first["data"]["rows"] != []
    assert after["timestamp"] > before["timestamp"] > first["timestamp"]
    assert [entry["operationId"] for entry in reversed(log["entries"])] == [
        first["operationId"],
        before["operationId"],
        after["operationId"],
    ]
    assert (log["chain"]["status"], log["chain"]["entries"]) == ("intact", 3)
    assert (tmp_path / "state/state.json").stat().st_mode & 0o077 == 0


def test_a_state_that_is_not_one_is_said(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"start": "2026-01-01T00:00:00Z"}')

    ended = command("serve", "--port", "0", "--state", str(tmp_path))

    assert ended.returncode == 1
    assert "is not a sandbox's state" in ended.stderr


def test_the_demo_plays_the_main_job() -> None:
    played = command("demo")

    assert played.returncode == 0, played.stderr
    heads = re.findall(r"^([0-9])\. (.+)$", played.stdout, re.MULTILINE)
    assert [int(number) for number, _ in heads] == list(range(1, 10))
    assert "Paula North <practitioner@north.example>, practitioner" in played.stdout
    assert "HTTP 403: ACCOUNT_NOT_AUTHORIZED" in played.stdout
    assert "GOOGLE_INVALID_REQUEST" in played.stdout
    assert re.search(r"[0-9]+ entries in [0-9]+ chains, one for each day: intact", played.stdout)
    assert "\x1b" not in played.stdout


def test_the_world_is_told_without_a_token(api: Api) -> None:
    world = api.control("GET", "/world")

    assert {user["key"] for user in world["users"]} >= {"practitioner", "auditor"}
    assert api.box.world.google_token("practitioner") not in json.dumps(world)


def test_faults_are_ordered_told_and_forgotten(api: Api) -> None:
    order = {"target": "google-ads:Search", "kind": "denied", "count": 2}
    assert api.control("POST", "/faults", json=order) == {
        "waiting": {"google-ads:Search": ["denied", "denied"]}
    }
    assert api.execute("list_budgets", {"customerId": USD}).status_code == 403
    assert api.control("GET", "/faults") == {"waiting": {"google-ads:Search": ["denied"]}}
    assert api.control("DELETE", "/faults") == {"waiting": {}}
    assert api.execute("list_budgets", {"customerId": USD}).status_code == 200


def test_calls_are_counted_and_forgotten(api: Api) -> None:
    api.execute("list_budgets", {"customerId": USD})
    assert api.control("GET", "/calls")["calls"]["google-ads:Search"] == 1
    assert api.control("DELETE", "/calls") == {"calls": {}}


def test_the_clock_goes_forward_only(api: Api) -> None:
    before = api.box.clock()
    now = api.control("POST", "/clock", json={"advance_seconds": 60})["now"]
    assert now > before.isoformat()[:19]
    assert api.http.post("/_sandbox/clock", json={"advance_seconds": -1}).status_code == 400


def test_the_outbox_is_empty_while_nothing_is_mailed(api: Api) -> None:
    assert api.control("GET", "/outbox") == {"mails": []}


@pytest.mark.parametrize(
    "order",
    [
        {"kind": "denied"},
        {"target": "google-ads:Search", "kind": "on fire"},
        {"target": "google-ads", "kind": "denied"},
        {"target": "google-ads:Search", "kind": "denied", "count": 0},
        [],
    ],
    ids=str,
)
def test_an_order_that_makes_no_sense_is_explained(api: Api, order: Any) -> None:
    answer = api.http.post("/_sandbox/faults", json=order)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert api.control("GET", "/faults") == {"waiting": {}}
