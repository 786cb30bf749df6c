"""The origin header: the edge sends a new value everywhere before it is the current one."""

from collections.abc import Mapping

import pytest

from sandbox.rotation import STEPS, begin
from tests.unit.rotation.conftest import KNOWN, ORIGIN, Rotations
from wpp_mcp.rotation.edge import StillDeployingError
from wpp_mcp.rotation.secret import RotationRefusedError


def origin(rotations: Rotations, step: str) -> tuple[str, Mapping[str, str]]:
    """An origin header in its second rotation, up to a step."""
    full_name = rotations.make(ORIGIN, KNOWN)
    rotations.cloudfront.set("value-b")
    asked = begin(full_name)
    for one in STEPS[: STEPS.index(step)]:
        rotations.step(one, asked)
    return full_name, asked


def test_the_edge_sends_the_new_current_value_everywhere_before_it_is_current(
    rotations: Rotations,
) -> None:
    full_name, asked = origin(rotations, "setSecret")
    assert rotations.step("setSecret", asked) == "sent by the edge"
    assert (rotations.cloudfront.configured, rotations.cloudfront.deployed) == ("value-c", False)
    assert rotations.values(full_name) == KNOWN

    rotations.step("testSecret", asked)
    assert rotations.cloudfront.deployed
    rotations.step("finishSecret", asked)
    assert rotations.values(full_name).current == "value-c"


def test_the_edge_is_updated_once_however_often_it_is_asked(rotations: Rotations) -> None:
    _, asked = origin(rotations, "setSecret")
    before = rotations.cloudfront.updates
    for _ in range(3):
        rotations.step("setSecret", asked)
    assert rotations.cloudfront.updates == before + 1


def test_a_lost_race_for_the_distribution_is_run_again(rotations: Rotations) -> None:
    _, asked = origin(rotations, "setSecret")
    rotations.cloudfront.interferences = 2
    rotations.step("setSecret", asked)
    assert rotations.cloudfront.configured == "value-c"

    rotations.cloudfront.set("value-b")
    rotations.cloudfront.interferences = 3
    with pytest.raises(RotationRefusedError, match="by somebody else"):
        rotations.step("setSecret", asked)
    assert rotations.cloudfront.configured == "value-b"


@pytest.mark.parametrize("step", ["testSecret", "finishSecret"])
def test_an_edge_that_takes_too_long_is_left_to_the_next_try(
    rotations: Rotations, step: str
) -> None:
    rotations.cloudfront._seconds = 3600
    full_name, asked = origin(rotations, "testSecret")
    with pytest.raises(StillDeployingError):
        rotations.step(step, asked)
    assert sum(rotations.around.sleeps) < 14 * 60
    assert rotations.values(full_name) == KNOWN

    rotations.around.clock.tick(3600)
    assert rotations.step(step, asked) in {"good", "current"}


@pytest.mark.parametrize("step", ["testSecret", "finishSecret"])
def test_an_edge_that_was_deployed_with_the_old_value_stops_the_rotation(
    rotations: Rotations, step: str
) -> None:
    full_name, asked = origin(rotations, "testSecret")
    rotations.cloudfront.set("value-b")
    rotations.around.clock.tick(600)
    with pytest.raises(RotationRefusedError, match="does not send the new current value"):
        rotations.step(step, asked)
    assert rotations.values(full_name) == KNOWN

    # Secrets Manager begins again.
    for one in STEPS:
        rotations.step(one, asked)
    assert rotations.values(full_name).current == "value-c"


def test_a_distribution_without_the_header_is_not_ours(rotations: Rotations) -> None:
    full_name, asked = origin(rotations, "setSecret")
    rotations.cloudfront.config["Origins"]["Items"].pop()
    with pytest.raises(RotationRefusedError, match="sends no origin header"):
        rotations.step("setSecret", asked)
    assert rotations.values(full_name) == KNOWN


def test_the_first_rotation_needs_no_distribution_and_the_second_does(
    rotations: Rotations,
) -> None:
    full_name = rotations.make(ORIGIN, '{"current":"first"}')
    edge = rotations.rotator._edge
    assert edge is not None
    edge._parameter = "/not/there/yet"
    rotations.rotate(full_name)
    assert rotations.values(full_name).current == "first"

    with pytest.raises(KeyError):
        rotations.rotate(full_name)
    assert rotations.values(full_name).current == "first"
