"""Log lines as CloudWatch Logs delivers them to a function that subscribes to them."""

import base64
import gzip
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

Line = tuple[str, datetime, str]
"""Id, time, and text of one line."""


def failure(address: str | None, reason: str = "bad token: signature", **changes: Any) -> str:
    """A line of the security log, as the functions write it."""
    line = {
        "level": "WARNING",
        "message": "authentication failed",
        "service": "mcp_endpoint",
        "security": True,
        "code": "UNAUTHENTICATED",
        "reason": reason,
        "correlation_id": "r",
        **({} if address is None else {"address": address}),
        **changes,
    }
    return json.dumps(line)


def packed(body: Any) -> dict[str, Any]:
    """An event of a subscription."""
    data = gzip.compress(json.dumps(body).encode(), mtime=0)
    return {"awslogs": {"data": base64.b64encode(data).decode()}}


def delivery(lines: Iterable[Line]) -> dict[str, Any]:
    """An event with lines."""
    return packed(
        {
            "messageType": "DATA_MESSAGE",
            "owner": "123456789012",
            "logGroup": "/aws/lambda/wpp-mcp-mcp-endpoint",
            "logStream": "stream",
            "subscriptionFilters": ["wpp-mcp-failed-authentications"],
            "logEvents": [
                {"id": i, "timestamp": int(at.timestamp() * 1000), "message": text}
                for i, at, text in lines
            ],
        }
    )


def failures(address: str, moments: Sequence[datetime], **changes: Any) -> dict[str, Any]:
    """An event with a failure of one address at each moment; ids follow from place and moment."""
    return delivery(
        (f"{address}-{number}-{at.isoformat()}", at, failure(address, **changes))
        for number, at in enumerate(moments)
    )
