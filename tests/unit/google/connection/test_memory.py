"""What a process remembers of opened tokens: only for the very record, only while they live."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.support.connections import FULL
from tests.unit.support.surroundings import NOW
from wpp_mcp.google.connection import memory
from wpp_mcp.google.connection.memory import OpenedTokens
from wpp_mcp.storage.google_connections import Sealed

END = NOW + timedelta(hours=1)


@pytest.fixture
def known() -> OpenedTokens:
    tokens = OpenedTokens()
    tokens.keep(FULL, "open")
    return tokens


def test_the_same_record_has_its_token_until_its_end(known: OpenedTokens) -> None:
    # A record that was written again (a lease, a later version) with the same ciphertext.
    same = replace(FULL, version="2", renewal_until=None)
    assert known.of(same, END - timedelta(seconds=1)) == "open"
    assert known.of(FULL, END) is None
    assert known.of(FULL, NOW) is None  # forgotten for good
    assert "open" not in repr(vars(known))


@pytest.mark.parametrize(
    "other",
    [
        replace(FULL, access=Sealed(token=b"another", until=END)),
        replace(FULL, access=None),
        replace(FULL, data_key=b"another"),
        replace(FULL, user_id="q@north.example"),
    ],
    ids=["ciphertext", "no token", "data key", "person"],
)
def test_another_record_has_none(known: OpenedTokens, other: object) -> None:
    assert known.of(other, NOW) is None  # type: ignore[arg-type]


def test_who_has_not_called_for_longest_goes_first(
    known: OpenedTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MOST", 2)
    second, third = (replace(FULL, user_id=f"{n}@north.example") for n in (2, 3))
    known.keep(second, "second")
    assert known.of(FULL, NOW) == "open"
    known.keep(third, "third")
    assert [known.of(one, NOW) for one in (FULL, second, third)] == ["open", None, "third"]


def test_forgetting(known: OpenedTokens) -> None:
    known.forget(FULL.user_id)
    assert known.of(FULL, NOW) is None
