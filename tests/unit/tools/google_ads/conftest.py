from collections.abc import Iterator

import pytest

from tests.unit.support.ads_writing import Played, played


@pytest.fixture
def google() -> Iterator[Played]:
    with played() as running:
        yield running
