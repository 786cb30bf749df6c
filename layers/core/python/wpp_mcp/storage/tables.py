"""The DynamoDB tables: keys, indexes, TTL. Stacks and tests build from this alone.

All are on demand, with a customer-managed key and point-in-time recovery (product.md §5). Every
key attribute is a string.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Table(StrEnum):
    """Table names without the environment's prefix (``wpp-mcp-`` in prod)."""

    APPROVED_ACCOUNTS = "approved-accounts"
    DIRECTORY = "directory"
    AUDIT_LOGS = "audit-logs"
    OPERATIONS = "operations"
    SNAPSHOTS = "snapshots"
    POLICIES = "policies"
    IDEMPOTENCY = "idempotency"
    SESSIONS = "sessions"
    GOOGLE_CONNECTIONS = "google-connections"
    ADDRESS_BLOCKS = "address-blocks"


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index.

    Parameters
    ----------
    keys_only
        It holds the keys and nothing else: a change of other attributes is not written again, and
        what is found is read from the table.
    """

    name: str
    partition: str
    sort: str | None = None
    keys_only: bool = False

    @property
    def projection(self) -> str:
        """What it holds, as DynamoDB calls it."""
        return "KEYS_ONLY" if self.keys_only else "ALL"


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table.

    Parameters
    ----------
    ttl
        Attribute with the epoch second after which DynamoDB may drop an item. Dropping only
        tidies up: readers check the time themselves.
    stream
        Changes are streamed (audit archive), as new and old images.
    """

    table: Table
    partition: str
    sort: str | None = None
    indexes: tuple[Index, ...] = ()
    ttl: str | None = None
    stream: bool = False

    def definition(self, prefix: str) -> dict[str, Any]:
        """Return the arguments of DynamoDB ``CreateTable`` for an environment's prefix."""
        keys = [(self.partition, "HASH"), *([(self.sort, "RANGE")] if self.sort else [])]
        names = {name for name, _ in keys}
        for index in self.indexes:
            names |= {index.partition} | ({index.sort} if index.sort else set())
        definition: dict[str, Any] = {
            "TableName": prefix + self.table.value,
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": n, "KeyType": t} for n, t in keys],
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": "S"} for name in sorted(names)
            ],
        }
        if self.indexes:
            definition["GlobalSecondaryIndexes"] = [_index(index) for index in self.indexes]
        return definition


def _index(index: Index) -> dict[str, Any]:
    schema = [{"AttributeName": index.partition, "KeyType": "HASH"}]
    if index.sort:
        schema.append({"AttributeName": index.sort, "KeyType": "RANGE"})
    return {
        "IndexName": index.name,
        "KeySchema": schema,
        "Projection": {"ProjectionType": index.projection},
    }


TABLES: Final[tuple[TableSpec, ...]] = (
    TableSpec(
        Table.APPROVED_ACCOUNTS,
        "userId",
        "accountKey",
        (
            Index("api-accountId-index", "api", "accountId", keys_only=True),
            Index("expiryBucket-expiresAt-index", "expiryBucket", "expiresAt", keys_only=True),
            Index("agency-index", "agency", "userId", keys_only=True),
        ),
    ),
    TableSpec(
        Table.DIRECTORY,
        "recordId",
        None,
        (
            Index("employeeId-index", "employeeId"),
            Index("agency-index", "agency", "recordId"),
            Index("manager-index", "manager", "recordId"),
            Index("client-index", "client", "recordId"),
        ),
    ),
    TableSpec(
        Table.AUDIT_LOGS,
        "userId",
        "daySequence",
        (
            Index("operationId-index", "operationId", "timestamp"),
            Index("accountId-timestamp-index", "accountId", "timestamp"),
            Index("agency-timestamp-index", "agency", "timestamp"),
            Index("day-timestamp-index", "day", "timestamp"),
        ),
        ttl="expirationTime",
        stream=True,
    ),
    TableSpec(
        Table.OPERATIONS,
        "operationId",
        None,
        (
            Index("userId-createdAt-index", "userId", "createdAt", keys_only=True),
            Index("status-expiresAt-index", "status", "expiresAt", keys_only=True),
            Index("approver-status-index", "approver", "status", keys_only=True),
        ),
        ttl="expirationTime",
    ),
    TableSpec(
        Table.SNAPSHOTS,
        "operationId",
        "item",
        (Index("resource-takenAt-index", "resource", "takenAt"),),
        ttl="expirationTime",
    ),
    TableSpec(Table.POLICIES, "scope", "version"),
    TableSpec(Table.IDEMPOTENCY, "id", None, ttl="expirationTime"),
    TableSpec(Table.SESSIONS, "id", None, ttl="expirationTime"),
    TableSpec(Table.GOOGLE_CONNECTIONS, "userId"),
    TableSpec(Table.ADDRESS_BLOCKS, "id", "entry", ttl="expirationTime"),
)

BY_TABLE: Final = {spec.table: spec for spec in TABLES}
