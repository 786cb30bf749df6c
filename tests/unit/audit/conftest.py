import pytest

from tests.unit.support.audited import Audited
from tests.unit.support.aws import Aws
from tests.unit.support.surroundings import Surroundings


@pytest.fixture
def audited(tables: Aws, around: Surroundings, capsys: pytest.CaptureFixture[str]) -> Audited:
    return Audited(tables, around, capsys)


@pytest.fixture
def past(audited: Audited) -> Audited:
    audited.past()
    return audited
