"""Threat I2: what somebody with the table or the bucket in hand can do, and what verify says."""

import json

import pytest

from tests.unit.support.audited import BOB, BUCKET, DAYS, KEY, Audited
from tests.unit.support.people import ANN
from wpp_mcp.audit.chain import ChainKey
from wpp_mcp.audit.manifest import Manifest

FIRST, MIDDLE, LAST = DAYS
WITH_MANIFESTS = ("--bucket", BUCKET)


def broken(found: tuple[int, str], *places: str) -> None:
    """Exit status 1, and exactly these places are named."""
    status, text = found
    lines = [line for line in text.splitlines() if line.startswith("BROKEN")]
    assert status == 1, text
    assert len(lines) == len(places), text
    for line, place in zip(lines, places, strict=True):
        assert line.startswith(f"BROKEN {place}"), text


def test_an_untouched_past_is_intact(past: Audited) -> None:
    for arguments in ((), WITH_MANIFESTS):
        status, text = past.verify(*arguments)
        assert (status, text) == (0, "12 entries in 6 chains: intact\n")
    assert past.verify("--user", ANN.user_id) == (0, "9 entries in 3 chains: intact\n")


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    ("name", "value"),
    [("tool", {"S": "other"}), ("rows", {"N": "4"}), ("result", {"S": "blocked"})],
)
def test_an_edited_entry(past: Audited, number: int, name: str, value: dict[str, str]) -> None:
    past.put(past.item(MIDDLE, number) | {name: value})
    broken(past.verify(), f"{MIDDLE} {ANN.user_id} entry {number}:")


@pytest.mark.parametrize("value", [{"SS": ["x"]}, {"B": b"x"}, {"NS": ["1"]}])
def test_an_attribute_of_another_kind(past: Audited, value: dict[str, object]) -> None:
    past.put(past.item(MIDDLE, 2) | {"added": value})
    broken(past.verify(), f"{MIDDLE} {ANN.user_id} entry 2:")


@pytest.mark.parametrize("number", [1, 2])
def test_a_deleted_entry(past: Audited, number: int) -> None:
    past.delete(MIDDLE, number)
    broken(past.verify(), f"{MIDDLE} {ANN.user_id} entry {number}: entry {number} is missing")


def test_reordered_entries(past: Audited) -> None:
    one, two = past.item(MIDDLE, 1), past.item(MIDDLE, 2)
    past.put(one | past.key(MIDDLE, 2))
    past.put(two | past.key(MIDDLE, 1))
    broken(past.verify(), f"{MIDDLE} {ANN.user_id} entry 1:")


def test_a_cut_tail(past: Audited) -> None:
    past.delete(MIDDLE, 3)
    broken(past.verify(), f"{MIDDLE} {ANN.user_id} entry 3: the chain ends at 2, its head says 3")


def test_a_cut_tail_with_the_head_moved_back(past: Audited) -> None:
    mac = past.item(MIDDLE, 2)["mac"]
    past.put(past.item(MIDDLE, None) | {"sequence": {"N": "2"}, "mac": mac})
    past.delete(MIDDLE, 3)
    broken(past.verify(*WITH_MANIFESTS), f"{MIDDLE} {ANN.user_id} entry 3: the manifest says 3")


def test_a_deleted_head(past: Audited) -> None:
    past.delete(MIDDLE, None)
    broken(past.verify(), f"{MIDDLE} {ANN.user_id}: the head of the chain is missing")


def test_a_dropped_day_of_one_person(past: Audited) -> None:
    past.drop_day(MIDDLE, BOB.user_id, 1)
    broken(past.verify(*WITH_MANIFESTS), f"{MIDDLE} {BOB.user_id} entry 1: the manifest says 1")


def test_a_dropped_day_of_everybody(past: Audited) -> None:
    past.drop_day(MIDDLE, ANN.user_id, 3)
    past.drop_day(MIDDLE, BOB.user_id, 1)
    found = past.verify(*WITH_MANIFESTS)
    broken(found, f"{MIDDLE} {ANN.user_id} entry 1:", f"{MIDDLE} {BOB.user_id} entry 1:")


def test_a_chain_that_the_manifest_does_not_know(past: Audited) -> None:
    past.drop_day(MIDDLE, BOB.user_id, 1)
    past.write(MIDDLE, 2, BOB)
    past.drop_day(LAST, ANN.user_id, 3)
    past.write(LAST, 2, ANN)
    found = past.verify(*WITH_MANIFESTS)
    places = f"{MIDDLE} {BOB.user_id} entry 3: the manifest says 1", f"{LAST} {ANN.user_id} entry 3"
    broken(found, *places)


def test_entries_behind_an_empty_manifest(audited: Audited) -> None:
    assert audited.run("manifest", "--day", LAST, *WITH_MANIFESTS)[0] == 0
    audited.write(LAST, 2)
    found = audited.run("verify", "--from", LAST, "--to", LAST, *WITH_MANIFESTS)
    broken(found, f"{LAST} {ANN.user_id} entry 3: the manifest says nothing")


def test_entries_of_a_stranger_s_key(past: Audited) -> None:
    past.drop_day(MIDDLE, BOB.user_id, 1)
    past.write(MIDDLE, 1, BOB, ChainKey(b"a stranger's key"))
    broken(past.verify(), f"{MIDDLE} {BOB.user_id} entry 1: the entry names a key that is not")


def test_a_missing_manifest(past: Audited) -> None:
    past.delete_manifest(MIDDLE)
    broken(past.verify(*WITH_MANIFESTS), f"{MIDDLE} *: the manifest is missing")


@pytest.mark.parametrize("document", [b"", b"{}", b"[]", b"\xff", b'{"chains":{"a":7}}'])
def test_a_manifest_that_is_none(past: Audited, document: bytes) -> None:
    past.put_manifest(MIDDLE, document)
    broken(past.verify(*WITH_MANIFESTS), f"{MIDDLE} *: the manifest is missing")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("day", FIRST),
        ("chains", {}),
        ("chains", {ANN.user_id: [1, "0" * 64]}),
        ("previous", None),
        ("keyId", "00000000"),
        ("signature", ""),
        ("signature", "é"),
        ("entries", 5),
    ],
)
def test_a_forged_manifest(past: Audited, name: str, value: object) -> None:
    forged = json.loads(past.manifest(MIDDLE)) | {name: value}
    past.put_manifest(MIDDLE, json.dumps(forged).encode())
    # In the range of one day, where no manifest of the day before comes to help.
    found = past.run("verify", "--from", MIDDLE, "--to", MIDDLE, *WITH_MANIFESTS)
    broken(found, f"{MIDDLE} *: the manifest is not signed by us")


def test_a_manifest_signed_by_a_stranger(past: Audited) -> None:
    forged = Manifest.read(past.manifest(MIDDLE)).signed(ChainKey(b"a stranger's key"))
    past.put_manifest(MIDDLE, forged.document())
    found = past.run("verify", "--from", MIDDLE, "--to", MIDDLE, *WITH_MANIFESTS)
    broken(found, f"{MIDDLE} *: the manifest is not signed by us")


def test_a_manifest_of_another_day_in_its_place(audited: Audited) -> None:
    """A signed manifest of an empty day must not cover up a day that was dropped."""
    for day in DAYS:
        if day != FIRST:
            audited.write(day, 2)
        assert audited.run("manifest", "--day", day, *WITH_MANIFESTS)[0] == 0
    audited.drop_day(MIDDLE, ANN.user_id, 2)
    audited.put_manifest(MIDDLE, audited.manifest(FIRST))
    found = audited.run("verify", "--from", MIDDLE, "--to", MIDDLE, *WITH_MANIFESTS)
    assert found[0] == 1, found[1]


def test_a_manifest_made_anew_over_a_changed_day(past: Audited) -> None:
    past.drop_day(MIDDLE, BOB.user_id, 1)
    past.delete_manifest(MIDDLE)
    assert past.run("manifest", "--day", MIDDLE, *WITH_MANIFESTS)[0] == 0
    broken(past.verify(*WITH_MANIFESTS), f"{LAST} *: the manifest does not follow")


def test_each_break_is_told(past: Audited) -> None:
    past.delete(FIRST, 1)
    past.put(past.item(LAST, 1, BOB.user_id) | {"tool": {"S": "other"}})
    found = past.verify(*WITH_MANIFESTS)
    broken(found, f"{FIRST} {ANN.user_id} entry 1:", f"{LAST} {BOB.user_id} entry 1:")
    assert found[1].endswith("chains: 2 broken\n")


def test_the_signature_is_of_the_current_key(past: Audited) -> None:
    assert Manifest.read(past.manifest(LAST)).signed_by({KEY.key_id: KEY})
