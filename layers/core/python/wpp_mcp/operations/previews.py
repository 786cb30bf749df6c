"""Previews: from a plan to an operation that somebody can agree to. Nothing has changed yet."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import new_operation_id
from wpp_mcp.access.services import Services
from wpp_mcp.audit.entry import Action
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.writing import WritableReader
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.changes import Applied, Locator, Plan
from wpp_mcp.models.text import visible
from wpp_mcp.operations import tokens
from wpp_mcp.operations.digests import digest_of_operation
from wpp_mcp.operations.records import Assent, OperationRecord
from wpp_mcp.operations.rendering import preview_of, require_showable
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.standing import Asking, Standing
from wpp_mcp.operations.states import Status

LIFETIME: Final = timedelta(minutes=15)
APPROVAL_LIFETIME: Final = timedelta(hours=24)
"""How long a second person may take, and after that the requester (product.md §6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A plan, and what it is to be previewed as.

    Parameters
    ----------
    account_name
        As the grant names it.
    undone
        The operations that it undoes.
    said
        Further members of the preview.
    consent
        The requester's own yes, where asking was one already: on a person's channel.
    """

    tool: str
    title: str
    action: Action
    account: AccountRef | None
    account_name: str
    plan: Plan
    request_id: str | None = None
    undone: tuple[str, ...] = ()
    said: dict[str, Any] = field(default_factory=dict)
    consent: Assent | None = None


@dataclass(frozen=True, slots=True)
class Previewed:
    """An operation to be stored, and the token that confirms it.

    Parameters
    ----------
    token
        ``None`` where a second person has to agree first.
    exceeded
        The limits that would have stopped it, by name.
    """

    record: OperationRecord
    token: str | None = field(repr=False)
    exceeded: tuple[str, ...] = ()


class Previews:
    """Makes previews."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def prepare(self, proposal: Proposal, seen: Snapshot, reader: WritableReader) -> Previewed:
        """Check a plan and return it as an operation; the caller stores it with its audit entry.

        Raises
        ------
        WppError
            ``INVALID_REQUEST`` for a plan that does nothing or cannot be shown,
            ``WRITES_DISABLED``, ``SAFETY_LIMIT_EXCEEDED``, a ``GOOGLE_…`` code where Google would
            refuse it, ``STORAGE_UNAVAILABLE``.
        """
        plan = proposal.plan
        if not plan.changes:
            raise WppError(ErrorCode.INVALID_REQUEST, "There is nothing to change")
        require_showable(plan.changes)
        standing = Standing.read(self._services, self._asking(proposal, seen), seen.at)
        logged = standing.require_allowed()
        refused = reader.validate(plan.changes, partial=plan.partial)
        if plan.partial:
            plan = _without(plan, refused)
            standing = replace(standing, asking=replace(standing.asking, changes=plan.changes))
        undo = [reader.undo(change, Applied(id=change.locator.id)) for change in plan.changes]
        assessment = standing.assess([one.kind for one in undo])
        preview = preview_of(
            title=proposal.title,
            account=proposal.account,
            account_name=proposal.account_name,
            plan=plan,
            standing=standing,
            undo=undo,
            assessment=assessment,
            logged=logged,
        )
        shown = {**preview, **proposal.said}
        return self._stored(proposal, plan, seen, standing, assessment.risk, shown)

    def _asking(self, proposal: Proposal, seen: Snapshot) -> Asking:
        return Asking(
            user_id=seen.caller.user_id,
            agency=seen.caller.agency,
            tool=proposal.tool,
            account=proposal.account,
            changes=proposal.plan.changes,
            currency=proposal.plan.currency,
        )

    def _stored(
        self,
        proposal: Proposal,
        plan: Plan,
        seen: Snapshot,
        standing: Standing,
        risk: Risk,
        preview: dict[str, Any],
    ) -> Previewed:
        runtime = self._services.runtime
        high = risk is Risk.HIGH
        token, kept = (None, ()) if high else _issued(tokens.issue(runtime.chance))
        now = runtime.clock()
        caller = seen.caller
        record = OperationRecord(
            operation_id=new_operation_id(runtime, now),
            status=Status.AWAITING_APPROVAL if high else Status.PREVIEWED,
            user_id=caller.user_id,
            employee_id=caller.employee_id,
            requester_name=caller.name,
            manager=caller.manager,
            agency=caller.agency,
            client_id=caller.client_id,
            tool=proposal.tool,
            title=proposal.title,
            action=proposal.action.value,
            account=proposal.account,
            account_name=proposal.account_name,
            created_at=now,
            expires_at=now + (APPROVAL_LIFETIME if high else LIFETIME),
            changes=tuple(plan.changes),
            currency=plan.currency,
            partial=plan.partial,
            digest=digest_of_operation(proposal.tool, proposal.account, plan),
            risk=risk,
            preview=preview,
            policy_version=standing.rules.version,
            approver="ADMIN" if proposal.account is None else f"AGENCY#{caller.agency}",
            token_hashes=kept,
            consent=proposal.consent,
            rollback_of=proposal.undone,
            request_id=proposal.request_id,
        )
        return Previewed(record, token, standing.exceeded)


def _issued(pair: tuple[str, str]) -> tuple[str, tuple[str, ...]]:
    return pair[0], (pair[1],)


def _without(plan: Plan, refused: Sequence[Applied]) -> Plan:
    """Return the plan without what Google would refuse: it is said, and not asked for again.

    Raises
    ------
    WppError
        ``GOOGLE_INVALID_REQUEST``: nothing is left.
    """
    kept = [change for change, one in zip(plan.changes, refused, strict=True) if one.done]
    left_out = [
        (index, change.locator, one.error)
        for index, (change, one) in enumerate(zip(plan.changes, refused, strict=True))
        if one.error is not None
    ]
    if not kept:
        details = {
            "google": [dict(error) for *_, error in left_out],
            "items": [
                {"item": index, "id": place.id, "name": place.name, **error}
                for index, place, error in left_out
            ],
        }
        raise WppError(ErrorCode.GOOGLE_INVALID_REQUEST, details=details)
    said = [
        f"Left out, Google would refuse it: {_called(place)}: {error.get('message', '')}"
        for _, place, error in left_out
    ]
    return replace(plan, changes=kept, warnings=(*plan.warnings, *said))


def _called(place: Locator) -> str:
    """Return what a thing is, its name, and its id where it has one already."""
    named = f' "{visible(place.name, 100)}"' if place.name else ""
    known = "" if place.temporary else f" ({place.id})"
    return f"{place.type.value.replace('_', ' ')}{named}{known}"
