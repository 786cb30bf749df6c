"""What every call about operations has in common: one read, the same checks, its entry.

An operation that a caller may not see and one that does not exist are refused with one text.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from wpp_mcp.access import intake
from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import OPERATION_ID, Facts, Recorder, new_operation_id
from wpp_mcp.access.services import Services
from wpp_mcp.audit.entry import Action
from wpp_mcp.audit.trail import LinkedWriteRefusedError, Recorded
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.caller import Channel, Principal, Role
from wpp_mcp.operations.people import Part, part_of
from wpp_mcp.operations.records import OperationRecord, operation_of
from wpp_mcp.storage.dynamo import Key, StorageError, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.operations import Operations


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call about operations, as the audit names it.

    Parameters
    ----------
    roles
        Who may make it, by the directory's word.
    step
        Which step of an operation's life it is, where it is one.
    """

    what: str
    channel: Channel
    correlation_id: str
    roles: frozenset[Role]
    action: Action = Action.READ
    step: str | None = None
    request_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An operation that the caller may see, and what the caller is to it."""

    record: OperationRecord
    part: Part
    facts: Facts


def keys(operation_id: str) -> Sequence[Key]:
    """Return what to read of an operation: nothing where the text names none."""
    return [Operations.key(operation_id)] if OPERATION_ID.fullmatch(operation_id) else []


def unknown() -> WppError:
    """Return the refusal of an operation that is not there, or not the caller's to see."""
    return WppError(ErrorCode.NOT_FOUND, "There is no such operation")


class OperationCalls:
    """Receives calls about operations, and records them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._recorder = Recorder(services)

    def read(self, principal: Principal, operation_id: str | None = None) -> Snapshot:
        """Read the caller, and the operation where one is named: one storage call.

        Raises
        ------
        WppError
            As `intake.read`.
        """
        extra = keys(operation_id) if operation_id is not None else []
        return intake.read(self._services, principal, extra=extra)

    @contextmanager
    def about(self, seen: Snapshot, call: Call, operation_id: str) -> Iterator[Found]:
        """Check a call about one operation; whatever refuses it is recorded.

        Raises
        ------
        WppError
            ``RATE_LIMITED``, ``FORBIDDEN`` for a role that has no part in it, ``NOT_FOUND``,
            ``STORAGE_UNAVAILABLE``, and what the ``with`` raises.
        """
        item = next((seen.extra[key] for key in keys(operation_id) if key in seen.extra), None)
        facts = self.facts(seen, call)
        if keys(operation_id):
            # As it was asked for, whether there is one or not: an entry does not tell which.
            facts = replace(facts, operation_id=operation_id)
        with self._recorder.refusing(seen, facts):
            _admit(seen, call)
            found = _found(seen, item, facts)
        with self._recorder.refusing(seen, found.facts):
            yield found

    @contextmanager
    def at_all(self, seen: Snapshot, call: Call) -> Iterator[Facts]:
        """Check a call that names no operation; whatever refuses it is recorded.

        Raises
        ------
        WppError
            As `about`.
        """
        facts = self.facts(seen, call)
        with self._recorder.refusing(seen, facts):
            _admit(seen, call)
            yield facts

    def facts(self, seen: Snapshot, call: Call) -> Facts:
        """Return what is known of a call before it is looked into."""
        return Facts(
            what=call.what,
            channel=call.channel,
            action=call.action,
            operation_id=new_operation_id(self._services.runtime, seen.at),
            correlation_id=call.correlation_id,
            started=seen.at,
            request_digest=call.request_digest,
            step=call.step,
        )

    def allow(
        self,
        seen: Snapshot,
        facts: Facts,
        writes: Sequence[Write] = (),
        *,
        rows: int | None = None,
    ) -> Recorded:
        """Record a call that succeeded with all that it writes, and count it.

        Raises
        ------
        WppError
            ``RATE_LIMITED``, ``AUDIT_UNAVAILABLE``.
        LinkedWriteRefusedError
            One of ``writes`` did not hold; ``index`` counts from the first of them.
        """
        counted = seen.window.count_user(seen.caller.user_id, seen.policy)
        try:
            return self._recorder.allow(seen, replace(facts, rows=rows), [counted, *writes])
        except LinkedWriteRefusedError as refused:
            if refused.index == 0:
                raise WppError(ErrorCode.RATE_LIMITED, retry_after=1) from None
            raise LinkedWriteRefusedError(refused.index - 1, refused.item) from None

    def refuse(self, seen: Snapshot, call: Call, error: WppError) -> None:
        """Record a refusal that came before any of these checks.

        Raises
        ------
        WppError
            ``AUDIT_UNAVAILABLE`` or ``STORAGE_UNAVAILABLE``.
        """
        try:
            self._recorder.refuse(seen, replace(self.facts(seen, call), error=error))
        except StorageError as failure:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(failure)) from failure


def _found(seen: Snapshot, item: Item | None, facts: Facts) -> Found:
    if item is None:
        raise unknown()
    record = operation_of(item)
    part = part_of(seen.caller, record)
    if part is Part.NONE:
        raise unknown()
    return Found(record, part, replace(facts, account=record.account))


def _admit(seen: Snapshot, call: Call) -> None:
    wait = seen.window.user_wait(seen.user_counter, seen.policy)
    if wait is not None:
        raise WppError(ErrorCode.RATE_LIMITED, "Too many calls of this user", retry_after=wait)
    if seen.caller.role not in call.roles:
        role = seen.caller.role.value
        raise WppError(ErrorCode.FORBIDDEN, f"Operations are not for the role {role}")
