"""What tests of the running product share: a sandbox per module, and a client for it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from sandbox.box import Options, Sandbox
from tests.support.api import Api
from tests.support.logs import CapturedLog, leaks


@pytest.fixture(scope="module")
def captured() -> CapturedLog:
    """What the functions of this module's sandbox log."""
    return CapturedLog()


@pytest.fixture(scope="module")
def box(captured: CapturedLog) -> Iterator[Sandbox]:
    """A running sandbox. When the module is done, its log must hold no secret (H6)."""
    with Sandbox(Options(log=captured, emit=captured.emit, held_seconds=0)) as running:
        yield running
    assert leaks(captured.getvalue(), running) == []


@pytest.fixture
def api(box: Sandbox) -> Iterator[Api]:
    """A client with room in every rate limit, no faults waiting and no calls counted."""
    box.clock.advance(timedelta(seconds=60))
    box.faults.clear()
    box.calls.clear()
    with Api(box) as client:
        yield client
    box.faults.clear()
