"""The Google connections: one per person, tokens in it encrypted (docs/google-connection.md).

Each write gives the record a new random version and holds only on the version that its writer
saw, so that nobody brings back what another has removed or replaced meanwhile.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from wpp_mcp.models.time import iso, parse_iso
from wpp_mcp.storage.dynamo import ConditionFailedError, Dynamo, Key, StorageError, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.tables import Table


class Status(StrEnum):
    """Whether Google still takes the refresh token, as far as is known."""

    ACTIVE = "ACTIVE"
    REVOKED = "REVOKED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An access token as it is stored. ``until`` is when Google stops to take it."""

    token: bytes = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRecord:
    """A connection as it stands.

    Parameters
    ----------
    version
        Random, new with each write.
    scopes
        Which of the scopes the person has ticked.
    data_key
        The key that the tokens are encrypted with, itself encrypted by KMS.
    refresh_token
        Encrypted; ``None`` once Google has refused it.
    access
        The access token that was issued last, where there is one.
    renewal_until
        While somebody renews the access token: until when nobody else tries.
    """

    user_id: str
    version: str
    status: Status
    scopes: frozenset[str]
    connected_at: datetime
    data_key: bytes = field(repr=False)
    refresh_token: bytes | None = field(default=None, repr=False)
    access: Sealed | None = None
    renewal_until: datetime | None = None

    def item(self) -> dict[str, Any]:
        """Return the attributes beside the key."""
        values: dict[str, Any] = {
            "version": self.version,
            "status": self.status.value,
            "scopes": sorted(self.scopes),
            "connectedAt": iso(self.connected_at),
            "dataKey": self.data_key,
            "refreshToken": self.refresh_token,
            "accessToken": self.access.token if self.access else None,
            "accessExpiresAt": iso(self.access.until) if self.access else None,
            "renewalUntil": iso(self.renewal_until) if self.renewal_until else None,
        }
        return {name: value for name, value in values.items() if value is not None}


class ReplacedError(Exception):
    """The record is not the one that was read any more.

    Parameters
    ----------
    record
        What stands there now, ``None`` where there is nothing.
    """

    def __init__(self, record: ConnectionRecord | None) -> None:
        super().__init__("the connection was changed meanwhile")
        self.record = record


class GoogleConnections:
    """Reads and writes connections."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo

    @staticmethod
    def key(user_id: str) -> Key:
        """Return the key of a person's connection."""
        return Key(Table.GOOGLE_CONNECTIONS, user_id)

    @classmethod
    def connecting(cls, record: ConnectionRecord) -> Write:
        """Return the write that puts a connection in the place of whatever was there."""
        return Write(cls.key(record.user_id), item=record.item())

    @classmethod
    def disconnecting(cls, user_id: str) -> Write:
        """Return the write that removes a connection, whatever its version."""
        return Write(cls.key(user_id))

    def find(self, user_id: str) -> ConnectionRecord | None:
        """Return a person's connection.

        Raises
        ------
        StorageError
            DynamoDB did not answer, or the record is damaged.
        """
        key = self.key(user_id)
        item = self._dynamo.batch_get([key]).get(key)
        return None if item is None else connection_of(item)

    def replace(self, seen: ConnectionRecord, record: ConnectionRecord) -> None:
        """Write a record over the one that was seen.

        Raises
        ------
        ReplacedError
            Another one stands there, or none: nothing was written.
        StorageError
            DynamoDB did not answer.
        """
        write = Write(
            self.key(seen.user_id),
            item=record.item(),
            condition="version = :seen",
            values={":seen": seen.version},
        )
        try:
            self._dynamo.write(write)
        except ConditionFailedError as lost:
            (item,) = lost.items
            raise ReplacedError(connection_of(item) if item else None) from None


def connection_of(item: Item) -> ConnectionRecord:
    """Return the connection in an item.

    Raises
    ------
    StorageError
        The record is damaged: no token is taken from it.
    """
    try:
        access, refresh = item.get("accessToken"), item.get("refreshToken")
        renewal = item.get("renewalUntil")
        return ConnectionRecord(
            user_id=str(item["userId"]),
            version=str(item["version"]),
            status=Status(item["status"]),
            scopes=frozenset(map(str, item["scopes"])),
            connected_at=parse_iso(item["connectedAt"]),
            data_key=bytes(item["dataKey"]),
            refresh_token=bytes(refresh) if refresh else None,
            access=Sealed(token=bytes(access), until=parse_iso(item["accessExpiresAt"]))
            if access
            else None,
            renewal_until=parse_iso(renewal) if renewal else None,
        )
    except (KeyError, ValueError, TypeError) as error:
        raise StorageError("damaged connection record") from error
