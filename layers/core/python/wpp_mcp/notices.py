"""What is told to OMA's webhooks by itself: how such a message is signed.

The key is the secret ``oma-webhook-key`` and nothing else: who may tell OMA something can neither
call as OMA nor seal lists of accounts.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256


def signed(key: str, *, at: datetime, event_id: str, body: str) -> Mapping[str, str]:
    """Return the headers of a message.

    Parameters
    ----------
    event_id
        What OMA takes once: a message that is sent again has the same.
    body
        The JSON, as it is sent.
    """
    seconds = str(int(at.timestamp()))
    return {
        "Content-Type": "application/json",
        "X-WPP-MCP-Event-Id": event_id,
        "X-WPP-MCP-Timestamp": seconds,
        "X-WPP-MCP-Signature": signature(key, seconds, event_id, body),
    }


def signature(key: str, at: str, event_id: str, body: str) -> str:
    """Return ``v1=`` and the hexadecimal HMAC-SHA256 over ``at.event_id.body``."""
    message = f"{at}.{event_id}.{body}"
    return "v1=" + hmac.digest(key.encode(), message.encode(), sha256).hex()
