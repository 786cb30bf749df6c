"""The practitioner, connected, in a sandbox whose functions do not wait."""

from collections.abc import Iterator

import pytest

from sandbox.box import Options, Sandbox
from sandbox.browsing import Person
from tests.support.api import Api
from tests.support.connecting import connected, forget
from tests.support.logs import CapturedLog, leaks
from tests.support.renewing import Waiting, ask


@pytest.fixture(scope="module")
def _waiting() -> Waiting:
    return Waiting()


@pytest.fixture(scope="module")
def box(captured: CapturedLog, _waiting: Waiting) -> Iterator[Sandbox]:
    """A sandbox whose functions do not wait."""
    options = Options(log=captured, emit=captured.emit, sleep=_waiting)
    with Sandbox(options) as running:
        _waiting.box = running
        yield running
    assert leaks(captured.getvalue(), running) == []


@pytest.fixture
def waiting(_waiting: Waiting) -> Waiting:
    _waiting.waits.clear()
    _waiting.meanwhile.clear()
    _waiting.until = None
    return _waiting


@pytest.fixture
def owner(api: Api, waiting: Waiting) -> Iterator[Person]:
    """The practitioner, connected a moment ago."""
    api.box.google_oauth.rotates = False
    forget(api.box)
    with connected(api.box) as somebody:
        assert ask(api) == "done"  # warm
        api.box.calls.clear()
        yield somebody
