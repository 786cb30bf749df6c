"""The audit log: entries per person and day, and the head of each day's chain."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from wpp_mcp.storage.dynamo import Dynamo, Key, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.tables import Table

_HEAD: Final = "HEAD#"
_DAY_INDEX: Final = "day-timestamp-index"


@dataclass(frozen=True, slots=True)
class Index:
    """How a list of entries is found: which index, and the value of its partition."""

    name: str
    partition: str
    value: str


class AuditLogs:
    """Reads and writes entries and heads."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo

    @staticmethod
    def head_key(user_id: str, day: str) -> Key:
        """Return the key of the head of a person's day."""
        return Key(Table.AUDIT_LOGS, user_id, _HEAD + day)

    @staticmethod
    def is_head(sort: str) -> bool:
        """Whether a sort key is that of a head; every other one is that of an entry."""
        return sort.startswith(_HEAD)

    @staticmethod
    def append(entry: Mapping[str, Any]) -> Write:
        """Return the write of a new entry, which never replaces one."""
        key = Key(Table.AUDIT_LOGS, entry["userId"], entry["daySequence"])
        body = {n: v for n, v in entry.items() if n not in ("userId", "daySequence")}
        return Write(key, item=body, condition="attribute_not_exists(userId)")

    @classmethod
    def advance(cls, entry: Mapping[str, Any], previous: int) -> Write:
        """Return the write that moves the head on to an entry, from exactly the one before.

        The head carries ``HEAD#day`` as its day, so that the day index lists all heads of a day.
        """
        return Write(
            cls.head_key(entry["userId"], entry["day"]),
            update="SET #sequence = :sequence, mac = :mac, #day = :day, #timestamp = :timestamp,"
            " expirationTime = :ttl",
            condition="attribute_not_exists(userId)" if previous == 0 else "#sequence = :previous",
            names={"#sequence": "sequence", "#day": "day", "#timestamp": "timestamp"},
            values={
                ":sequence": entry["sequence"],
                ":mac": entry["mac"],
                ":day": _HEAD + entry["day"],
                ":timestamp": entry["timestamp"],
                ":ttl": entry["expirationTime"] + 86_400,
            }
            | ({":previous": previous} if previous else {}),
        )

    def day(self, user_id: str, day: str) -> Iterator[Item]:
        """Yield a person's entries of a day in the order of their numbers."""
        start: Item | None = None
        while True:
            items, start = self._dynamo.query(
                Table.AUDIT_LOGS,
                "userId = :user AND begins_with(daySequence, :day)",
                {":user": user_id, ":day": f"{day}#"},
                start=start,
            )
            yield from items
            if start is None:
                return

    def head(self, user_id: str, day: str) -> Item | None:
        """Return the head of a person's day."""
        key = self.head_key(user_id, day)
        return self._dynamo.batch_get([key]).get(key)

    def heads(self, day: str) -> Iterator[Item]:
        """Yield the heads of all persons of a day."""
        yield from self._indexed_day(_HEAD + day)

    def users(self, day: str) -> set[str]:
        """Return everybody who has an entry on a day, with a head or without."""
        return {str(item["userId"]) for item in self._indexed_day(day)}

    def has_entries(self, day: str) -> bool:
        """Whether anybody has an entry on a day."""
        items, _ = self._dynamo.query(
            Table.AUDIT_LOGS,
            "#day = :day",
            {":day": day},
            index=_DAY_INDEX,
            names={"#day": "day"},
            limit=1,
        )
        return bool(items)

    def _indexed_day(self, value: str) -> Iterator[Item]:
        start: Item | None = None
        while True:
            items, start = self._dynamo.query(
                Table.AUDIT_LOGS,
                "#day = :day",
                {":day": value},
                index=_DAY_INDEX,
                names={"#day": "day"},
                start=start,
            )
            yield from items
            if start is None:
                return

    def page(
        self, index: Index, since: str, until: str, limit: int, start: Item | None
    ) -> tuple[list[Item], Item | None]:
        """Return entries from ``since`` to ``until`` (ISO, both included), latest first."""
        return self._dynamo.query(
            Table.AUDIT_LOGS,
            "#partition = :value AND #timestamp BETWEEN :since AND :until",
            {":value": index.value, ":since": since, ":until": until},
            index=index.name,
            names={"#partition": index.partition, "#timestamp": "timestamp"},
            limit=limit,
            start=start,
            descending=True,
        )

    def user_page(
        self, user_id: str, since: str, until: str, limit: int, start: Item | None
    ) -> tuple[list[Item], Item | None]:
        """Return a person's entries of the days ``since`` to ``until``, latest first."""
        return self._dynamo.query(
            Table.AUDIT_LOGS,
            "userId = :user AND daySequence BETWEEN :since AND :until",
            {":user": user_id, ":since": f"{since}#", ":until": f"{until}#~"},
            limit=limit,
            start=start,
            descending=True,
        )
