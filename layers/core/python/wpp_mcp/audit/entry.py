"""One audit entry: who did what to which account, and how it ended (product.md §8).

Counts and digests rather than content; never a token or a secret.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from wpp_mcp.models.time import iso

RETENTION_DAYS: Final = 731
"""Two years; the archive in S3 keeps them longer."""


class Action(StrEnum):
    """What kind of access it was."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"


class Result(StrEnum):
    """How it ended: done, failed, or refused by a rule of ours."""

    SUCCESS = "success"
    FAILURE = "failure"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What happened, before it has a place in the chain.

    Parameters
    ----------
    account
        The account's key (``Google Ads:1234567890``), where one was named.
    request_digest
        SHA-256 of the parameters, hexadecimal.
    rows
        How many rows left the server.
    milliseconds
        Duration of the call up to the entry.
    error
        The error code of a refusal or failure.
    step
        Of an operation's life: ``preview``, ``decision``, ``intent``, ``outcome``, ``released``,
        ``reconciled``, ``expired``, ``cancelled``, ``policy``. Entries of calls that move none
        have no step, nor have those from before there were operations.
    limits
        The limits that a write exceeds, separated by commas: it was refused for them, or they are
        not enforced (``LOG_ONLY``).
    """

    user_id: str
    at: datetime
    operation_id: str
    correlation_id: str
    role: str
    agency: str
    client_id: str
    channel: str
    tool: str
    action: Action
    result: Result
    policy_version: str
    milliseconds: int
    api: str | None = None
    account: str | None = None
    error: str | None = None
    request_digest: str | None = None
    rows: int | None = None
    oma_request_id: str | None = None
    step: str | None = None
    limits: str | None = None

    def attributes(self) -> dict[str, Any]:
        """Return the stored attributes, without those that place it in the chain."""
        values = {
            "timestamp": iso(self.at),
            "operationId": self.operation_id,
            "correlationId": self.correlation_id,
            "role": self.role,
            "agency": self.agency,
            "clientId": self.client_id,
            "channel": self.channel,
            "tool": self.tool,
            "action": self.action.value,
            "result": self.result.value,
            "policyVersion": self.policy_version,
            "durationMs": self.milliseconds,
            "api": self.api,
            "accountId": self.account,
            "error": self.error,
            "requestDigest": self.request_digest,
            "rows": self.rows,
            "omaRequestId": self.oma_request_id,
            "step": self.step,
            "limits": self.limits,
            "expirationTime": int(self.at.timestamp()) + RETENTION_DAYS * 86_400,
        }
        return {name: value for name, value in values.items() if value is not None}
