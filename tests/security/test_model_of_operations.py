"""A model of governed writes against the real functions: whatever people do, in whatever order."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.security.operating import KEY, Operations
from tests.security.stored import stored as item_of
from tests.support.api import Api
from tests.support.connecting import connected
from tests.support.killing import MortalSandbox
from tests.support.logs import CapturedLog, leaks
from tests.support.writing import Writes

EXAMPLES, STEPS = 10, 12


@pytest.fixture(scope="module")
def box(captured: CapturedLog) -> Iterator[MortalSandbox]:
    """A sandbox for all examples, of a person who has connected Google."""
    with MortalSandbox(captured) as running, connected(running):
        yield running
    assert leaks(captured.getvalue(), running) == []


def test_whatever_people_do_in_whatever_order(box: MortalSandbox) -> None:
    usual = {k: v for k, v in item_of(box, KEY).items() if k not in KEY.attributes()}
    later = (box.clock() + timedelta(days=365)).isoformat()
    Operations.box, Operations.usual = box, {**usual, "expiresAt": later}
    with Api(box) as api:
        writes = Writes(api)
        Operations.budgets = dict(writes.budget() for _ in range(2))

    run_state_machine_as_test(
        Operations,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    print(f"\nmet: {dict(Operations.met)}")
    assert set(Operations.met) >= {"sent", "killed", "SUCCEEDED", "RECONCILED"}
