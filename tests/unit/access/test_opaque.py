import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.json_values import json_objects
from tests.unit.support.surroundings import NOW, FakeClock
from wpp_mcp.access.opaque import Opaque, Purpose
from wpp_mcp.secret_store import Rotating

SOON = NOW + timedelta(minutes=1)
CONTENT = {"client": "a client", "scopes": ["tools/read"]}


def opaque(current: str = "one", previous: str | None = None, clock: FakeClock | None = None):
    keys = Rotating(current, previous)
    return Opaque(lambda: keys, clock=clock or FakeClock(), chance=random.Random(7))


@given(json_objects)
def test_what_was_sealed_is_opened(content: dict[str, object]) -> None:
    value = opaque().seal(Purpose.CONSENT, content, SOON)
    assert opaque().open(Purpose.CONSENT, value) == content


def test_nothing_of_the_content_shows_and_no_value_comes_twice() -> None:
    sealing = opaque()
    made = {sealing.seal(Purpose.CONSENT, CONTENT, SOON) for _ in range(20)}
    assert len(made) == 20
    assert not any("client" in value for value in made)


def test_each_purpose_has_values_of_its_own() -> None:
    value = opaque().seal(Purpose.CONSENT, CONTENT, SOON)
    assert opaque().open(Purpose.REFRESH_TOKEN, value) is None


def test_a_value_ends() -> None:
    clock = FakeClock()
    sealing = opaque(clock=clock)
    value = sealing.seal(Purpose.CONSENT, CONTENT, clock() + timedelta(seconds=10))
    clock.tick(9)
    assert sealing.open(Purpose.CONSENT, value) == CONTENT
    clock.tick(1)
    assert sealing.open(Purpose.CONSENT, value) is None


def test_the_key_rotates() -> None:
    value = opaque("one").seal(Purpose.CONSENT, CONTENT, SOON)
    assert opaque("two", previous="one").open(Purpose.CONSENT, value) == CONTENT
    assert opaque("three", previous="two").open(Purpose.CONSENT, value) is None


@given(st.data())
def test_a_changed_value_does_not_open(data: st.DataObject) -> None:
    value = opaque().seal(Purpose.CONSENT, CONTENT, SOON)
    place = data.draw(st.integers(0, len(value) - 2), label="place")
    letter = data.draw(st.sampled_from("AZaz09-_"), label="letter")
    changed = value[:place] + letter + value[place + 1 :]
    opened = opaque().open(Purpose.CONSENT, changed)
    assert opened == (CONTENT if changed == value else None)


@pytest.mark.parametrize("value", ["", "A", "AAAA", "é", "=" * 9, "A" * 8_001, "A" * 60, "a b c d"])
def test_what_we_did_not_make_does_not_open(value: str) -> None:
    assert opaque().open(Purpose.CONSENT, value) is None


@given(st.text(max_size=200))
def test_no_text_breaks_it(value: str) -> None:
    assert opaque().open(Purpose.CONSENT, value) is None
