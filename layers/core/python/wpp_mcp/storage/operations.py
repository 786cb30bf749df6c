"""Operations: one item each, moved on only from the revision that was read.

``status`` and ``expiresAt`` are the key of the index that jobs read: until when a state may last,
or when somebody has to look again. An item without ``expiresAt`` waits for nothing, and is not in
it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from wpp_mcp.models.time import iso
from wpp_mcp.storage.dynamo import Dynamo, Key, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.tables import Table

_USER_INDEX: Final = "userId-createdAt-index"
_STATUS_INDEX: Final = "status-expiresAt-index"
_APPROVER_INDEX: Final = "approver-status-index"
MAX_PAGE: Final = 50

OF_USER: Final = frozenset({"operationId", "userId", "createdAt"})
OF_APPROVER: Final = frozenset({"operationId", "approver", "status"})
"""What the place consists of at which a list goes on."""


class Operations:
    """The table ``operations``."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo

    @staticmethod
    def key(operation_id: str) -> Key:
        """Return the key of an operation."""
        return Key(Table.OPERATIONS, operation_id)

    @classmethod
    def insert(cls, operation_id: str, attributes: Mapping[str, Any]) -> Write:
        """Return the write of a new operation, which never replaces one."""
        condition = "attribute_not_exists(operationId)"
        return Write(cls.key(operation_id), item=attributes, condition=condition)

    @classmethod
    def change(
        cls,
        operation_id: str,
        revision: int,
        sets: Mapping[str, Any],
        removes: Iterable[str] = (),
    ) -> Write:
        """Return the write that changes an operation, which holds only for one revision of it."""
        values = {**sets, "revision": revision + 1}
        names = {f"#{name}": name for name in (*values, *removes)}
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
        if removes:
            update += " REMOVE " + ", ".join(f"#{name}" for name in removes)
        return Write(
            cls.key(operation_id),
            update=update,
            condition="#revision = :was",
            names=names,
            values={":was": revision, **{f":{name}": value for name, value in values.items()}},
        )

    @classmethod
    def holding(cls, operation_id: str, status: str) -> Write:
        """Return the write that changes nothing, and holds only while an operation has a state."""
        return Write(
            cls.key(operation_id),
            update="SET #status = :status",
            condition="#status = :status",
            names={"#status": "status"},
            values={":status": status},
        )

    def find(self, operation_id: str) -> Item | None:
        """Return an operation.

        Raises
        ------
        StorageError
            DynamoDB did not answer.
        """
        key = self.key(operation_id)
        return self._dynamo.batch_get([key]).get(key)

    def of_user(
        self, user_id: str, limit: int, start: Item | None
    ) -> tuple[list[Item], Item | None]:
        """Return a person's operations, latest first, and where to go on."""
        keys, following = self._dynamo.query(
            Table.OPERATIONS,
            "userId = :user",
            {":user": user_id},
            index=_USER_INDEX,
            limit=min(limit, MAX_PAGE),
            start=start,
            descending=True,
        )
        return self._read(keys), following

    def of_approver(
        self, approver: str, status: str, limit: int, start: Item | None
    ) -> tuple[list[Item], Item | None]:
        """Return the operations in a state that somebody may decide about, and where to go on."""
        keys, following = self._dynamo.query(
            Table.OPERATIONS,
            "approver = :approver AND #status = :status",
            {":approver": approver, ":status": status},
            index=_APPROVER_INDEX,
            names={"#status": "status"},
            limit=min(limit, MAX_PAGE),
            start=start,
        )
        return self._read(keys), following

    def due(
        self, status: str, now: datetime, limit: int, start: Item | None
    ) -> tuple[list[Item], Item | None]:
        """Return operations whose time in a state is over, longest first, and where to go on.

        From an index, which lags: read one again before it is changed.
        """
        return self._dynamo.query(
            Table.OPERATIONS,
            "#status = :status AND expiresAt <= :now",
            {":status": status, ":now": iso(now)},
            index=_STATUS_INDEX,
            names={"#status": "status"},
            limit=limit,
            start=start,
        )

    def _read(self, found: Iterable[Item]) -> list[Item]:
        """Return the operations that an index has named, as they are now, in its order."""
        keys = [self.key(str(item["operationId"])) for item in found]
        items = self._dynamo.batch_get(keys) if keys else {}
        return [items[key] for key in keys if key in items]
