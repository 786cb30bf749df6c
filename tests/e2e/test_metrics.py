"""What alarms count, provoked over HTTP: each refusal and failure is one line of metrics."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from sandbox.box import Options, Sandbox
from sandbox.faults import FaultKind
from tests.support.api import USD, Api
from tests.support.logs import CapturedLog
from tests.support.provoking import CONDITIONS, READ
from wpp_mcp.observability import NAMESPACE, SERVICE


class Emitted:
    """The lines of metrics since the last look."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def take(self) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.lines]
        self.lines.clear()
        return found


def named(line: Mapping[str, Any]) -> dict[str, float]:
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE
    assert [set(d) for d in directive["Dimensions"]] == [{"service", "environment"}]
    return {metric["Name"]: sum(line[metric["Name"]]) for metric in directive["Metrics"]}


@pytest.fixture(scope="module")
def emitted() -> Emitted:
    return Emitted()


@pytest.fixture(scope="module")
def box(captured: CapturedLog, emitted: Emitted) -> Iterator[Sandbox]:
    with Sandbox(Options(log=captured, emit=emitted.lines.append)) as running:
        yield running


@pytest.mark.parametrize(("act", "metric"), CONDITIONS.values(), ids=CONDITIONS)
def test_what_an_alarm_is_about_is_counted_once(
    api: Api, emitted: Emitted, act: Callable[[Api], None], metric: str
) -> None:
    emitted.take()
    act(api)
    lines = emitted.take()

    assert sum(named(line).get(metric, 0) for line in lines) == 1
    (line,) = (line for line in lines if metric in named(line))
    assert line["service"] == SERVICE
    assert line["environment"] == "sandbox"
    assert line["function"] in {"execute_tool", "mcp_endpoint"}
    assert line["code"].isupper()
    assert line["correlationId"]


def test_an_error_that_is_recorded_and_then_answered_is_counted_once(
    api: Api, emitted: Emitted
) -> None:
    """A failure of the audit log's reading passes the recorder and then the wrapper."""
    emitted.take()
    api.box.faults.arm("dynamodb:Query", FaultKind.UNAVAILABLE)
    answer = api.send("GET", "/mcp/audit-logs", role="auditor")

    assert answer.status_code == 503
    assert sum(named(line).get("ServerErrors", 0) for line in emitted.take()) == 1


def test_a_good_call_says_which_tool_for_whom_and_how_long(api: Api, emitted: Emitted) -> None:
    emitted.take()
    answer = api.execute(READ, {"customerId": USD})
    (line,) = emitted.take()

    assert named(line).keys() == {
        *("Calls", "BlockedCalls", "FailedCalls", "AuditRetries", "Latency"),
    }
    assert (line["tool"], line["function"]) == (READ, "execute_tool")
    assert line["operationId"] == answer.json()["operationId"]
    assert len(line["user"]) == 12
    assert "code" not in line
    email = api.box.world.users["practitioner"].email
    assert email not in json.dumps(line)


def test_people_are_told_apart_and_the_same_over_both_ways(api: Api, emitted: Emitted) -> None:
    emitted.take()
    api.execute(READ, {"customerId": USD})
    api.rpc("tools/call", {"name": READ, "arguments": {"customerId": USD}}, role="practitioner")
    api.send("GET", "/mcp/audit-logs", role="auditor")
    first, second, auditor = (line["user"] for line in emitted.take())

    assert first == second != auditor
