"""I2: whoever edits, drops, reorders or cuts the audit is found, and so is the place."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest

from sandbox.box import Sandbox
from tests.security.stored import PRACTITIONER, drop, forget_audit, items, stored
from tests.support.api import Api
from wpp_mcp.audit.__main__ import main
from wpp_mcp.audit.chain import sort_key
from wpp_mcp.storage.audit_logs import AuditLogs
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.tables import Table

OTHER: Final = "other-practitioner@south.example"
WRITTEN: Final = 4
"""Entries of the practitioner on the day under test; of the other practitioner two."""


@dataclass(frozen=True)
class Day:
    """A day with entries of two people."""

    box: Sandbox
    day: str

    def key(self, sequence: int, user_id: str = PRACTITIONER) -> Key:
        return Key(Table.AUDIT_LOGS, user_id, sort_key(self.day, sequence))

    def head(self, user_id: str = PRACTITIONER) -> Key:
        return AuditLogs.head_key(user_id, self.day)

    def at(self, sequence: int) -> dict[str, Any]:
        return stored(self.box, self.key(sequence))

    def put(self, sequence: int, entry: dict[str, Any]) -> None:
        """Write an entry to a place, whatever it says of its own place."""
        self.box.seeder.put(self.key(sequence), {k: v for k, v in entry.items() if k not in _KEYS})

    def over(self) -> None:
        """Let the day end, and the next one too."""
        self.box.clock.advance(timedelta(days=2))


_KEYS: Final = ("userId", "daySequence")


@pytest.fixture
def day(api: Api) -> Day:
    """A fresh day with a chain of each of two people, and nothing before it."""
    forget_audit(api.box)
    now = api.box.clock()
    midnight = (now + timedelta(days=1)).replace(hour=1, minute=0, second=0, microsecond=0)
    api.box.clock.advance(midnight - now)
    for _ in range(WRITTEN):
        assert api.execute("list_accessible_accounts").status_code == 200
    for _ in range(2):
        api.execute("list_accessible_accounts", role="other-practitioner")
    return Day(api.box, midnight.date().isoformat())


def verified(api: Api, day: Day, user_id: str = PRACTITIONER) -> dict[str, Any]:
    """What the route says of a person's chain of the day."""
    answer = api.send(
        "GET",
        "/mcp/audit-logs",
        role="auditor",
        params={"userId": user_id, "from": day.day, "to": day.day, "verify": "true"},
    )
    assert answer.status_code == 200, answer.text
    chain: dict[str, Any] = answer.json()["chain"]
    return chain


def command(day: Day, *arguments: str) -> int:
    """Run ``python -m wpp_mcp.audit verify`` over the day."""
    given = ["verify", "--from", day.day, "--to", day.day, *arguments]
    return main(given, day.box.runtime())


def manifest(day: Day) -> None:
    """Sign the day, as the daily job does."""
    day.over()
    arguments = ["manifest", "--day", day.day, "--bucket", day.box.bucket]
    assert main(arguments, day.box.runtime()) == 0


def edited(**changes: Any) -> Callable[[Day], None]:
    return lambda day: day.put(2, {**day.at(2), **changes})


def without_a_member(day: Day) -> None:
    day.put(2, {name: value for name, value in day.at(2).items() if name != "rows"})


def swapped(day: Day) -> None:
    second, third = day.at(2), day.at(3)
    day.put(2, third)
    day.put(3, second)


def swapped_with_their_numbers(day: Day) -> None:
    second, third = day.at(2), day.at(3)
    day.put(2, {**third, "sequence": 2})
    day.put(3, {**second, "sequence": 3})


def moved_up(day: Day) -> None:
    """Drop the second entry and close the gap."""
    for sequence in (2, 3):
        day.put(sequence, {**day.at(sequence + 1), "sequence": sequence})
    drop(day.box, day.key(WRITTEN))


def invented(day: Day) -> None:
    last = day.at(WRITTEN)
    day.put(WRITTEN + 1, {**last, "sequence": WRITTEN + 1})


def borrowed(day: Day) -> None:
    """Put another person's entry in one's place."""
    day.put(2, stored(day.box, day.key(2, OTHER)))


def from_another_day(day: Day) -> None:
    day.put(1, {**day.at(1), "day": "2020-01-01"})


def head_elsewhere(day: Day) -> None:
    head = stored(day.box, day.head())
    day.box.seeder.put(day.head(), {**head, "sequence": WRITTEN + 3})


Act = Callable[[Day], None]
TAMPERED: Final[dict[str, tuple[Act, int | None]]] = {
    "result edited": (edited(result="failure"), 2),
    "account added": (edited(accountId="Google Ads:1000000101"), 2),
    "time edited": (edited(timestamp="2020-01-01T00:00:00.000Z"), 2),
    "person's agency edited": (edited(agency="south"), 2),
    "mac edited": (edited(mac="0" * 64), 2),
    "unknown key named": (edited(keyId="00000000"), 2),
    "member removed": (without_a_member, 2),
    "member added": (edited(note="nothing to see"), 2),
    "first dropped": (lambda day: drop(day.box, day.key(1)), 1),
    "one in the middle dropped": (lambda day: drop(day.box, day.key(2)), 2),
    "tail cut": (lambda day: drop(day.box, day.key(WRITTEN)), WRITTEN),
    "two at the tail cut": (
        lambda day: [drop(day.box, day.key(n)) for n in (WRITTEN - 1, WRITTEN)] and None,
        WRITTEN - 1,
    ),
    "two swapped": (swapped, 2),
    "two swapped, renumbered": (swapped_with_their_numbers, 2),
    "gap closed": (moved_up, 2),
    "one invented at the end": (invented, WRITTEN + 1),
    "another person's entry": (borrowed, 2),
    "another day's entry": (from_another_day, 1),
    "head dropped": (lambda day: drop(day.box, day.head()), None),
    "head changed": (head_elsewhere, WRITTEN + 1),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_route_and_command_find_it_and_say_where(
    api: Api, day: Day, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    act, place = TAMPERED[name]
    assert command(day) == 0
    assert "6 entries in 2 chains: intact" in capsys.readouterr().out
    assert verified(api, day) == {"status": "intact", "entries": 4, "chains": 1, "breaks": []}

    act(day)

    chain = verified(api, day)
    assert chain["status"] == "broken"
    (broken,) = chain["breaks"]
    assert (broken["day"], broken["sequence"]) == (day.day, place)
    assert broken["problem"]
    assert verified(api, day, OTHER)["status"] == "intact"

    # The auditor's own reads are entries of the auditor, on the same day and whole.
    assert command(day) == 1
    told = capsys.readouterr().out
    spot = f"{PRACTITIONER} entry {place}:" if place else f"{PRACTITIONER}:"
    assert f"BROKEN {day.day} {spot}" in told
    assert told.count("BROKEN") == 1
    assert command(day, "--user", PRACTITIONER) == 1
    assert command(day, "--user", OTHER) == 0


def cut_with_its_head(day: Day) -> None:
    """Cut the tail so that entries and head agree again."""
    last, before = day.at(WRITTEN), day.at(WRITTEN - 1)
    head = stored(day.box, day.head())
    drop(day.box, day.key(WRITTEN))
    day.box.seeder.put(day.head(), {**head, "sequence": last["sequence"] - 1, "mac": before["mac"]})


def person_dropped(day: Day) -> None:
    for item in items(day.box, Table.AUDIT_LOGS):
        if item["userId"] == PRACTITIONER and day.day in item["daySequence"]:
            drop(day.box, Key(Table.AUDIT_LOGS, PRACTITIONER, item["daySequence"]))


def day_dropped(day: Day) -> None:
    for item in items(day.box, Table.AUDIT_LOGS):
        if day.day in item["daySequence"]:
            drop(day.box, Key(Table.AUDIT_LOGS, item["userId"], item["daySequence"]))


@pytest.mark.parametrize(
    ("act", "broken"),
    [(cut_with_its_head, 1), (person_dropped, 1), (day_dropped, 2)],
    ids=["tail cut with its head", "a person's day dropped", "the whole day dropped"],
)
def test_the_manifest_finds_what_agrees_with_itself(
    day: Day, act: Act, broken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest(day)
    assert command(day, "--bucket", day.box.bucket) == 0

    act(day)

    capsys.readouterr()
    assert command(day, "--bucket", day.box.bucket) == 1
    told = capsys.readouterr().out
    assert told.count(f"BROKEN {day.day} ") == broken
    assert f"BROKEN {day.day} {PRACTITIONER}" in told
    assert "the manifest says" in told


FORGED: Final = b'{"chains":{},"day":"%s","entries":0,"keyId":"x","previous":null,"signature":"x"}'


def put_manifest(day: Day) -> None:
    """Write a manifest of one's own, as somebody does who may write to the bucket."""
    day.box.aws.plain("s3").put_object(
        Bucket=day.box.bucket,
        Key=f"manifests/{day.day}.json",
        Body=FORGED % day.day.encode(),
    )


def manifest_hidden(day: Day) -> None:
    day.box.aws.plain("s3").delete_object(Bucket=day.box.bucket, Key=f"manifests/{day.day}.json")


def nothing_more(day: Day) -> None:
    """Leave it at that."""


@pytest.mark.parametrize("act", [put_manifest, manifest_hidden], ids=["forged", "hidden"])
@pytest.mark.parametrize(
    ("beside", "broken"), [(nothing_more, 1), (cut_with_its_head, 2)], ids=["alone", "and cut"]
)
def test_what_is_put_over_a_manifest_is_found_and_the_manifest_counts_on(
    day: Day, act: Act, beside: Act, broken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest(day)

    act(day)
    beside(day)

    assert command(day, "--bucket", day.box.bucket) == 1
    told = capsys.readouterr().out
    assert f"BROKEN {day.day} *: something was put over the manifest" in told
    assert told.count(f"BROKEN {day.day} ") == broken


@pytest.mark.parametrize(
    ("act", "problem"),
    [(put_manifest, "is not signed by us"), (nothing_more, "is missing")],
    ids=["forged first", "never written"],
)
def test_a_day_without_a_manifest_of_ours_does_not_verify(
    day: Day, act: Act, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    day.over()

    act(day)

    assert command(day, "--bucket", day.box.bucket) == 1
    assert f"BROKEN {day.day} *: the manifest {problem}" in capsys.readouterr().out


def test_entries_past_their_two_years_may_go(day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    manifest(day)
    drop(day.box, day.key(2))
    assert command(day, "--bucket", day.box.bucket) == 1
    day.box.clock.advance(timedelta(days=732))

    capsys.readouterr()
    assert command(day, "--bucket", day.box.bucket) == 0
    assert "0 entries in 0 chains: intact" in capsys.readouterr().out
