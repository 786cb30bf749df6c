"""The jobs of operations: end those whose time is over, settle those left in the middle.

Both read an index by state and time, so that a run goes on where the last one ended without
remembering anything: what is done is not due any more. One record that cannot be dealt with holds
up none of the others, and is tried again by the next run.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, Final

from wpp_mcp.access.absent import read_absent
from wpp_mcp.access.google_access import GoogleAccess
from wpp_mcp.access.recording import Recorder
from wpp_mcp.access.services import Services
from wpp_mcp.audit.trail import LinkedWriteRefusedError
from wpp_mcp.functions import Function
from wpp_mcp.models.time import Deadline
from wpp_mcp.operations.aftermath import Aftermath
from wpp_mcp.operations.reconciliation import Reconciliation, facts_of_job
from wpp_mcp.operations.records import OperationRecord, operation_of
from wpp_mcp.operations.settled import MovedOnError
from wpp_mcp.operations.states import OPEN, Status
from wpp_mcp.runtime import Runtime
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.operations import MAX_PAGE

_LEAST_SECONDS: Final = 2.0
_LEAST_SECONDS_TO_ASK: Final = 30.0
"""No further operation is begun with less time left: an account may take 25 s to answer."""

_IN_THE_MIDDLE: Final = (Status.EXECUTING, Status.UNKNOWN)
_TO_FOLLOW: Final = (
    Status.SUCCEEDED,
    Status.PARTIALLY_SUCCEEDED,
    Status.RECONCILED,
    Status.ROLLED_BACK,
    Status.FAILED,
)
"""States after which there are marks to set and mails to queue."""


class OperationJobs:
    """Looks after operations that nobody waits for.

    Raises
    ------
    ConfigurationError
        A variable is missing.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._services = Services(runtime, Function.OPERATION_JOBS.value)
        self._recorder = Recorder(self._services)
        self._aftermath = Aftermath(self._services)
        self._reconciliation = Reconciliation(self._services, GoogleAccess(self._services))

    def expire(self, deadline: Deadline) -> dict[str, Any]:
        """End open operations whose time is over.

        Nobody confirms them any more from that second on; this tidies, and records it.

        Returns
        -------
        dict
            ``expired``: how many; ``failed``: how many could not be; ``left``: whether the time
            did not suffice for all.

        Raises
        ------
        StorageError
            DynamoDB does not say what is due.
        """
        run = _Run(self._services, deadline, _LEAST_SECONDS)
        expired = run.each(sorted(OPEN), self._expired)
        return {"expired": expired, "failed": run.failed, "left": run.left}

    def reconcile(self, deadline: Deadline) -> dict[str, Any]:
        """Settle what was left in the middle, and do what did not follow an outcome in its time.

        Returns
        -------
        dict
            ``released``: never sent, and put back; ``reconciled``; ``unknown``: still;
            ``followed``: whose mails were queued now; ``failed`` and ``left`` as in `expire`.

        Raises
        ------
        StorageError
            DynamoDB does not say what is due.
        """
        counts = {"released": 0, "reconciled": 0, "unknown": 0}

        def attend(record: OperationRecord) -> bool:
            after = self._reconciliation.attend(record, deadline)
            counts[_COUNTED.get(after.status, "released")] += 1
            return True

        run = _Run(self._services, deadline, _LEAST_SECONDS_TO_ASK)
        run.each(_IN_THE_MIDDLE, attend)
        followed = run.each(_TO_FOLLOW, lambda record: bool(self._aftermath.overdue(record)))
        return {**counts, "followed": followed, "failed": run.failed, "left": run.left}

    def _expired(self, record: OperationRecord) -> bool:
        absent = read_absent(self._services, record.user_id, record.agency)
        facts = facts_of_job(self._services, record, "expired")
        move = record.move(Status.EXPIRED, until=None)
        self._recorder.note(absent.subject, facts, [move])
        return True


_COUNTED: Final = {Status.RECONCILED: "reconciled", Status.UNKNOWN: "unknown"}


class _Run:
    """One run over what is due."""

    def __init__(self, services: Services, deadline: Deadline, least_seconds: float) -> None:
        self._services = services
        self._deadline = deadline
        self._least_seconds = least_seconds
        self.failed = 0
        self.left = False

    def each(self, states: Collection[Status], work: Callable[[OperationRecord], bool]) -> int:
        """Do the work for each operation that is due in these states; return for how many it did.

        Raises
        ------
        StorageError
            DynamoDB does not say what is due.
        """
        done = 0
        for item in self._due(states):
            if self._deadline.remaining() < self._least_seconds:
                self.left = True
                break
            done += self._one(str(item.get("operationId")), states, work)
        return done

    def _due(self, states: Iterable[Status]) -> Iterator[Item]:
        now = self._services.runtime.clock()
        for status in states:
            start: Item | None = None
            while True:
                items, start = self._services.operations.due(status.value, now, MAX_PAGE, start)
                yield from items
                if start is None:
                    break

    def _one(
        self,
        operation_id: str,
        states: Collection[Status],
        work: Callable[[OperationRecord], bool],
    ) -> bool:
        try:
            record = self._still_due(operation_id, states)
            return record is not None and work(record)
        except (MovedOnError, LinkedWriteRefusedError):
            pass  # somebody was faster
        except Exception:  # one record does not hold up the others
            self.failed += 1
            self._services.log.exception(
                "operation not dealt with", extra={"operation_id": operation_id}
            )
        return False

    def _still_due(self, operation_id: str, states: Collection[Status]) -> OperationRecord | None:
        """Read an operation again: the index that named it lags behind."""
        item = self._services.operations.find(operation_id)
        record = None if item is None else operation_of(item)
        if record is None or record.status not in states or record.expires_at is None:
            return None
        return record if record.expires_at <= self._services.runtime.clock() else None
