"""Each step: what it does, that it can be repeated, and what it refuses."""

import random
from collections.abc import Mapping
from typing import Any

import pytest
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from sandbox.rotation import STEPS, begin
from tests.unit.rotation.conftest import KNOWN, ORIGIN, Rotations
from tests.unit.support.aws import REGION, Scripted
from wpp_mcp.config import ConfigurationError
from wpp_mcp.rotation.secret import RotatingSecret, RotationRefusedError
from wpp_mcp.rotation.values import fresh
from wpp_mcp.runtime import Runtime
from wpp_mcp.secret_store import ROTATED, Rotating, SecretName


@pytest.mark.parametrize("name", sorted(ROTATED))
def test_a_value_is_next_then_current_then_previous_then_gone(
    rotations: Rotations, name: SecretName
) -> None:
    full_name = rotations.make(name, '{"current":"first"}')
    seen = []
    for _ in range(4):
        rotations.rotate(full_name)
        seen.append(rotations.values(full_name))

    one, two, three, four = seen
    assert (one.current, one.previous) == ("first", None)
    assert (two.current, two.previous) == (one.following, "first")
    assert (three.current, three.previous) == (two.following, two.current)
    assert "first" not in set(three)
    assert one.following not in set(four)
    made = {"first", one.following, two.following, three.following, four.following}
    assert len(made) == 5


def test_a_value_that_was_plain_text_rotates(rotations: Rotations) -> None:
    full_name = rotations.make("session-key", "plain")
    rotations.rotate(full_name)
    assert rotations.values(full_name).current == "plain"


def test_a_new_value_has_256_bits_of_a_cryptographic_source() -> None:
    assert isinstance(Runtime(environ={}).chance, random.SystemRandom)
    value = fresh(random.SystemRandom())
    assert len(value) == 43  # 256 bits, 6 in each character
    assert value.isascii()
    assert value.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("repeated", STEPS)
def test_a_step_may_run_again(rotations: Rotations, repeated: str) -> None:
    full_name = rotations.make("session-key", KNOWN)
    asked = begin(full_name)
    for step in STEPS:
        rotations.step(step, asked)
        if step == repeated:
            before = pending_or_current(rotations, full_name, asked)
            rotations.step(step, asked)
            assert pending_or_current(rotations, full_name, asked) == before

    values = rotations.values(full_name)
    assert (values.current, values.previous) == ("value-c", "value-b")


def pending_or_current(rotations: Rotations, full_name: str, asked: Mapping[str, str]) -> Any:
    return rotations.aws.secretsmanager.get_secret_value(
        SecretId=full_name, VersionId=asked["ClientRequestToken"]
    )["SecretString"]


def test_a_rotation_that_is_done_stays_done(rotations: Rotations) -> None:
    full_name = rotations.make("session-key", KNOWN)
    asked = rotations.rotate(full_name)
    before = rotations.values(full_name)

    assert {rotations.step(step, asked) for step in STEPS} == {"current already"}
    assert rotations.values(full_name) == before


def test_another_run_that_was_quicker_keeps_its_value(rotations: Rotations) -> None:
    full_name = rotations.make("session-key", KNOWN)
    asked = begin(full_name)
    rotations.step("createSecret", asked)
    before = pending_or_current(rotations, full_name, asked)
    client = rotations.aws.secretsmanager
    hidden = Scripted(client.exceptions.ResourceExistsException({}, "PutSecretValue"))
    hidden.exceptions = client.exceptions
    secret = RotatingSecret(client, asked["SecretId"], asked["ClientRequestToken"])
    secret._client = hidden
    secret.put(Rotating("x"))

    assert [operation for operation, _ in hidden.calls] == ["put_secret_value"]
    assert pending_or_current(rotations, full_name, asked) == before


# What is refused


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"Step": "createSecret"},
        {"Step": "dropSecret", "SecretId": "wpp-mcp/session-key", "ClientRequestToken": "t"},
        {"Step": "createSecret", "SecretId": 7, "ClientRequestToken": "t"},
        {"Step": "createSecret", "SecretId": "wpp-mcp/session-key", "ClientRequestToken": None},
    ],
)
def test_an_event_of_nobodys(rotations: Rotations, event: dict[str, Any]) -> None:
    with pytest.raises(RotationRefusedError, match="not one of Secrets Manager's"):
        rotations.rotator(event, None)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("name", ["oma-api-key", "google-client-secret", "session-key-2"])
def test_a_secret_of_somebody_elses(rotations: Rotations, name: str, step: str) -> None:
    full_name = rotations.make(name, KNOWN)
    with pytest.raises(RotationRefusedError, match="not rotated by this function"):
        rotations.step(step, begin(full_name))
    assert rotations.values(full_name) == KNOWN


@pytest.mark.parametrize("step", STEPS)
def test_a_version_that_nobody_asked_for(rotations: Rotations, step: str) -> None:
    full_name = rotations.make("session-key", KNOWN)
    asked = begin(full_name)
    other = {**asked, "ClientRequestToken": "00000000-0000-4000-8000-000000000000"}
    with pytest.raises(RotationRefusedError, match="not pending"):
        rotations.step(step, other)
    begin(full_name)  # the first one is pending no more
    with pytest.raises(RotationRefusedError, match="not pending"):
        rotations.step(step, asked)
    assert rotations.values(full_name) == KNOWN


@pytest.mark.parametrize("step", STEPS)
def test_a_secret_that_does_not_rotate(rotations: Rotations, step: str) -> None:
    full_name = rotations.make("session-key", KNOWN)
    asked = begin(full_name)
    backend = get_backend("secretsmanager")[DEFAULT_ACCOUNT_ID][REGION]
    backend.secrets[full_name].rotation_enabled = False
    with pytest.raises(RotationRefusedError, match="rotation is not on"):
        rotations.step(step, asked)


@pytest.mark.parametrize("step", ["setSecret", "testSecret", "finishSecret"])
def test_a_step_before_the_first(rotations: Rotations, step: str) -> None:
    full_name = rotations.make("session-key", KNOWN)
    with pytest.raises(RotationRefusedError, match="has no value"):
        rotations.step(step, begin(full_name))
    assert rotations.values(full_name) == KNOWN


@pytest.mark.parametrize("step", ["setSecret", "testSecret", "finishSecret"])
def test_a_value_that_was_changed_by_hand_meanwhile_is_not_overwritten(
    rotations: Rotations, step: str
) -> None:
    full_name = rotations.make("session-key", KNOWN)
    asked = begin(full_name)
    rotations.step("createSecret", asked)
    by_hand = Rotating("by hand", "value-b")
    rotations.aws.secretsmanager.put_secret_value(SecretId=full_name, SecretString=by_hand.text())

    with pytest.raises(RotationRefusedError, match="cancel the rotation"):
        rotations.step(step, asked)
    assert rotations.values(full_name) == by_hand


def test_a_value_that_cannot_be_used_is_not_rotated(rotations: Rotations) -> None:
    full_name = rotations.make("session-key", '{"current":""}')
    with pytest.raises(ConfigurationError, match="no usable value"):
        rotations.step("createSecret", begin(full_name))


def test_the_test_of_a_schedule_passes_and_changes_nothing(rotations: Rotations) -> None:
    full_name = rotations.make(ORIGIN, KNOWN)
    asked = begin(full_name)
    rotations.aws.secretsmanager.put_secret_value(
        SecretId=full_name,
        ClientRequestToken=asked["ClientRequestToken"],
        SecretString=KNOWN.text(),
        VersionStages=["AWSPENDING"],
    )
    assert rotations.step("testSecret", asked) == "good"
    assert (rotations.values(full_name), rotations.cloudfront.updates) == (KNOWN, 0)


# Time


def test_nothing_is_used_before_every_cache_knows_it(rotations: Rotations) -> None:
    full_name = rotations.make("session-key", KNOWN)
    asked = begin(full_name)
    rotations.step("createSecret", asked)
    made = rotations.aws.secretsmanager.get_secret_value(SecretId=full_name)["CreatedDate"]
    rotations.around.clock.now = made
    rotations.step("setSecret", asked)

    assert rotations.around.sleeps == [360.0]
    rotations.step("setSecret", asked)
    assert rotations.around.sleeps == [360.0]


def test_a_clock_that_is_far_behind_waits_for_nothing_forever(rotations: Rotations) -> None:
    full_name = rotations.make("session-key", KNOWN)
    asked = begin(full_name)
    rotations.step("createSecret", asked)
    made = rotations.aws.secretsmanager.get_secret_value(SecretId=full_name)["CreatedDate"]
    rotations.around.clock.now = made
    rotations.around.clock.tick(-3600)
    with pytest.raises(RotationRefusedError, match="too recent"):
        rotations.step("setSecret", asked)
    assert rotations.around.sleeps == []
