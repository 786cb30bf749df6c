"""Requests with an id of OMA's: the same id is answered the same, for 24 hours (product.md §3)."""

from collections.abc import Mapping
from typing import Any

from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import Facts
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.storage.dynamo import Write
from wpp_mcp.storage.idempotency import remember


def remembering(
    seen: Snapshot, facts: Facts, answer: Mapping[str, Any]
) -> list[tuple[Write, WppError]]:
    """Return the write that remembers what a request was answered, where it has an id."""
    digest = facts.request_digest
    if facts.request_id is None or digest is None:
        return []
    if seen.earlier is not None and seen.earlier.answer is not None:
        return []
    kept = remember(seen.caller.user_id, facts.request_id, digest, dict(answer), seen.at)
    return [(kept, reused())]


def reused() -> WppError:
    """Return the refusal of an id that was used for another request."""
    return WppError(
        ErrorCode.CONFLICT,
        "omaRequestId was used for another request in the last 24 hours",
        action="Use a new omaRequestId for a new request",
    )
