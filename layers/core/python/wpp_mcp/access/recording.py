"""What every answer leaves behind: the audit entry, a log line and metrics."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Self

from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.services import Services
from wpp_mcp.audit.entry import Action, Entry, Result
from wpp_mcp.audit.trail import LinkedWriteRefusedError, Recorded
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.caller import Channel
from wpp_mcp.observability import CallMetrics, Metric
from wpp_mcp.runtime import Runtime
from wpp_mcp.storage.dynamo import StorageError, Write
from wpp_mcp.storage.items import Item

BLOCKING: Final = frozenset(
    {
        ErrorCode.FORBIDDEN,
        ErrorCode.ACCOUNT_NOT_AUTHORIZED,
        ErrorCode.APPROVED_ACCOUNTS_INVALID,
        ErrorCode.CONFIRMATION_INVALID,
        ErrorCode.RATE_LIMITED,
        ErrorCode.SAFETY_LIMIT_EXCEEDED,
        ErrorCode.SECOND_APPROVAL_REQUIRED,
        ErrorCode.WRITES_DISABLED,
    }
)
"""Refused by a rule of ours; every other error is a failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a call when it is recorded.

    Parameters
    ----------
    what
        The tool's name, or the route's for a call that is no tool's.
    step
        Which step of an operation's life it is (`wpp_mcp.audit.entry`).
    started
        When the call came in; the entry's duration counts from there.
    limits
        The limits of writes that were exceeded and not enforced; those of a refusal are in its
        ``error``.
    """

    what: str
    channel: Channel
    action: Action = Action.READ
    operation_id: str
    correlation_id: str
    started: datetime
    account: AccountRef | None = None
    request_digest: str | None = None
    request_id: str | None = None
    rows: int | None = None
    error: WppError | None = None
    step: str | None = None
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """In whose chain an entry stands, and what it says of them.

    Parameters
    ----------
    role, agency
        As the directory has them.
    client_id
        What acts: the client of the call, or a job of ours.
    head
        The head of the person's chain of the day as it was read.
    """

    user_id: str
    role: str
    agency: str
    client_id: str
    policy_version: str
    head: Item | None

    @classmethod
    def of(cls, seen: Snapshot) -> Self:
        """Return the caller, as the subject of what their call did."""
        caller = seen.caller
        return cls(
            user_id=caller.user_id,
            role=caller.role.value,
            agency=caller.agency,
            client_id=caller.client_id,
            policy_version=seen.policy.version,
            head=seen.head,
        )


OPERATION_ID: Final = re.compile(r"op_[0-9]{8}_[0-9]{6}_[0-9a-f]{16}", re.ASCII)
"""What `new_operation_id` makes."""


def new_operation_id(runtime: Runtime, now: datetime) -> str:
    """Return a name for one call: sorts by time, and nobody guesses another's."""
    return f"op_{now:%Y%m%d_%H%M%S}_{runtime.chance.getrandbits(64):016x}"


class Recorder:
    """Records calls."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def allow(self, seen: Snapshot, facts: Facts, writes: Sequence[Write]) -> Recorded:
        """Record a call that succeeded, together with what depends on it.

        Raises
        ------
        LinkedWriteRefusedError, WppError
            As `AuditTrail.record`; nothing was recorded and no answer may leave.
        """
        return self.note(Subject.of(seen), facts, writes)

    def note(self, subject: Subject, facts: Facts, writes: Sequence[Write]) -> Recorded:
        """Record what was done in somebody's name without a call of theirs; as `allow`.

        Raises
        ------
        LinkedWriteRefusedError, WppError
            As `AuditTrail.record`.
        """
        recorded = self._services.trail.record(self._entry(subject, facts), subject.head, writes)
        self._report(subject, facts, recorded)
        return recorded

    def note_with(
        self, subject: Subject, facts: Facts, writes: Sequence[Write], along: Sequence[Write]
    ) -> Recorded:
        """Record what is the truth whatever becomes of ``along``, which goes with it if it holds.

        Raises
        ------
        LinkedWriteRefusedError
            One of ``writes`` did not hold.
        WppError
            As `AuditTrail.record`.
        """
        try:
            return self.note(subject, facts, [*writes, *along])
        except LinkedWriteRefusedError as refused:
            if refused.index < len(writes):
                raise
        return self.note(subject, facts, writes)

    def refuse(self, seen: Snapshot, facts: Facts, writes: Sequence[Write] = ()) -> Recorded:
        """Record a call that was refused or failed; it counts for the rate of its user.

        The refusal stands, and is recorded, even where ``writes`` do not hold.

        Raises
        ------
        WppError
            ``AUDIT_UNAVAILABLE``.
        """
        limited = facts.error is not None and facts.error.code is ErrorCode.RATE_LIMITED
        counted = [] if limited else [seen.window.count_user(seen.caller.user_id, seen.policy)]
        try:
            return self.allow(seen, facts, [*counted, *writes])
        except LinkedWriteRefusedError:
            # The last place of the minute, or the request id, went to another call.
            return self.allow(seen, facts, [])

    @contextmanager
    def refusing(self, seen: Snapshot, facts: Facts) -> Iterator[None]:
        """Record whatever refusal or failure comes out of the ``with``, and let it go on.

        Raises
        ------
        WppError
            What came out; ``STORAGE_UNAVAILABLE`` for a `StorageError`; ``AUDIT_UNAVAILABLE``.
        """
        try:
            yield
        except StorageError as failure:
            error = WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(failure))
            self.refuse(seen, replace(facts, error=error))
            raise error from failure
        except WppError as error:
            # Where the audit does not answer the entry may be stored and only its answer lost: a
            # second one would contradict it.
            if error.code is not ErrorCode.AUDIT_UNAVAILABLE:
                self.refuse(seen, replace(facts, error=error))
            raise

    def count_only(self, error: WppError, correlation_id: str) -> None:
        """Count an error that has no audit entry."""
        metrics = self._metrics("unrecorded")
        metrics.error(error.code)
        metrics.note("correlationId", correlation_id)
        metrics.flush()
        error.counted = True

    def _metrics(self, what: str) -> CallMetrics:
        return CallMetrics(
            self._services.runtime.emit,
            function=self._services.service,
            environment=self._services.settings.environment,
            tool=what,
        )

    def _entry(self, subject: Subject, facts: Facts) -> Entry:
        now = self._services.runtime.clock()
        return Entry(
            user_id=subject.user_id,
            at=now,
            operation_id=facts.operation_id,
            correlation_id=facts.correlation_id,
            role=subject.role,
            agency=subject.agency,
            client_id=subject.client_id,
            channel=facts.channel.value,
            tool=facts.what,
            action=facts.action,
            result=_result(facts.error),
            policy_version=subject.policy_version,
            milliseconds=_milliseconds(facts.started, now),
            api=facts.account.api.value if facts.account else None,
            account=facts.account.key if facts.account else None,
            error=facts.error.code.value if facts.error else None,
            request_digest=facts.request_digest,
            rows=facts.rows,
            oma_request_id=facts.request_id,
            step=facts.step,
            limits=",".join(facts.limits or _exceeded(facts.error)) or None,
        )

    def _report(self, subject: Subject, facts: Facts, recorded: Recorded) -> None:
        services = self._services
        result = _result(facts.error)
        metrics = self._metrics(facts.what)
        metrics.count(Metric.CALLS)
        metrics.count(Metric.BLOCKED, result is Result.BLOCKED)
        metrics.count(Metric.ERRORS, result is Result.FAILURE)
        metrics.count(Metric.AUDIT_RETRIES, recorded.retries)
        metrics.call_of(facts.what)
        if facts.error is not None:
            metrics.error(facts.error.code)
            facts.error.counted = True
        elapsed = _milliseconds(facts.started, services.runtime.clock())
        metrics.milliseconds(Metric.LATENCY, elapsed)
        person = services.pseudonym(subject.user_id)
        metrics.note("user", person)
        metrics.note("operationId", facts.operation_id)
        if facts.account is not None:
            metrics.note("account", facts.account.key)
        metrics.note("correlationId", facts.correlation_id)
        metrics.flush()
        services.log.info(
            "call",
            extra={
                "what": facts.what,
                "result": result.value,
                "error": facts.error.code.value if facts.error else None,
                "reason": facts.error.reason if facts.error else None,
                "operation_id": facts.operation_id,
                "correlation_id": facts.correlation_id,
                "user": person,
                "milliseconds": elapsed,
            },
        )


def _result(error: WppError | None) -> Result:
    if error is None:
        return Result.SUCCESS
    return Result.BLOCKED if error.code in BLOCKING else Result.FAILURE


def _exceeded(error: WppError | None) -> list[str]:
    """Return the names of the limits for which a write was refused."""
    if error is None or error.code is not ErrorCode.SAFETY_LIMIT_EXCEEDED or not error.details:
        return []
    every = error.details.get("breaches", [error.details])
    return list(dict.fromkeys(str(one["exceeded"]) for one in every if "exceeded" in one))


def _milliseconds(since: datetime, until: datetime) -> int:
    return round((until - since).total_seconds() * 1000)
