"""The executor: the one place from which anything at Google is changed (product.md §6).

Lock, read again, compare, write down what is going to happen and how things were, change it once,
read it back, write down what became of it. It may be stopped after any of these steps: what it has
written by then says how far it came, and `reconciliation` settles the rest. No step is repeated.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from wpp_mcp.access.recording import Facts, Recorder, Subject
from wpp_mcp.access.services import Services
from wpp_mcp.audit.trail import LinkedWriteRefusedError
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.writing import OutcomeUnknownError, WritableReader, WritableWriter
from wpp_mcp.models.changes import Applied
from wpp_mcp.models.time import iso
from wpp_mcp.operations.given_back import given_back
from wpp_mcp.operations.live import drifts, read_back, things
from wpp_mcp.operations.outcomes import data_of, status_of
from wpp_mcp.operations.packing import packed_result
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.runs import NOTIFY_AGAIN, RELEASED, Ended, Run
from wpp_mcp.operations.states import Status
from wpp_mcp.operations.undone import marks, not_undone_twice, still_undoable
from wpp_mcp.storage import locks
from wpp_mcp.storage.dynamo import ConditionFailedError, ContentionError, StorageError, Write
from wpp_mcp.storage.snapshots import Snapshots

NEEDED_SECONDS: Final = 8.0
"""What has to be left of the work budget when something is sent: for Google's answer, and to write
it down."""

_MOST_WRITES: Final = 96
"""Of a transaction's hundred; the rest is for the audit entry and the operation itself."""


class Execution:
    """Carries out operations that may be."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._recorder = Recorder(services)
        self._clock = services.runtime.clock

    def lock(self, run: Run) -> Run:
        """Take the operation and everything that it changes; one of several takers gets it.

        Raises
        ------
        WppError
            ``OPERATION_IN_PROGRESS``, ``STORAGE_UNAVAILABLE``; ``CONFLICT`` for a rollback of what
            was undone since it was checked.
        """
        record, now = run.record, self._clock()
        attempt = f"{self._services.runtime.chance.getrandbits(64):016x}"
        sets: dict[str, Any] = {"attempt": attempt, "releasedTo": record.status.value}
        if record.expires_at is not None:
            sets["lapsesAt"] = iso(record.expires_at)
        if record.consent is not None:
            sets["consent"] = record.consent.wire()
        taking = record.move(Status.EXECUTING, until=now + locks.LIFETIME, sets=sets)
        held = still_undoable(run.undone)
        writes = [*held, taking, *locks.locking(things(record), attempt, now)]
        try:
            self._services.dynamo.transact(writes)
        except ConditionFailedError as refused:
            if any(refused.lost[: len(held)]):
                raise not_undone_twice() from refused
            raise WppError(ErrorCode.OPERATION_IN_PROGRESS, retry_after=2) from refused
        except ContentionError as error:
            raise WppError(ErrorCode.OPERATION_IN_PROGRESS, retry_after=2) from error
        except StorageError as error:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error)) from error
        taken = replace(
            record,
            status=Status.EXECUTING,
            revision=record.revision + 1,
            attempt=attempt,
            released_to=record.status,
        )
        return replace(run, record=taken)

    def carry_out(
        self, run: Run, reader: WritableReader, writer: Callable[[], WritableWriter]
    ) -> Ended:
        """Do what a locked operation says, at most once.

        Parameters
        ----------
        writer
            Makes the writing half; asked for when everything is written down.

        Raises
        ------
        WppError
            ``STATE_CHANGED`` or what Google refused: the operation failed. Whatever else comes
            before anything is sent: the operation is as it was before. ``OUTCOME_UNKNOWN``.
        """
        try:
            self._check_live(run, reader)
            self._check_time(run)
            run = self._intend(run)
        except WppError as error:
            self._undone(run, error)
            raise
        try:
            applied = writer().apply(run.record.changes, partial=run.record.partial)
        except WppError as error:
            self._fail(run, error)
            raise
        except OutcomeUnknownError as error:
            raise self._unknown(run, str(error)) from error
        return self._done(run, reader, applied)

    def _check_live(self, run: Run, reader: WritableReader) -> None:
        drifted = drifts(run.record.changes, reader)
        if drifted:
            raise WppError(ErrorCode.STATE_CHANGED, details={"changed": drifted})

    def _check_time(self, run: Run) -> None:
        if run.deadline.remaining() < NEEDED_SECONDS:
            raise WppError(
                ErrorCode.DEADLINE_EXCEEDED,
                "Too little time was left to change anything, so nothing was changed",
                action="Confirm it again",
            )

    def _intend(self, run: Run) -> Run:
        """Write down what is going to happen and how things were, or nothing happens."""
        record, now = run.record, self._clock()
        snapshot = Snapshots.writes(record.operation_id, record.changes, now)
        linked: list[tuple[Write, WppError]] = [
            (
                record.move(
                    Status.EXECUTING, until=now + locks.LIFETIME, sets={"intentAt": iso(now)}
                ),
                WppError(ErrorCode.OPERATION_IN_PROGRESS, retry_after=2),
            ),
            *run.used(now),
            *((write, _spent_meanwhile()) for write in run.standing.spent(now)),
        ]
        if len(linked) + len(snapshot) > _MOST_WRITES:
            # Alone a snapshot does no harm; without the entry below nothing follows it.
            self._keep(snapshot)
        else:
            linked += [(write, WppError(ErrorCode.STORAGE_UNAVAILABLE)) for write in snapshot]
        facts = replace(run.facts, step="intent", limits=run.standing.exceeded)
        try:
            recorded = self._recorder.allow(run.seen, facts, [write for write, _ in linked])
        except LinkedWriteRefusedError as refused:
            raise linked[refused.index][1] from refused
        return replace(
            run,
            record=replace(record, revision=record.revision + 1, intent_at=now),
            seen=replace(run.seen, head=recorded.head),
        )

    def _keep(self, snapshot: Sequence[Write]) -> None:
        # One of an earlier attempt, after which nothing was sent, is replaced.
        again = [replace(write, condition=None) for write in snapshot]
        try:
            self._services.dynamo.transact(again)
        except (ConditionFailedError, StorageError) as error:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error)) from error

    def _done(self, run: Run, reader: WritableReader, applied: Sequence[Applied]) -> Ended:
        seen = read_back(run.record.changes, applied, reader)
        status = status_of(applied)
        data = data_of(run.record, status, seen)
        outcome = [one.wire() for one in seen]
        ended = replace(run.record, status=status, outcome=outcome, result={"data": data})
        error = None
        if status is Status.FAILED:
            error = WppError(ErrorCode.GOOGLE_INVALID_REQUEST, details={"changes": outcome})
            ended = replace(ended, result={"error": error.body()})
        audit_log_id = self._write_outcome(run, ended, error)
        if error is not None:
            raise error
        stands = replace(ended, revision=ended.revision + 1)
        return Ended(record=stands, data=data, audit_log_id=audit_log_id)

    def _fail(self, run: Run, error: WppError) -> None:
        """Write down that Google refused: nothing was changed."""
        failed = replace(run.record, status=Status.FAILED, result={"error": error.body()})
        self._write_outcome(run, failed, error)

    def _unknown(self, run: Run, reason: str) -> WppError:
        """Leave the operation to be settled, and return what is said meanwhile."""
        error = WppError(
            ErrorCode.OUTCOME_UNKNOWN,
            reason=reason,
            extra={"operationId": run.record.operation_id},
        )
        unknown = replace(run.record, status=Status.UNKNOWN, result={"error": error.body()})
        self._write_outcome(run, unknown, error)
        return error

    def _write_outcome(self, run: Run, ended: OperationRecord, error: WppError | None) -> str:
        """Write the outcome with its entry; where it cannot be, the operation stays open.

        Raises
        ------
        WppError
            ``OUTCOME_UNKNOWN``: what was sent cannot be written down, and will be settled.
        """
        now = self._clock()
        sets = {"ended": packed_result(ended.result, ended.outcome)}
        # Of a refusal nobody is told by mail: the one who asked has the answer.
        until = None if ended.status is Status.FAILED else now + NOTIFY_AGAIN
        writes = [
            run.record.move(ended.status, until=until, sets=sets),
            *locks.unlocking(things(run.record)),
        ]
        facts = replace(run.facts, step="outcome", error=error, rows=len(ended.outcome) or None)
        try:
            return self._recorded(run, facts, writes, ended)
        except (WppError, LinkedWriteRefusedError) as failure:
            self._services.log.exception(
                "outcome not written", extra={"operation_id": ended.operation_id}
            )
            raise WppError(
                ErrorCode.OUTCOME_UNKNOWN,
                reason=str(failure),
                extra={"operationId": ended.operation_id},
            ) from failure

    def _recorded(
        self, run: Run, facts: Facts, writes: Sequence[Write], ended: OperationRecord
    ) -> str:
        """Record the outcome, with what it has undone marked and what it did not do given back.

        Marks that find no room follow it; what is not given back counts until its day is over.
        """
        along = [*marks(ended, run.undone), *given_back(ended)][: _MOST_WRITES - len(writes)]
        subject = Subject.of(run.seen)
        return self._recorder.note_with(subject, facts, writes, along).audit_log_id

    def _undone(self, run: Run, error: WppError) -> None:
        """Put back an operation of which nothing was sent; what cannot be done now a job does."""
        record = run.record
        final = error.code in _FINAL
        back = Status.FAILED if final else record.released_to or Status.PREVIEWED
        result = {"error": error.body()} if final else {}
        sets = {"ended": packed_result(result, ())} if final else {}
        until = None if final else record.expires_at
        facts = replace(run.facts, step="outcome" if final else "released", error=error)
        try:
            # From the revision of the lock: where the intent is written after all, it holds not.
            writes = [
                record.move(back, until=until, sets=sets, removes=RELEASED),
                *locks.unlocking(things(record)),
            ]
            self._recorder.allow(run.seen, facts, writes)
        except (WppError, StorageError, LinkedWriteRefusedError) as failure:
            self._services.log.warning(
                "operation not released",
                extra={"operation_id": record.operation_id, "reason": str(failure)},
            )


_FINAL: Final = frozenset({ErrorCode.STATE_CHANGED, ErrorCode.GOOGLE_INVALID_REQUEST})
"""What no later try mends: somebody has to preview it again."""


def _spent_meanwhile() -> WppError:
    return WppError(
        ErrorCode.SAFETY_LIMIT_EXCEEDED,
        "Other changes of today have used up what may be raised",
        action="Preview it again",
    )
