from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.support.json_values import json_objects, json_values
from wpp_mcp.audit.chain import ChainKey, Link, follow, genesis, linked, sort_key

USER, DAY = "ann@agency.example", "2026-11-21"
KEY, OLD_KEY = ChainKey(b"the key of a test"), ChainKey(b"the one before")
KEYS = {key.key_id: key for key in (KEY, OLD_KEY)}
Entries = list[dict[str, Any]]


def chain(bodies: Entries, user: str = USER, day: str = DAY, key: ChainKey = KEY) -> Entries:
    link, entries = genesis(user, day), []
    for number, body in enumerate(bodies):
        # A rotation in the middle of the day.
        signer = OLD_KEY if number < len(bodies) // 2 and key is KEY else key
        entries.append(linked(signer, link, user, day, body))
        link = Link(entries[-1]["sequence"], entries[-1]["mac"])
    return entries


bodies = st.lists(json_objects, min_size=1, max_size=6)


def broken_at(entries: Entries) -> int | None:
    link, broken = follow(KEYS, USER, DAY, entries)
    if broken is None:
        assert link.sequence == len(entries)
        return None
    assert (broken.user_id, broken.day) == (USER, DAY)
    assert broken.sequence == link.sequence + 1
    return broken.sequence


@given(st.lists(json_objects, max_size=6))
def test_what_was_written_follows(attributes: Entries) -> None:
    entries = chain(attributes)
    assert broken_at(entries) is None
    last = entries[-1]["mac"] if entries else genesis(USER, DAY).mac
    assert follow(KEYS, USER, DAY, entries)[0] == Link(len(entries), last)


@given(bodies, st.data())
def test_an_edit_breaks_where_it_is(attributes: Entries, data: st.DataObject) -> None:
    entries = chain(attributes)
    place = data.draw(st.integers(0, len(entries) - 1))
    name = data.draw(st.sampled_from(sorted(entries[place])))
    value = data.draw(json_values)
    assume(value != entries[place][name])
    entries[place] = entries[place] | {name: value}
    assert broken_at(entries) == place + 1


@given(bodies, st.data())
def test_an_attribute_more_or_less_breaks(attributes: Entries, data: st.DataObject) -> None:
    entries = chain(attributes)
    place = data.draw(st.integers(0, len(entries) - 1))
    name = data.draw(st.sampled_from([*sorted(entries[place]), "added"]))
    changed = dict(entries[place])
    if changed.pop(name, None) is None and name == "added":
        changed[name] = None
    assume(changed != entries[place])
    entries[place] = changed
    assert broken_at(entries) == place + 1


@given(bodies, st.data())
def test_a_deletion_breaks_at_the_gap(attributes: Entries, data: st.DataObject) -> None:
    entries = chain(attributes)
    place = data.draw(st.integers(0, len(entries) - 1))
    last = place == len(entries) - 1
    del entries[place]
    # A cut tail leaves no gap; the head and the manifest tell it.
    assert broken_at(entries) == (None if last else place + 1)
    assert follow(KEYS, USER, DAY, entries)[0].sequence == (len(entries) if last else place)


@given(bodies, st.data())
def test_a_copy_breaks_where_it_was_put(attributes: Entries, data: st.DataObject) -> None:
    entries = chain(attributes)
    source = data.draw(st.sampled_from(entries))
    place = data.draw(st.integers(0, len(entries)))
    entries.insert(place, source)
    original = source["sequence"] - 1
    assert broken_at(entries) == (place + 1 if place != original else place + 2)


@given(bodies, bodies, st.data())
def test_an_entry_from_elsewhere_breaks(
    attributes: Entries, others: Entries, data: st.DataObject
) -> None:
    entries = chain(attributes)
    foreign = data.draw(
        st.sampled_from(
            [
                *chain(others, user="bob@agency.example"),
                *chain(others, day="2026-11-20"),
                *chain(others, key=ChainKey(b"a stranger's key")),
            ]
        )
    )
    place = data.draw(st.integers(0, len(entries)))
    entries.insert(place, foreign)
    assert broken_at(entries) == place + 1


@given(bodies, st.randoms(use_true_random=False))
def test_another_order_breaks_at_the_first_that_moved(attributes: Entries, chance: Any) -> None:
    entries = chain(attributes)
    shuffled = entries.copy()
    chance.shuffle(shuffled)
    moved = [n for n, pair in enumerate(zip(entries, shuffled, strict=True)) if pair[0] != pair[1]]
    assert broken_at(shuffled) == (moved[0] + 1 if moved else None)


@given(bodies)
def test_renumbering_does_not_hide_a_deletion(attributes: Entries) -> None:
    entries = chain([{"n": 0}, *attributes])[1:]
    for number, stored in enumerate(entries, start=1):
        stored |= {"sequence": number, "daySequence": sort_key(DAY, number)}
    assert broken_at(entries) == 1


@pytest.mark.parametrize("value", [{1, 2}, b"\x00", {"inner": {1}}], ids=str)
def test_an_attribute_without_a_json_form_breaks(value: Any) -> None:
    entries = chain([{"tool": "a"}])
    assert broken_at([entries[0] | {"added": value}]) == 1


@pytest.mark.parametrize("mac", [None, "", "é", 7, "0" * 64])
def test_an_odd_mac_breaks(mac: Any) -> None:
    assert broken_at([chain([{}])[0] | {"mac": mac}]) == 1


def test_sort_keys_sort_as_numbers() -> None:
    keys = [sort_key(DAY, number) for number in (1, 9, 10, 99, 1_000_000)]
    assert keys == sorted(keys)


def test_a_key_is_known_by_an_id_that_tells_nothing() -> None:
    assert KEY.key_id != OLD_KEY.key_id
    assert len(KEY.key_id) == 8
    assert repr(KEY) == f"ChainKey({KEY.key_id})"
    assert genesis(USER, DAY) != genesis(USER, "2026-11-20")
