"""The blocking job, each time with a table and a firewall of its own."""

import pytest

from tests.unit.edge.blocking import World
from tests.unit.support.aws import Aws
from tests.unit.support.surroundings import Surroundings


@pytest.fixture
def world(tables: Aws, around: Surroundings) -> World:
    return World(tables, around)
