"""What was answered to which request id, for 24 hours (product.md §3, ``omaRequestId``)."""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from wpp_mcp.models import strict_json
from wpp_mcp.storage.dynamo import Key, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.tables import Table

LIFETIME: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Remembered:
    """An earlier use of a request id.

    Parameters
    ----------
    digest
        Of the request it was used for.
    answer
        What was answered, or ``None`` where the earlier use failed and may be repeated.
    """

    digest: str
    answer: dict[str, Any] | None


def key_of(user_id: str, request_id: str) -> Key:
    """Return where a person's request id is remembered."""
    return Key(Table.IDEMPOTENCY, f"request#{user_id}#{request_id}")


def remembered(item: Item | None, now: datetime) -> Remembered | None:
    """Return the earlier use in an item, unless its 24 hours are over."""
    if item is None or item["expirationTime"] <= now.timestamp():
        return None
    packed = item.get("answer")
    answer = None if packed is None else strict_json.loads(zlib.decompress(bytes(packed)))
    return Remembered(str(item["digest"]), answer)


def remember(
    user_id: str, request_id: str, digest: str, answer: dict[str, Any] | None, now: datetime
) -> Write:
    """Return the write that remembers a use; holds for the first, and for a repeat of a failure."""
    item: dict[str, Any] = {
        "digest": digest,
        "expirationTime": int((now + LIFETIME).timestamp()),
    }
    if answer is not None:
        item["answer"] = zlib.compress(strict_json.dumps(answer).encode())
    return Write(
        key_of(user_id, request_id),
        item=item,
        condition="attribute_not_exists(id) OR expirationTime <= :now"
        " OR (digest = :digest AND attribute_not_exists(answer))",
        values={":now": int(now.timestamp()), ":digest": digest},
    )
