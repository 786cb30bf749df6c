"""F5: an executor that is killed at any point has sent at most one write, and it is settled."""

from collections.abc import Iterator
from itertools import count

import pytest

from sandbox.box import Options, Sandbox
from sandbox.functions import AwsCall
from tests.support.api import Api
from tests.support.connecting import connect_at_once
from tests.support.logs import CapturedLog
from tests.support.writing import OVER, Writes, job
from wpp_mcp.functions import Function
from wpp_mcp.operations.states import OPEN, Status


class KilledError(BaseException):
    """What no code of a function gets to see."""


class Killer:
    """Ends an executor when it is about to make one of its calls to AWS."""

    def __init__(self) -> None:
        self.at: int | None = None
        self.operation = ""
        self.seen = 0

    def __call__(self, call: AwsCall) -> None:
        if call.function is not Function.CONFIRM_OPERATION:
            return
        if self.operation not in ("", call.operation):
            return
        self.seen += 1
        if self.at is not None and self.seen >= self.at:
            raise KilledError

    def at_call(self, number: int | None, operation: str = "") -> None:
        """Kill at this call, of this operation or of all, counted from now."""
        self.at, self.operation, self.seen = number, operation, 0


@pytest.fixture(scope="module")
def killer() -> Killer:
    return Killer()


@pytest.fixture(scope="module")
def box(captured: CapturedLog, killer: Killer) -> Iterator[Sandbox]:
    options = Options(log=captured, emit=captured.emit, sleep=lambda _: None, observe=killer)
    with Sandbox(options) as running:
        connect_at_once(running)
        yield running


def test_wherever_it_is_killed_it_is_settled_and_sent_at_most_once(
    api: Api, killer: Killer
) -> None:
    """Each call to AWS is a point at which it can be killed: found by counting, not from a list."""
    writes, ends = Writes(api), list[Status]()
    budget_id, _ = writes.budget()
    for number in count(1):
        amount = writes.amount(budget_id)
        preview = writes.preview(budget_id, amount + 5)
        api.box.calls.clear()
        killer.at_call(number)
        answer = writes.confirm(preview)
        killer.at_call(None)
        if answer.status_code == 200:
            break
        api.box.clock.advance(OVER)
        job(api.box, "reconciliation")
        record = writes.stored(preview["operationId"])
        ends.append(record.status)
        sent = writes.mutates()
        assert sent <= 1
        assert writes.amount(budget_id) == amount + 5 * sent
        if sent:
            assert record.status in (Status.SUCCEEDED, Status.RECONCILED)
            assert record.outcome[0]["outcome"] == "done"
        else:
            assert record.status in {*OPEN, Status.RECONCILED}
        if record.status in OPEN:
            assert writes.confirm(preview).status_code == 200
            assert writes.mutates() == 1
        else:
            assert record.notified
            assert record.expires_at is None
    assert set(ends) == {Status.PREVIEWED, Status.RECONCILED, Status.SUCCEEDED}
    assert len(ends) >= 7


def test_what_was_only_locked_goes_back_and_can_be_confirmed(api: Api, killer: Killer) -> None:
    writes = Writes(api)
    budget_id, amount = writes.budget()
    preview = writes.preview(budget_id, amount + 5)
    lasts = writes.stored(preview["operationId"]).expires_at
    killer.at_call(2, "TransactWriteItems")  # the first one locks, the second says the intent
    writes.confirm(preview)
    killer.at_call(None)
    assert writes.stored(preview["operationId"]).status is Status.EXECUTING
    assert writes.confirm(preview).json()["error"]["code"] == "OPERATION_IN_PROGRESS"
    api.box.clock.advance(OVER)
    assert job(api.box, "reconciliation")["released"] == 1
    record = writes.stored(preview["operationId"])
    assert (record.status, record.expires_at) == (Status.PREVIEWED, lasts)
    assert (record.attempt, record.released_to, record.lapses_at) == (None, None, None)
    assert writes.api.audit()[0]["step"] == "released"
    writes.done(preview)
    assert writes.amount(budget_id) == amount + 5
