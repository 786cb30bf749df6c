"""A sandbox that does not wait between retries."""

from collections.abc import Iterator

import pytest

from sandbox.box import Options, Sandbox
from tests.support.logs import CapturedLog, leaks


@pytest.fixture(scope="module")
def all_waits() -> list[float]:
    """Every wait of the module's functions."""
    return []


@pytest.fixture(scope="module")
def box(captured: CapturedLog, all_waits: list[float]) -> Iterator[Sandbox]:
    """A sandbox whose functions note their waits instead of waiting, and whose Google gives up."""
    options = Options(
        log=captured,
        emit=captured.emit,
        sleep=all_waits.append,
        held_seconds=0,
    )
    with Sandbox(options) as running:
        yield running
    assert leaks(captured.getvalue(), running) == []


@pytest.fixture
def waits(all_waits: list[float]) -> list[float]:
    """How long the functions meant to wait during this test, in seconds."""
    all_waits.clear()
    return all_waits
