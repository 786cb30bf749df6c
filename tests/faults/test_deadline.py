"""The work budget of a call: it ends with DEADLINE_EXCEEDED, inside the function's time."""

from collections.abc import Iterator
from time import monotonic
from typing import Final

import pytest

from sandbox.box import Options, Sandbox
from sandbox.faults import FaultKind
from tests.support.api import USD, Api
from tests.support.logs import CapturedLog, leaks

SEARCH: Final = "google-ads:Search"
FUNCTION_SECONDS: Final = 4.0
"""Three are the reserve, one is left to work in."""


@pytest.fixture(scope="module")
def box(captured: CapturedLog) -> Iterator[Sandbox]:
    """A sandbox whose functions have little time."""
    options = Options(log=captured, emit=captured.emit, function_timeout=FUNCTION_SECONDS)
    with Sandbox(options) as running:
        with Api(running) as client:  # Google's library is loaded once, outside the budget
            client.execute("list_budgets", {"customerId": USD})
        yield running
    assert leaks(captured.getvalue(), running) == []


@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT, FaultKind.TIMEOUT_AFTER_APPLY])
@pytest.mark.parametrize("way", ["execute", "modern"])
def test_a_google_that_does_not_answer_ends_in_time(api: Api, kind: FaultKind, way: str) -> None:
    api.box.faults.arm(SEARCH, kind, 3)
    began = monotonic()

    if way == "execute":
        answer = api.execute("list_budgets", {"customerId": USD})
        assert answer.status_code == 504
        body = answer.json()
    else:
        call = {"name": "list_budgets", "arguments": {"customerId": USD}}
        body = api.modern("tools/call", call).json()["result"]["structuredContent"]

    assert monotonic() - began < FUNCTION_SECONDS
    assert body["error"]["code"] == "DEADLINE_EXCEEDED"
    assert body["error"]["action"].startswith("Ask for less")
    assert "data" not in body
    (entry,) = api.audit(limit="1")
    assert (entry["operationId"], entry["result"]) == (body["operationId"], "failure")
    assert entry["error"] == "DEADLINE_EXCEEDED"


def test_a_wait_that_the_budget_does_not_allow_is_not_begun(api: Api) -> None:
    api.box.faults.arm(SEARCH, FaultKind.THROTTLED, 3)
    began = monotonic()

    answer = api.execute("list_budgets", {"customerId": USD})

    assert monotonic() - began < 1
    assert answer.json()["error"]["code"] == "GOOGLE_QUOTA_EXCEEDED"
    assert answer.headers["Retry-After"] == "1"
    assert api.calls("google-ads") == {SEARCH: 1}


def test_a_read_that_is_quick_enough_needs_no_more_time(api: Api) -> None:
    answer = api.execute("list_budgets", {"customerId": USD})

    assert answer.status_code == 200
    assert answer.json()["executionTime"] < 1
