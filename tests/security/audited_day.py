"""A day of two people's calls, and what somebody does to it who may write to the tables."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sandbox.box import Sandbox
from tests.security.stored import PRACTITIONER, drop, forget_audit, stored
from tests.support.api import Api
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


def fresh_day(api: Api) -> Day:
    """Let a day begin with a chain of each of two people, and nothing before it."""
    forget_audit(api.box)
    now = api.box.clock()
    midnight = (now + timedelta(days=1)).replace(hour=1, minute=0, second=0, microsecond=0)
    api.box.clock.advance(midnight - now)
    for _ in range(WRITTEN):
        assert api.execute("list_accessible_accounts").status_code == 200
    for _ in range(2):
        api.execute("list_accessible_accounts", role="other-practitioner")
    return Day(api.box, midnight.date().isoformat())


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


def cut_with_its_head(day: Day) -> None:
    """Cut the tail so that entries and head agree again."""
    last, before = day.at(WRITTEN), day.at(WRITTEN - 1)
    head = stored(day.box, day.head())
    drop(day.box, day.key(WRITTEN))
    day.box.seeder.put(day.head(), {**head, "sequence": last["sequence"] - 1, "mac": before["mac"]})
