"""One operation is undone once, whoever confirms which rollback of it at the same moment."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest

from tests.support.api import Api
from tests.support.write_samples import SAMPLES
from tests.support.writing import Writes
from wpp_mcp.operations.execution import Execution
from wpp_mcp.operations.states import Status


@pytest.fixture
def writes(api: Api) -> Writes:
    return Writes(api)


def agreed(writes: Writes, preview: dict[str, Any]) -> dict[str, Any]:
    """A preview with the token of all who have to agree."""
    if "confirmationToken" not in preview:
        preview["confirmationToken"] = writes.approved(preview)
    return preview


def before(monkeypatch: pytest.MonkeyPatch, step: str, act: Callable[[], None]) -> None:
    """Let something happen, once, just before the executor takes a step."""
    taken = getattr(Execution, step)
    waiting = [act]

    def stepped(self: Execution, run: Any) -> Any:
        if waiting:
            thread = Thread(target=waiting.pop())
            thread.start()
            thread.join(60)
        return taken(self, run)

    monkeypatch.setattr(Execution, step, stepped)


def test_of_two_rollbacks_at_the_same_moment_one_is_carried_out(
    writes: Writes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is made again is not there yet, so that no lock on it keeps the second away."""
    sample = "create_responsive_search_ad"
    made = agreed(writes, writes.previewed(sample, SAMPLES[sample](writes.box)))
    writes.done(made)
    undone = agreed(writes, writes.rollback(made["operationId"]))
    writes.done(undone)
    first, second = (agreed(writes, writes.rollback(undone["operationId"])) for _ in range(2))
    assert first["preview"]["changes"][0]["action"] == "create"
    answers: list[Any] = []

    def other() -> None:
        with Api(writes.box) as client:
            answers.append(Writes(client).confirm(second))

    before(monkeypatch, "_intend", other)
    there = writes.mutates()
    writes.done(first)
    assert answers[0].json()["error"]["code"] == "OPERATION_IN_PROGRESS"
    assert writes.mutates() == there + 1
    assert writes.confirm(second).json()["error"]["code"] == "CONFLICT"
    assert writes.stored(undone["operationId"]).rolled_back_by == first["operationId"]
    again = agreed(writes, writes.rollback(first["operationId"]))
    writes.done(again)


def test_what_is_undone_between_check_and_lock_is_not_undone_again(
    writes: Writes, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget_id, amount = writes.budget()
    raised = writes.preview(budget_id, amount + 10)
    writes.done(raised)
    first, second = (writes.rollback(raised["operationId"]) for _ in range(2))

    def other() -> None:
        with Api(writes.box) as client:
            others = Writes(client)
            others.done(first)
            others.set_amount(budget_id, amount + 10)  # as the second preview saw it

    before(monkeypatch, "lock", other)
    assert writes.confirm(second).json()["error"]["code"] == "CONFLICT"
    assert writes.amount(budget_id) == amount + 10
    assert writes.stored(second["operationId"]).status is Status.PREVIEWED


def test_what_a_rollback_has_locked_is_free_after_it(writes: Writes) -> None:
    budget_id, amount = writes.budget()
    raised = writes.preview(budget_id, amount + 10)
    writes.done(raised)
    overtaken = writes.rollback(raised["operationId"])
    writes.set_amount(budget_id, amount + 20)
    assert writes.confirm(overtaken).json()["error"]["code"] == "STATE_CHANGED"
    writes.done(writes.rollback(raised["operationId"]))
    assert writes.amount(budget_id) == amount
