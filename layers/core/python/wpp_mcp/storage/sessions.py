"""What a sign-in leaves behind for minutes or hours: each record under the hash of its secret.

The secret (a state, a code, a session's cookie) is in the hands of a browser or a client. The
table knows only its SHA-256, so that reading the table opens nothing.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from wpp_mcp.storage.dynamo import ConditionFailedError, Dynamo, Key, StorageError, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.tables import Table


class Kind(StrEnum):
    """What a record is for; a secret of one kind finds nothing of another."""

    SIGN_IN = "sign-in"
    CODE = "code"
    CONSOLE_SIGN_IN = "console-sign-in"
    CONSOLE_SESSION = "console-session"
    GOOGLE_CONSENT = "google-consent"


class NotOwnError(Exception):
    """The record is somebody else's; it was left where it is."""


class Sessions:
    """Records with an end; past it they are not found, whether or not they are still there."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo

    def remember(
        self, kind: Kind, secret: str, content: Mapping[str, Any], until: datetime
    ) -> None:
        """Write a record.

        Raises
        ------
        StorageError
            It was not written, or the secret was used before.
        """
        try:
            self._dynamo.write(self.new(kind, secret, content, until))
        except ConditionFailedError as error:
            raise StorageError("the secret was used before") from error

    @staticmethod
    def new(kind: Kind, secret: str, content: Mapping[str, Any], until: datetime) -> Write:
        """Return the write of a record; it holds only for a secret that is new."""
        item = {"content": dict(content), "expirationTime": int(until.timestamp())}
        return Write(_key(kind, secret), item=item, condition="attribute_not_exists(id)")

    def find(self, kind: Kind, secret: str, now: datetime) -> dict[str, Any] | None:
        """Return the content of a record that has not ended.

        Raises
        ------
        StorageError
            DynamoDB did not answer.
        """
        key = _key(kind, secret)
        return _content(self._dynamo.batch_get([key]).get(key), now)

    def take(self, kind: Kind, secret: str, now: datetime) -> dict[str, Any] | None:
        """Return the content of a record that has not ended, and remove it: it serves once.

        Raises
        ------
        StorageError
            DynamoDB did not answer; the record may be gone.
        """
        return _content(self._dynamo.take(_key(kind, secret)), now)

    def take_own(
        self, kind: Kind, secret: str, now: datetime, mine: Callable[[Mapping[str, Any]], bool]
    ) -> dict[str, Any] | None:
        """Take a record that is the caller's own. A guess costs a read, never a write.

        Raises
        ------
        NotOwnError
            ``mine`` says no of what was found.
        StorageError
            DynamoDB did not answer; the record may be gone.
        """
        found = self.find(kind, secret, now) if secret else None
        if found is None:
            return None
        if not mine(found):
            raise NotOwnError
        return self.take(kind, secret, now)


def _key(kind: Kind, secret: str) -> Key:
    return Key(Table.SESSIONS, f"{kind.value}#{sha256(secret.encode()).hexdigest()}")


def _content(item: Item | None, now: datetime) -> dict[str, Any] | None:
    if item is None or item["expirationTime"] <= now.timestamp():
        return None
    content = item["content"]
    return dict(content) if isinstance(content, Mapping) else None
