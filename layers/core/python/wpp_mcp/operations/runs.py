"""One execution of an operation: what it starts from, and how it ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import Facts
from wpp_mcp.errors import WppError
from wpp_mcp.models.time import Deadline
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.standing import Standing
from wpp_mcp.storage.dynamo import Write

NOTIFY_AGAIN: Final = timedelta(minutes=5)
"""When a job looks again whether the mails of an operation are in the queue."""

RELEASED: Final = ("attempt", "releasedTo", "lapsesAt")
"""What an operation does not hold any more when it is put back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution.

    Parameters
    ----------
    record
        The operation, in the revision that this execution has written last.
    facts
        What its audit entries say.
    used
        Returns, for the moment of the intent, the writes that hold only while the grant does; the
        first that fails gives its error.
    undone
        The operations that this one undoes, as they stand.
    """

    record: OperationRecord
    seen: Snapshot
    standing: Standing
    facts: Facts
    deadline: Deadline
    used: Callable[[datetime], Sequence[tuple[Write, WppError]]]
    undone: Sequence[OperationRecord] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How an execution ended.

    Parameters
    ----------
    audit_log_id
        Of the entry with the outcome.
    """

    record: OperationRecord
    data: dict[str, Any] = field(default_factory=dict)
    audit_log_id: str | None = None
