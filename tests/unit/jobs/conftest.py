from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.unit.support.audited import BUCKET, Audited
from tests.unit.support.aws import ENVIRON, Aws
from tests.unit.support.surroundings import Surroundings
from wpp_mcp.models.time import Deadline
from wpp_mcp.runtime import Runtime

JOB_ENVIRON = ENVIRON | {
    "WPP_ARCHIVE_BUCKET": BUCKET,
    "WPP_ARCHIVE_KEY": "alias/wpp-mcp-test-data",
}


@dataclass
class Context:
    """What Lambda passes beside the event."""

    seconds: float = 900

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


@pytest.fixture
def audited(tables: Aws, around: Surroundings, capsys: pytest.CaptureFixture[str]) -> Audited:
    return Audited(tables, around, capsys)


@pytest.fixture
def runtime(audited: Audited) -> Runtime:
    return audited.around.runtime(JOB_ENVIRON, aws=audited.aws)


@pytest.fixture
def within(around: Surroundings) -> Callable[[float], Deadline]:
    """Makes a deadline that is so many seconds away."""
    return lambda seconds: Deadline(around.clock, around.clock() + timedelta(seconds=seconds))


@pytest.fixture
def past(audited: Audited) -> Audited:
    audited.past()
    return audited
