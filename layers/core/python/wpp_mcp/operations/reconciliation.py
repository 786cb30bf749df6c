"""Settling operations that were left in the middle, by what the account says.

Nothing is ever sent again. What may have been sent is looked up in the account, as often as it
takes; where the account does not tell, it stays unknown until a person says so (`by_hand`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from wpp_mcp.access.absent import Absent, read_absent
from wpp_mcp.access.google_access import GoogleAccess, GoogleWay
from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import Facts, Recorder, Subject
from wpp_mcp.access.services import Services
from wpp_mcp.audit.entry import Action
from wpp_mcp.audit.trail import LinkedWriteRefusedError
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.google.writing import WritableReader
from wpp_mcp.models.caller import Channel
from wpp_mcp.models.changes import Applied
from wpp_mcp.models.time import Deadline
from wpp_mcp.operations.aftermath import Aftermath
from wpp_mcp.operations.live import read_back
from wpp_mcp.operations.packing import packed_result
from wpp_mcp.operations.products import reader_of
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.runs import RELEASED
from wpp_mcp.operations.settled import MovedOnError, write_settled
from wpp_mcp.operations.settlement import (
    answer_of,
    asked_again,
    reconciled,
    span_of,
)
from wpp_mcp.operations.states import Status
from wpp_mcp.storage.approved_accounts import ApprovedAccounts, GrantRecord, grant_of
from wpp_mcp.storage.dynamo import ConditionFailedError, Key, StorageError, Write
from wpp_mcp.storage.google_connections import GoogleConnections
from wpp_mcp.storage.items import Item

ASKING: Final = timedelta(seconds=25)
"""How long one operation's account may take to be asked."""


class Reconciliation:
    """Settles operations."""

    def __init__(self, services: Services, google: GoogleAccess) -> None:
        self._services = services
        self._google = google
        self._clock = services.runtime.clock
        self._recorder = Recorder(services)
        self._aftermath = Aftermath(services)

    def attend(self, record: OperationRecord, deadline: Deadline) -> OperationRecord:
        """Do what is due for an operation that was left in the middle; return how it stands.

        Parameters
        ----------
        record
            Read just now, and its time is over.

        Raises
        ------
        MovedOnError
            Somebody else was faster.
        WppError
            ``AUDIT_UNAVAILABLE``: it is as it was.
        StorageError
            DynamoDB did not answer.
        """
        absent = self._absent(record)
        if record.status is Status.EXECUTING:
            record, absent = self._left(record, absent), self._absent(record)
        if record.status is not Status.UNKNOWN:
            return record
        return self._ask(record, absent, deadline)

    def on_demand(
        self, way: GoogleWay, seen: Snapshot, record: OperationRecord, facts: Facts
    ) -> OperationRecord:
        """Try to settle the caller's own unknown operation at once; return how it stands.

        Where that does not work it is as it was: a job asks again.
        """
        if record.account is None:
            return record
        try:
            key = ApprovedAccounts.key(record.user_id, record.account)
            grant = self._held(self._services.dynamo.batch_get([key]).get(key), seen.at)
            if grant is None:
                return record
            return self._google.during(
                way,
                seen,
                record.account.api,
                lambda call: self.settle_with(call, grant, record, Subject.of(seen), facts),
            )
        except (WppError, StorageError, MovedOnError) as error:
            self._services.log.warning(
                "not settled on demand",
                extra={"operation_id": record.operation_id, "reason": str(error)},
            )
            return record

    def settle_with(
        self,
        call: GoogleCall,
        grant: GrantRecord,
        record: OperationRecord,
        subject: Subject,
        facts: Facts,
    ) -> OperationRecord:
        """Ask the account, and settle an unknown operation where it tells.

        Parameters
        ----------
        subject, facts
            In whose chain the entry stands, and what it says; its step is put in here.

        Raises
        ------
        MovedOnError
            Somebody else was faster.
        WppError
            A ``GOOGLE_…`` code, or ``AUDIT_UNAVAILABLE``.
        """
        reader = reader_of(call, grant)
        answer = answer_of(record, reader.settled(record.changes, *span_of(record)))
        if answer.unsettled:
            return replace(record, unsettled=answer.unsettled)
        return self._settled(record, reader, answer.applied, subject, facts)

    def _left(self, record: OperationRecord, absent: Absent) -> OperationRecord:
        """Put back what was never sent; call unknown what may have been.

        Locks are left alone: they have ended by themselves, and may be somebody else's by now.
        """
        now = self._clock()
        if record.intent_at is None:
            back = record.released_to or Status.PREVIEWED
            until = record.lapses_at or now
            move = record.move(back, until=until, removes=RELEASED)
            self._note(absent, self._facts(record, "released"), move)
            after = replace(record, status=back, expires_at=until, attempt=None, released_to=None)
            return replace(after, revision=record.revision + 1)
        error = WppError(
            ErrorCode.OUTCOME_UNKNOWN,
            reason="stopped after it may have been sent",
            extra={"operationId": record.operation_id},
        )
        result = {"error": error.body()}
        sets = {"ended": packed_result(result, ())}
        facts = replace(self._facts(record, "outcome"), error=error)
        self._note(absent, facts, record.move(Status.UNKNOWN, until=now, sets=sets))
        return replace(
            record,
            status=Status.UNKNOWN,
            result=result,
            expires_at=now,
            revision=record.revision + 1,
        )

    def _ask(self, record: OperationRecord, absent: Absent, deadline: Deadline) -> OperationRecord:
        """Ask the account by the requester's own grant and connection, where both still hold."""
        if not absent.active:
            return self._ask_later(record, "Its requester is not active any more")
        if record.account is None:
            return self._ask_later(record, "It is about no account that could be asked")
        grant_key, connection_key = _keys(record)
        grant = self._held(absent.found.get(grant_key), self._clock())
        if grant is None:
            return self._ask_later(record, "Its requester has no access to the account any more")
        at = min(deadline.at, self._clock() + ASKING)
        facts = self._facts(record, "reconciled")
        try:
            asked = self._google.of_person(
                record.user_id,
                absent.found.get(connection_key),
                Deadline(deadline.clock, at),
                record.account.api,
                lambda call: self.settle_with(call, grant, record, absent.subject, facts),
            )
        except WppError as error:
            if error.code is ErrorCode.AUDIT_UNAVAILABLE:
                raise
            return self._ask_later(record, f"The account could not be asked: {error.message}")
        if asked.status is Status.UNKNOWN:
            return self._ask_later(record, asked.unsettled or "")
        return asked

    def _ask_later(self, record: OperationRecord, why: str) -> OperationRecord:
        after, write = asked_again(record, why, self._clock())
        try:
            self._services.dynamo.write(write)
        except ConditionFailedError as lost:
            raise MovedOnError from lost
        if not record.notified:
            self._aftermath.follow(after, None, why)
        return after

    def _settled(
        self,
        record: OperationRecord,
        reader: WritableReader,
        applied: Sequence[Applied],
        subject: Subject,
        facts: Facts,
    ) -> OperationRecord:
        ended = reconciled(record, read_back(record.changes, applied, reader))
        return write_settled(self._services, record, ended, subject, facts).record

    def _absent(self, record: OperationRecord) -> Absent:
        return read_absent(self._services, record.user_id, record.agency, _keys(record))

    def _note(self, absent: Absent, facts: Facts, write: Write) -> None:
        try:
            self._recorder.note(absent.subject, facts, [write])
        except LinkedWriteRefusedError as lost:
            raise MovedOnError from lost

    def _facts(self, record: OperationRecord, step: str) -> Facts:
        return facts_of_job(self._services, record, step)

    @staticmethod
    def _held(item: Item | None, now: datetime) -> GrantRecord | None:
        grant = None if item is None else grant_of(item)
        return grant if grant is not None and grant.holds(now) else None


def facts_of_job(services: Services, record: OperationRecord, step: str) -> Facts:
    """Return what the entry of a step says that a job of ours takes with an operation."""
    runtime = services.runtime
    return Facts(
        what=record.tool,
        channel=Channel.NONE,
        action=Action(record.action),
        operation_id=record.operation_id,
        correlation_id=f"job-{runtime.chance.getrandbits(64):016x}",
        started=runtime.clock(),
        account=record.account,
        request_digest=record.digest,
        request_id=record.request_id,
        step=step,
    )


def _keys(record: OperationRecord) -> list[Key]:
    """Return what to read to ask an account in its requester's name: grant, connection."""
    if record.account is None:
        return []
    grant = ApprovedAccounts.key(record.user_id, record.account)
    return [grant, GoogleConnections.key(record.user_id)]
