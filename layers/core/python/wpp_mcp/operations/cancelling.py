"""The one who asked takes an operation back while nothing has been sent."""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.services import Services
from wpp_mcp.audit.entry import Action
from wpp_mcp.audit.trail import LinkedWriteRefusedError
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models import strict_json
from wpp_mcp.models.caller import Channel
from wpp_mcp.operations.calls import Call, Found, OperationCalls, unknown
from wpp_mcp.operations.people import Part
from wpp_mcp.operations.records import Assent, OperationRecord, operation_of
from wpp_mcp.operations.states import Status
from wpp_mcp.operations.verdicts import require_open
from wpp_mcp.routes import TOOL_ROLES

WHAT: Final = "cancel_operation"
_TRIES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelling:
    """A wish to take an operation back."""

    operation_id: str
    channel: Channel
    correlation_id: str


class Cancellations:
    """Takes operations back."""

    def __init__(self, services: Services) -> None:
        self._calls = OperationCalls(services)

    def cancel(self, seen: Snapshot, wish: Cancelling) -> OperationRecord:
        """Take an operation back for the person who was read with it; return it as it is then.

        Raises
        ------
        WppError
            ``NOT_FOUND``, ``FORBIDDEN`` for anybody else, ``OPERATION_EXPIRED``,
            ``OPERATION_IN_PROGRESS``, ``CONFLICT`` for what is decided already; whatever keeps a
            call from being recorded.
        """
        with self._calls.about(seen, _call(wish), wish.operation_id) as found:
            return self._taken_back(seen, found)

    def _taken_back(self, seen: Snapshot, found: Found) -> OperationRecord:
        if found.part is not Part.REQUESTER:
            raise WppError(ErrorCode.FORBIDDEN, "Only the one who asked for it takes it back")
        record, caller = found.record, seen.caller
        word = Assent(
            by=caller.user_id, employee_id=caller.employee_id, at=seen.at, via=caller.client_id
        )
        for _ in range(_TRIES):
            require_open(record, seen.at)
            write = record.move(Status.CANCELLED, until=None, sets={"refusal": word.wire()})
            try:
                self._calls.allow(seen, found.facts, [write])
            except LinkedWriteRefusedError as lost:
                if not lost.item:
                    raise unknown() from None
                record = operation_of(lost.item)
                continue
            return replace(
                record,
                status=Status.CANCELLED,
                refusal=word,
                expires_at=None,
                revision=record.revision + 1,
            )
        raise WppError(ErrorCode.CONFLICT, reason="changed each time it was read", retry_after=1)


def _call(wish: Cancelling) -> Call:
    asked = {"operationId": wish.operation_id}
    return Call(
        what=WHAT,
        channel=wish.channel,
        correlation_id=wish.correlation_id,
        roles=TOOL_ROLES,
        action=Action.WRITE,
        step="cancelled",
        request_digest=sha256(strict_json.canonical(asked)).hexdigest(),
    )
