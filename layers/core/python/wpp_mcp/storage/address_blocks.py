"""Failed authentications by address and minute, and the addresses that are blocked for them.

A minute holds the ids of its log lines as a set, so that a line that is delivered twice counts
once, in whatever order lines come. Blocks are in one partition: few, and listed as a whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from wpp_mcp.storage.dynamo import ConditionFailedError, Dynamo, Key, Write
from wpp_mcp.storage.tables import Table

_BLOCKS: Final = "blocks"
_KEPT: Final = timedelta(hours=1)
_MINUTE_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Block:
    """A network, for example ``203.0.113.7/32``, and the end of its block."""

    network: str
    until: datetime


def minute_of(at: datetime) -> int:
    """Return a moment's minute, counted from the epoch."""
    return int(at.timestamp()) // _MINUTE_SECONDS


def end_of(minute: int) -> datetime:
    """Return the moment at which a minute ends."""
    return datetime.fromtimestamp((minute + 1) * _MINUTE_SECONDS, UTC)


class AddressBlocks:
    """The table ``address-blocks``."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo

    def add_failures(self, network: str, minute: int, event_ids: set[str], *, most: int) -> None:
        """Count failures of one minute; a minute that has ``most`` already takes no more.

        Raises
        ------
        StorageError
            They may or may not be counted.
        """
        write = Write(
            _minute_key(network, minute),
            update="SET expirationTime = :ttl ADD failures :ids",
            condition="attribute_not_exists(failures) OR size(failures) < :most",
            values={
                ":ttl": int((end_of(minute) + _KEPT).timestamp()),
                ":ids": event_ids,
                ":most": most,
            },
        )
        try:
            self._dynamo.write(write)
        except ConditionFailedError:
            return

    def failures(self, network: str, first: int, last: int) -> dict[int, int]:
        """Return how many failures each minute from ``first`` to ``last`` has.

        Raises
        ------
        StorageError
            DynamoDB did not answer.
        """
        items, _ = self._dynamo.query(
            Table.ADDRESS_BLOCKS,
            "id = :id AND entry BETWEEN :first AND :last",
            {
                ":id": _failures_of(network),
                ":first": _entry_of(first),
                ":last": _entry_of(last),
            },
        )
        return {int(item["entry"]): len(item["failures"]) for item in items}

    def block(self, block: Block, now: datetime) -> bool:
        """Block a network, or prolong its block; return whether it was not blocked before.

        Raises
        ------
        StorageError
            It may or may not be blocked.
        """
        key = Key(Table.ADDRESS_BLOCKS, _BLOCKS, block.network)
        before = self._dynamo.batch_get([key]).get(key)
        until = int(block.until.timestamp())
        write = Write(
            key,
            update="SET blockedUntil = :until, expirationTime = :ttl",
            condition="attribute_not_exists(blockedUntil) OR blockedUntil < :until",
            values={":until": until, ":ttl": until + int(_KEPT.total_seconds())},
        )
        try:
            self._dynamo.write(write)
        except ConditionFailedError:
            return False
        return before is None or int(before["blockedUntil"]) <= now.timestamp()

    def blocked(self, now: datetime) -> list[Block]:
        """Return the blocks that have not ended, those that end last first.

        Raises
        ------
        StorageError
            DynamoDB did not answer.
        """
        found: list[Block] = []
        start = None
        while True:
            values = {":id": _BLOCKS}
            items, start = self._dynamo.query(Table.ADDRESS_BLOCKS, "id = :id", values, start=start)
            found += [
                Block(item["entry"], datetime.fromtimestamp(item["blockedUntil"], UTC))
                for item in items
            ]
            if start is None:
                break
        held = [block for block in found if block.until > now]
        return sorted(held, key=lambda block: (block.until, block.network), reverse=True)

    def forget(self, network: str, minutes: Mapping[int, int]) -> None:
        """Remove a block, and the failures of minutes that would bring it back.

        Raises
        ------
        StorageError
            Something of it may be left.
        """
        self._dynamo.take(Key(Table.ADDRESS_BLOCKS, _BLOCKS, network))
        for minute in minutes:
            self._dynamo.take(_minute_key(network, minute))


def _failures_of(network: str) -> str:
    return f"failures#{network}"


def _entry_of(minute: int) -> str:
    # Of one length, so that text sorts as numbers do.
    return f"{minute:010d}"


def _minute_key(network: str, minute: int) -> Key:
    return Key(Table.ADDRESS_BLOCKS, _failures_of(network), _entry_of(minute))
