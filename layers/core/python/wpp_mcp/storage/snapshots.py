"""Snapshots: how each thing was before a write, for 90 days (product.md §5)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from wpp_mcp.models.changes import Change, change_of
from wpp_mcp.models.time import iso
from wpp_mcp.storage.dynamo import Dynamo, Key, StorageError, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.tables import Table

LIFETIME: Final = timedelta(days=90)


class Snapshots:
    """The table ``snapshots``: an item for each change of an operation."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo

    @staticmethod
    def writes(operation_id: str, changes: Iterable[Change], now: datetime) -> list[Write]:
        """Return the writes of an operation's snapshot, which never replace one."""
        return [
            Write(
                Key(Table.SNAPSHOTS, operation_id, f"{number:04d}"),
                item={
                    "resource": change.locator.key,
                    "takenAt": iso(now),
                    "change": change.wire(),
                    "expirationTime": int((now + LIFETIME).timestamp()),
                },
                condition="attribute_not_exists(operationId)",
            )
            for number, change in enumerate(changes)
        ]

    def of(self, operation_id: str) -> list[Change]:
        """Return the changes of an operation with how things were before, in their order.

        Raises
        ------
        StorageError
            DynamoDB did not answer, or what is stored is damaged.
        """
        start: Item | None = None
        found: list[Change] = []
        while True:
            items, start = self._dynamo.query(
                Table.SNAPSHOTS, "operationId = :id", {":id": operation_id}, start=start
            )
            try:
                found += [change_of(item["change"]) for item in items]
            except (KeyError, ValueError, TypeError) as error:
                raise StorageError("damaged snapshot") from error
            if start is None:
                return found
