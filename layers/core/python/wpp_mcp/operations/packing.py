"""What an operation holds that is too large for attributes of its own: JSON, packed."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from wpp_mcp.models import strict_json


def packed(value: Mapping[str, Any]) -> bytes:
    """Return a JSON object as it is stored."""
    return zlib.compress(strict_json.dumps(value).encode())


def unpacked(stored: Any) -> dict[str, Any]:
    """Return the JSON object that `packed` stored.

    Raises
    ------
    ValueError, zlib.error
        It is not one.
    """
    # DynamoDB's own type for bytes is a wrapper round them.
    content: dict[str, Any] = strict_json.loads(zlib.decompress(bytes(stored)))
    return content


def packed_result(result: Mapping[str, Any], outcome: Sequence[Mapping[str, Any]]) -> bytes:
    """Return an operation's result as it is stored, under ``ended``."""
    return packed({"result": dict(result), "outcome": [dict(one) for one in outcome]})
