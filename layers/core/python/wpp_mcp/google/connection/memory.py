"""Access tokens that this process has opened, so that a warm call needs no KMS.

A token is given out only for the very ciphertext that the record holds which was read on this
call: a connection that was removed, replaced or renewed elsewhere counts at once.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from wpp_mcp.storage.google_connections import ConnectionRecord

MOST: Final = 1_000
"""People whose token is remembered; who has not called for the longest time goes first."""


@dataclass(frozen=True, slots=True)
class _Known:
    sealed: tuple[bytes, bytes] = field(repr=False)
    until: datetime
    token: str = field(repr=False)


class OpenedTokens:
    """The tokens, by person."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def of(self, record: ConnectionRecord, now: datetime) -> str | None:
        """Return the access token of a record, where it is known and lives."""
        with self._lock:
            known = self._known.get(record.user_id)
            if known is None:
                return None
            if known.sealed != _sealed(record) or known.until <= now:
                del self._known[record.user_id]
                return None
            self._known.move_to_end(record.user_id)
            return known.token

    def keep(self, record: ConnectionRecord, token: str) -> None:
        """Remember the access token of a record."""
        if record.access is None:
            return
        with self._lock:
            until = record.access.until
            self._known[record.user_id] = _Known(_sealed(record), until, token)
            self._known.move_to_end(record.user_id)
            while len(self._known) > MOST:
                self._known.popitem(last=False)

    def forget(self, user_id: str) -> None:
        """Forget a person's token."""
        with self._lock:
            self._known.pop(user_id, None)


def _sealed(record: ConnectionRecord) -> tuple[bytes, bytes]:
    return record.data_key, record.access.token if record.access else b""
