"""The health probe reports what it sees, whatever that is, and never fails because of it."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.unit.support.surroundings import Surroundings
from wpp_mcp.http_client import Answer
from wpp_mcp.watch.health import HealthProbe

URL = "https://mcp.agency.example/health"
ENVIRON = {"WPP_ENVIRONMENT": "test", "AWS_REGION": "us-east-1", "WPP_HEALTH_URL": URL}
HEALTHY = Answer(200, b'{"status":"healthy","version":"1.0.0","tools":31}')


def probe(around: Surroundings, get: Callable[[str], Answer]) -> HealthProbe:
    return HealthProbe(replace(around.runtime(ENVIRON), get=get))


def emitted(around: Surroundings) -> tuple[list[float], list[float]]:
    (line,) = map(json.loads, around.emitted)
    return line["HealthProbe"], line["HealthProbeLatency"]


def test_health_is_one_and_a_time(around: Surroundings) -> None:
    asked = []

    def get(url: str) -> Answer:
        asked.append(url)
        around.clock.tick(0.25)
        return HEALTHY

    assert probe(around, get)({}, None) == {"healthy": True, "milliseconds": 250}
    assert asked == [URL]
    assert emitted(around) == ([1.0], [250.0])
    assert around.log.getvalue() == ""


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(503, b"{}"), "status 503"),
        (Answer(302, b""), "status 302"),
        (Answer(200, b"<html>"), "the answer is not JSON"),
        (Answer(200, b'["healthy"]'), "it does not say that it is healthy"),
        (Answer(200, b'{"status":"degraded"}'), "it does not say that it is healthy"),
        (Answer(200, b'{"status":["healthy"]}'), "it does not say that it is healthy"),
    ],
)
def test_everything_else_is_zero_and_says_why(
    around: Surroundings, answer: Answer, problem: str
) -> None:
    found = probe(around, lambda _: answer)({}, None)

    assert found == {"healthy": False, "milliseconds": 0, "problem": problem}
    assert emitted(around)[0] == [0.0]
    assert json.loads(around.emitted[0])["problem"] == problem
    assert problem in around.log.getvalue()


def test_no_answer_is_zero_too(around: Surroundings) -> None:
    def get(_: str) -> Answer:
        around.clock.tick(5)
        raise TimeoutError("timed out")

    found = probe(around, get)({}, None)

    assert found["problem"] == "no answer: TimeoutError: timed out"
    assert emitted(around) == ([0.0], [5000.0])
