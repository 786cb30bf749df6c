"""Calls of `preview_rollback`: operations are found, checked and undone in a plan.

From there on it is a write like any other (`gateway.writes`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from wpp_mcp.access.grants import Grants, not_authorized
from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import Facts
from wpp_mcp.access.sealed import SealedAccounts
from wpp_mcp.access.services import Services
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.answers import Answer
from wpp_mcp.gateway.decision import Named, ToolCall
from wpp_mcp.gateway.writes import WriteCalls
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.google.writing import WritableReader
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.operations.calls import unknown
from wpp_mcp.operations.executed import (
    Executed,
    account_of_all,
    executed_at,
    require_executed,
)
from wpp_mcp.operations.impact import impact
from wpp_mcp.operations.people import Part, part_of
from wpp_mcp.operations.previews import Previewed, Previews, Proposal
from wpp_mcp.operations.products import reader_of
from wpp_mcp.operations.records import OperationRecord, operation_of
from wpp_mcp.operations.rollback import rollback_of, without_refused
from wpp_mcp.operations.rollback_plan import Rollback
from wpp_mcp.storage.approved_accounts import ApprovedAccounts, GrantRecord, grant_of
from wpp_mcp.storage.operations import Operations
from wpp_mcp.storage.snapshots import Snapshots
from wpp_mcp.tools.operations.preview_rollback import PreviewRollback
from wpp_mcp.tools.registry import catalogue


@dataclass(frozen=True, slots=True)
class RollbackCalls:
    """Answers calls that undo operations."""

    services: Services
    writes: WriteCalls

    def preview(
        self,
        call: ToolCall,
        named: Named,
        request: PreviewRollback,
        sealed: SealedAccounts | None,
        seen: Snapshot,
        facts: Facts,
    ) -> Answer:
        """Preview the undoing of operations that the caller may see, on an account of their own.

        Raises
        ------
        WppError
            ``NOT_FOUND``, ``ACCOUNT_NOT_AUTHORIZED``, ``RATE_LIMITED``, ``INVALID_REQUEST``,
            ``CONFLICT`` for what cannot be undone (any more); whatever a preview refuses.
        """
        records = _visible(request.operation_ids, seen)
        account = account_of_all(records)
        seen, grant = self._granted(account, sealed, seen)
        named = replace(named, account=account, accounts=(account,))
        facts = replace(facts, account=account)
        answered = self.writes.answered(call, named, seen, facts)
        if answered is not None:
            return answered
        require_executed(records)
        snapshots = Snapshots(self.services.dynamo)
        executed = [Executed(one, snapshots.of(one.operation_id)) for one in records]

        def work(google: GoogleCall) -> Previewed:
            reader = reader_of(google, grant)
            return self._previewed(call, executed, grant, reader, seen)

        previewed = self.writes.google.during(call.google, seen, account.api, work)
        return self.writes.store(previewed, named, seen, facts)

    def _granted(
        self, account: AccountRef, sealed: SealedAccounts | None, seen: Snapshot
    ) -> tuple[Snapshot, GrantRecord]:
        """Check the account as `gateway.decision` does; it is known only now."""
        grant_key = ApprovedAccounts.key(seen.caller.user_id, account)
        counter_key = seen.window.account_key(account)
        found = self.services.dynamo.batch_get([grant_key, counter_key])
        if grant_key not in found:
            raise not_authorized(account)
        grant = grant_of(found[grant_key])
        Grants({account: grant}, sealed, seen.at).require([account])
        wait = seen.window.account_wait(found.get(counter_key), seen.policy)
        if wait is not None:
            raise WppError(
                ErrorCode.RATE_LIMITED, "Too many calls on this account", retry_after=wait
            )
        return replace(seen, grants={account: grant}), grant

    def _previewed(
        self,
        call: ToolCall,
        executed: Sequence[Executed],
        grant: GrantRecord,
        reader: WritableReader,
        seen: Snapshot,
    ) -> Previewed:
        """Return the preview of what Google lets be undone; asked again without the rest."""
        rollback = rollback_of(executed, reader)
        report = self._impact(executed, reader)
        previews = Previews(self.services)
        for _ in range(_TRIES):
            proposal = self._proposal(call, rollback, grant, report)
            try:
                return previews.prepare(proposal, seen, reader)
            except WppError as refusal:
                rollback = without_refused(rollback, refusal, reader)
        return previews.prepare(self._proposal(call, rollback, grant, report), seen, reader)

    def _proposal(
        self,
        call: ToolCall,
        rollback: Rollback,
        grant: GrantRecord,
        report: Mapping[str, object],
    ) -> Proposal:
        tool = catalogue()[call.tool]
        return Proposal(
            tool=tool.name,
            title=tool.title,
            action=rollback.action,
            account=grant.account,
            account_name=grant.account_name,
            plan=rollback.plan,
            request_id=call.request_id,
            undone=rollback.undone,
            said={**rollback.said, **report},
        )

    def _impact(self, executed: Sequence[Executed], reader: WritableReader) -> dict[str, object]:
        done = [pair for one in executed for pair in one.done()]
        since = min(executed_at(one.record) for one in executed)
        report = impact(done, since, self.services.runtime.clock(), reader)
        return {"impact": report} if report else {}


_TRIES: Final = 3
"""Each leaves out what was refused: first that, then what only the refusal of that shows."""


def _visible(operation_ids: Sequence[str], seen: Snapshot) -> list[OperationRecord]:
    """Return operations that the caller has asked for, or may decide about.

    Raises
    ------
    WppError
        ``NOT_FOUND``: one of them is neither, or is not there.
    """
    records = []
    for operation_id in dict.fromkeys(operation_ids):
        item = seen.extra.get(Operations.key(operation_id))
        record = None if item is None else operation_of(item)
        if record is None or part_of(seen.caller, record) is Part.NONE:
            raise unknown()
        records.append(record)
    return records
