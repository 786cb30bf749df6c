"""Confirming: from a person's (or, where risk is LOW, an assistant's) yes to one execution.

Everything is checked again, from the record and from what the tables say now. A repeated
confirmation is answered what the first one was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from wpp_mcp.access import intake
from wpp_mcp.access.google_access import GoogleAccess, GoogleWay
from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import Facts, Recorder
from wpp_mcp.access.services import Services
from wpp_mcp.audit.entry import Action
from wpp_mcp.audit.trail import LinkedWriteRefusedError
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.models.caller import Channel, Principal
from wpp_mcp.models.changes import Applied
from wpp_mcp.operations import tokens
from wpp_mcp.operations.aftermath import Aftermath
from wpp_mcp.operations.answering import data_again
from wpp_mcp.operations.checks import account_of, checked
from wpp_mcp.operations.consent import (
    assent,
    counts_form,
    invalid,
    own_operation,
    require_consent,
)
from wpp_mcp.operations.execution import Execution
from wpp_mcp.operations.products import reader_of
from wpp_mcp.operations.reconciliation import Reconciliation
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.runs import Ended, Run
from wpp_mcp.operations.states import OPEN, Status
from wpp_mcp.operations.writers import WRITERS
from wpp_mcp.routes import TOOL_ROLES
from wpp_mcp.storage.dynamo import StorageError
from wpp_mcp.storage.operations import Operations


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirming:
    """Somebody's wish that an operation be carried out.

    Parameters
    ----------
    token
        The confirmation token, where the caller holds it.
    user_id
        Whom the caller says to be; must be whom the token says.
    channel
        On which the wish comes. A person's is a yes by itself.
    attested
        The client says that a person agreed in its own dialogue, and it is looked up
        whether it is one of those that are believed.
    """

    principal: Principal
    operation_id: str
    token: str | None = field(default=None, repr=False)
    user_id: str | None = None
    channel: Channel
    attested: bool = False
    google: GoogleWay
    correlation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The answer to a confirmation.

    Parameters
    ----------
    repeated
        It was answered before; nothing was done now.
    """

    record: OperationRecord
    data: Mapping[str, Any]
    audit_log_id: str | None = None
    notified: tuple[str, ...] = ()
    repeated: bool = False


class Confirmations:
    """Confirms operations."""

    def __init__(self, services: Services, google: GoogleAccess) -> None:
        self._services = services
        self._google = google
        self._recorder = Recorder(services)
        self._execution = Execution(services)
        self._aftermath = Aftermath(services)
        self._reconciliation = Reconciliation(services, google)

    def confirm(self, ask: Confirming) -> Confirmed:
        """Carry an operation out, once.

        Raises
        ------
        WppError
            ``UNAUTHENTICATED`` and whatever stands in the way; recorded already.
        """
        return self.confirm_seen(ask, self._read(ask))

    def confirm_seen(self, ask: Confirming, seen: Snapshot) -> Confirmed:
        """Carry out an operation that was read with its caller.

        Raises
        ------
        WppError
            As `confirm`.
        """
        facts = _facts(ask, seen)
        try:
            _require_caller(ask, seen)
            record = own_operation(seen, ask.operation_id)
            facts = _about(facts, record)
            return self._confirmed(ask, seen, record, facts)
        except StorageError as error:
            failure = WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error))
            self._refuse(seen, facts, failure)
            raise failure from error
        except WppError as error:
            self._refuse(seen, facts, error)
            raise

    def reject(self, ask: Confirming) -> OperationRecord:
        """Let an operation never happen: its requester says no, with the token.

        Raises
        ------
        WppError
            As `confirm`.
        """
        seen = self._read(ask)
        facts = replace(_facts(ask, seen), step="decision")
        try:
            _require_caller(ask, seen)
            record = own_operation(seen, ask.operation_id)
            facts = _about(facts, record)
            if not tokens.matches(ask.token, record.token_hashes):
                raise invalid("wrong token")
            if record.status is Status.REJECTED:
                return record
            if record.over(seen.at):
                raise WppError(ErrorCode.OPERATION_EXPIRED)
            if record.status not in OPEN:
                raise WppError(ErrorCode.CONFLICT, f"The operation is {record.status.value}")
            counted = seen.window.count_user(seen.caller.user_id, seen.policy)
            self._recorder.allow(seen, facts, [counted, record.move(Status.REJECTED, until=None)])
        except LinkedWriteRefusedError:
            error = WppError(ErrorCode.CONFLICT, "The operation was decided a moment ago")
            self._refuse(seen, facts, error)
            raise error from None
        except WppError as error:
            self._refuse(seen, facts, error)
            raise
        return replace(record, status=Status.REJECTED)

    def _read(self, ask: Confirming) -> Snapshot:
        return intake.read(
            self._services,
            ask.principal,
            extra=[Operations.key(ask.operation_id)],
            with_connection=ask.google.token is None,
        )

    def _refuse(self, seen: Snapshot, facts: Facts, error: WppError) -> None:
        """Record a refusal, where it is not in the audit already."""
        if error.counted:
            return
        if error.code in _SAID_ONLY:
            self._recorder.count_only(error, facts.correlation_id)
            return
        self._recorder.refuse(seen, replace(facts, error=error))

    def _confirmed(
        self, ask: Confirming, seen: Snapshot, record: OperationRecord, facts: Facts
    ) -> Confirmed:
        attested = ask.attested and counts_form(seen)
        require_consent(record, seen, token=ask.token, channel=ask.channel, attested=attested)
        if record.status is Status.UNKNOWN:
            record = self._reconciliation.on_demand(ask.google, seen, record, facts)
        if record.status not in OPEN:
            return self._repeated(seen, record, facts)
        if record.over(seen.at):
            raise WppError(ErrorCode.OPERATION_EXPIRED)
        given = record.consent
        if given is None and (ask.channel is Channel.PERSON or attested):
            given = assent(seen, attested=attested)
        run = checked(
            self._services,
            record,
            seen,
            consent=given,
            facts=facts,
            deadline=ask.google.deadline,
        )
        ended = self._google.during(
            ask.google, seen, account_of(record).api, lambda call: self._run(run, call)
        )
        told = self._aftermath.follow(ended.record, ended.audit_log_id)
        return Confirmed(
            record=ended.record, data=ended.data, audit_log_id=ended.audit_log_id, notified=told
        )

    def _repeated(self, seen: Snapshot, record: OperationRecord, facts: Facts) -> Confirmed:
        """Answer what was answered before; that it was asked again is recorded."""
        try:
            data = data_again(record)
        except WppError as error:
            if error.code is ErrorCode.OUTCOME_UNKNOWN:
                # The account was looked at again: that is recorded, and counts for the rate.
                self._recorder.refuse(seen, replace(facts, step="repeated", error=error))
            raise
        counted = seen.window.count_user(seen.caller.user_id, seen.policy)
        self._recorder.allow(seen, replace(facts, step="repeated"), [counted])
        return Confirmed(
            record=record,
            data=data,
            audit_log_id=record.audit_log_id,
            notified=record.notified,
            repeated=True,
        )

    def _run(self, run: Run, call: GoogleCall) -> Ended:
        account = account_of(run.record)
        grant = run.seen.grants[account]
        reader = reader_of(call, grant)
        undo = [reader.undo(c, Applied(id=c.locator.id)).kind for c in run.record.changes]
        risk = run.standing.assess(undo).risk
        if risk is Risk.HIGH and run.record.approval is None:
            raise WppError(
                ErrorCode.SECOND_APPROVAL_REQUIRED,
                "Since its preview this has become a change that a second person has to approve",
                action="Preview it again",
            )
        locked = self._execution.lock(run)
        return self._execution.carry_out(locked, reader, lambda: WRITERS[account.api](call, grant))


_SAID_ONLY: Final = frozenset(
    {ErrorCode.AUDIT_UNAVAILABLE, ErrorCode.OUTCOME_UNKNOWN, ErrorCode.OPERATION_IN_PROGRESS}
)
"""What is counted and said, without an entry: of the first two it would contradict what was written
down, or fail as well. The last decides nothing; fifty entries of it at once would take the places
in the chain that the one confirmation needs that is being carried out."""


def _require_caller(ask: Confirming, seen: Snapshot) -> None:
    wait = seen.window.user_wait(seen.user_counter, seen.policy)
    if wait is not None:
        raise WppError(ErrorCode.RATE_LIMITED, "Too many calls of this user", retry_after=wait)
    if ask.user_id is not None and ask.user_id.lower() != seen.caller.user_id:
        raise WppError(ErrorCode.FORBIDDEN, "userId is not the user of the token")
    if seen.caller.role not in TOOL_ROLES:
        raise WppError(ErrorCode.FORBIDDEN, f"Not for the role {seen.caller.role.value}")


def _facts(ask: Confirming, seen: Snapshot) -> Facts:
    return Facts(
        what="confirm_operation",
        channel=ask.channel,
        action=Action.WRITE,
        operation_id=ask.operation_id,
        correlation_id=ask.correlation_id,
        started=seen.at,
        step="confirm",
    )


def _about(facts: Facts, record: OperationRecord) -> Facts:
    return replace(
        facts,
        what=record.tool,
        action=Action(record.action),
        account=record.account,
        request_digest=record.digest,
        request_id=record.request_id,
    )
