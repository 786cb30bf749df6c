"""People decide: the one who asked, and where it is dangerous a second person (product.md §6).

A decision is bound to the digest of what the person was shown, and is one write that holds only
for the operation as it was read: of two at once one wins, and the other is told who did.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, Protocol

from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import Facts
from wpp_mcp.access.services import Services
from wpp_mcp.audit.entry import Action
from wpp_mcp.audit.trail import LinkedWriteRefusedError
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models import strict_json
from wpp_mcp.models.caller import Caller, Channel, Scope
from wpp_mcp.operations import tokens
from wpp_mcp.operations.calls import Call, Found, OperationCalls, unknown
from wpp_mcp.operations.people import Part, part_of
from wpp_mcp.operations.records import Assent, OperationRecord, operation_of
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.states import Status
from wpp_mcp.operations.telling import Telling
from wpp_mcp.operations.verdicts import already_decided, last_word, left_to_do, require_open
from wpp_mcp.operations.views import second_person
from wpp_mcp.routes import TOOL_ROLES

APPROVED_FOR: Final = timedelta(hours=24)
"""How long the requester may take to confirm what a second person has approved."""

MAX_NOTE: Final = 500
_TRIES: Final = 3


class Verdict(StrEnum):
    """What a person decides."""

    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person says about an operation.

    Parameters
    ----------
    digest
        Of what the person was shown.
    carries_out
        The person's client confirms what it gets a token for; a page does not.
    """

    operation_id: str
    verdict: Verdict
    digest: str
    note: str = ""
    channel: Channel
    correlation_id: str
    carries_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision that stands.

    Parameters
    ----------
    record
        The operation after it.
    token
        A fresh confirmation token for the requester's client.
    by
        Who decided, where it was a second person: the one who asked is to be told.
    carried_out
        The result of what the decision has set going at once.
    """

    record: OperationRecord
    audit_log_id: str
    token: str | None = field(default=None, repr=False)
    by: Assent | None = None
    carried_out: Mapping[str, Any] | None = None

    def tell(self, telling: Telling) -> tuple[str, ...]:
        """Queue the mail about it, and return whom it goes to; it stands whether or not it does."""
        if self.by is None:
            return ()
        return telling.decided(self.record, self.by.by, self.by.note)


class CarryOut(Protocol):
    """Does at once what needs no confirmation after the second person: a change of policies."""

    def __call__(
        self, record: OperationRecord, seen: Snapshot, correlation_id: str
    ) -> Mapping[str, Any]:
        """Do it, record it, and return the operation's result.

        Raises
        ------
        WppError
            It was not done; the operation stays approved, or says what became of it.
        """


@dataclass(frozen=True, slots=True)
class _Step:
    """What a decision does to the operation: the record after it, and the write."""

    after: OperationRecord
    sets: Mapping[str, Any]
    token: str | None = field(default=None, repr=False)


class Decisions:
    """Takes decisions.

    Parameters
    ----------
    carry_out
        Does at once what needs no confirmation.
    """

    def __init__(self, services: Services, carry_out: CarryOut) -> None:
        self._runtime = services.runtime
        self._calls = OperationCalls(services)
        self._carry_out = carry_out

    def decide(self, seen: Snapshot, decision: Decision) -> Decided:
        """Take a decision of the person who was read with the operation.

        Raises
        ------
        WppError
            ``NOT_FOUND``, ``FORBIDDEN``, ``CONFIRMATION_INVALID`` for another digest,
            ``SECOND_APPROVAL_REQUIRED``, ``OPERATION_EXPIRED``, ``OPERATION_IN_PROGRESS``,
            ``CONFLICT`` for what is decided already; whatever keeps a call from being recorded.
        """
        with self._calls.about(seen, _call(decision), decision.operation_id) as found:
            decided, after = self._taken(seen, decision, found)
        record = decided.record
        if left_to_do(record):
            return replace(
                decided, carried_out=self._carry_out(record, after, decision.correlation_id)
            )
        return decided

    def _taken(self, seen: Snapshot, decision: Decision, found: Found) -> tuple[Decided, Snapshot]:
        """Return the decision that stands, and what was seen with the chain's head after it."""
        for _ in range(_TRIES):
            step = self._step(seen, decision, found)
            write = found.record.move(
                step.after.status, until=step.after.expires_at, sets=step.sets
            )
            try:
                recorded = self._calls.allow(seen, found.facts, [write])
            except LinkedWriteRefusedError as lost:
                # Somebody was faster. What they did decides whether there is still something to
                # decide, and by whom.
                found = _as_it_stands(seen.caller, lost, found.facts)
                continue
            decided = Decided(
                record=step.after,
                audit_log_id=recorded.audit_log_id,
                token=step.token,
                by=last_word(step.after) if found.part is Part.SECOND else None,
            )
            return decided, replace(seen, head=recorded.head)
        raise WppError(ErrorCode.CONFLICT, reason="changed each time it was read", retry_after=1)

    def _step(self, seen: Snapshot, decision: Decision, found: Found) -> _Step:
        """Return what a decision does, by the part of the person and the state of the operation."""
        record = found.record
        if decision.digest != record.digest:
            raise WppError(ErrorCode.CONFIRMATION_INVALID, reason="the digest of something else")
        require_open(record, seen.at)
        _require_scope(seen.caller, found.part)
        word = _word(seen.caller, decision, seen.at)
        if found.part is Part.SECOND:
            return _by_second(record, decision.verdict, word)
        return self._by_requester(record, decision, word)

    def _by_requester(self, record: OperationRecord, decision: Decision, word: Assent) -> _Step:
        if decision.verdict is Verdict.REJECTED:
            return _refused(record, word)
        if record.status is Status.AWAITING_APPROVAL:
            raise WppError(
                ErrorCode.SECOND_APPROVAL_REQUIRED,
                action=f"Ask {second_person(record)} to decide on its page",
            )
        if record.consent is not None and not decision.carries_out and not left_to_do(record):
            raise already_decided(record)
        consent = record.consent or word
        after = _next(record, status=Status.APPROVED, consent=consent)
        sets: dict[str, Any] = {"consent": consent.wire()}
        if not decision.carries_out or left_to_do(record):
            return _Step(after, sets)
        token, fresh = tokens.issue(self._runtime.chance)
        sets["tokenHashes"] = tokens.added(record.token_hashes, fresh)
        return _Step(replace(after, token_hashes=tuple(sets["tokenHashes"])), sets, token)


def _call(decision: Decision) -> Call:
    asked = {
        "operationId": decision.operation_id,
        "decision": decision.verdict.value,
        "digest": decision.digest,
        "note": decision.note,
    }
    return Call(
        what="operation_decision",
        channel=decision.channel,
        correlation_id=decision.correlation_id,
        roles=TOOL_ROLES,
        action=Action.WRITE,
        step="decision",
        request_digest=sha256(strict_json.canonical(asked)).hexdigest(),
    )


def _require_scope(caller: Caller, part: Part) -> None:
    needed = Scope.TOOLS_WRITE if part is Part.REQUESTER else Scope.ACCESS_MANAGE
    if needed not in caller.scopes:
        raise WppError(
            ErrorCode.FORBIDDEN,
            f"The token lacks the scope {needed.value}",
            extra={"requiredScope": needed.value},
        )


def _by_second(record: OperationRecord, verdict: Verdict, word: Assent) -> _Step:
    if record.risk is not Risk.HIGH:
        raise WppError(
            ErrorCode.FORBIDDEN,
            "This needs no second person: only the one who asked for it decides",
        )
    if record.status is not Status.AWAITING_APPROVAL:
        raise already_decided(record)
    if verdict is Verdict.REJECTED:
        return _refused(record, word)
    after = _next(record, status=Status.APPROVED, approval=word, expires_at=word.at + APPROVED_FOR)
    return _Step(after, {"approval": word.wire()})


def _refused(record: OperationRecord, word: Assent) -> _Step:
    after = _next(record, status=Status.REJECTED, refusal=word, expires_at=None)
    return _Step(after, {"refusal": word.wire()})


def _next(record: OperationRecord, **changes: Any) -> OperationRecord:
    return replace(record, revision=record.revision + 1, **changes)


def _word(caller: Caller, decision: Decision, now: datetime) -> Assent:
    return Assent(
        by=caller.user_id,
        employee_id=caller.employee_id,
        at=now,
        via=caller.client_id,
        note=decision.note,
    )


def _as_it_stands(caller: Caller, lost: LinkedWriteRefusedError, facts: Facts) -> Found:
    if not lost.item:
        raise unknown()
    record = operation_of(lost.item)
    part = part_of(caller, record)
    if part is Part.NONE:
        raise unknown()
    return Found(record, part, facts)
