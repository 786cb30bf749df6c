from collections.abc import Iterator

import pytest

from sandbox.world import World
from tests.unit.support.emulated_writes import NOW, Writable, writable


@pytest.fixture
def ads() -> Iterator[Writable]:
    """An emulator of the test's own, to write to."""
    with writable() as running:
        yield running


@pytest.fixture(scope="module")
def unchanged() -> Iterator[Writable]:
    """One emulator for all that only validate: in the end its world is as it was."""
    with writable() as running:
        yield running
        assert running.world.mutates == []
        assert running.world.accounts == World(start=NOW).accounts
