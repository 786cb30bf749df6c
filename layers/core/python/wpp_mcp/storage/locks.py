"""Locks on single things, for the seconds in which one operation changes them.

A lock ends by itself: longer than a function can run, so that whoever finds one over knows that
nobody works on it any more.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from wpp_mcp.storage.dynamo import Key, Write
from wpp_mcp.storage.tables import Table

LIFETIME: Final = timedelta(seconds=60)
"""A function runs for 28 seconds at most."""


def _key(thing: str) -> Key:
    return Key(Table.IDEMPOTENCY, f"lock#{thing}")


def locking(things: Iterable[str], owner: str, now: datetime) -> list[Write]:
    """Return the writes that lock things; each holds where nobody else has the lock."""
    until = int((now + LIFETIME).timestamp())
    return [
        Write(
            _key(thing),
            item={"owner": owner, "expirationTime": until},
            condition="attribute_not_exists(id) OR expirationTime <= :now",
            values={":now": int(now.timestamp())},
        )
        for thing in dict.fromkeys(things)
    ]


def unlocking(things: Iterable[str]) -> list[Write]:
    """Return the writes that give locks back: for their owner, before they end by themselves."""
    return [Write(_key(thing)) for thing in dict.fromkeys(things)]
