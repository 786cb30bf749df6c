"""Calls of tools that write: previewed and confirmed by the operations package, and by it alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from wpp_mcp.access.google_access import GoogleAccess
from wpp_mcp.access.grants import not_authorized
from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import Facts, Recorder
from wpp_mcp.access.services import Services
from wpp_mcp.audit.trail import LinkedWriteRefusedError
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.answers import Answer
from wpp_mcp.gateway.decision import Decided, Named, ToolCall
from wpp_mcp.gateway.idempotency import remembering, reused
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.models.caller import ClientKind
from wpp_mcp.models.changes import Plan
from wpp_mcp.operations import tokens
from wpp_mcp.operations.answering import data_again, done_body, preview_body
from wpp_mcp.operations.consent import counts_form, invalid, own_operation
from wpp_mcp.operations.previews import Previewed, Previews, Proposal
from wpp_mcp.operations.products import reader_of
from wpp_mcp.operations.records import OperationRecord, operation_of
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.states import OPEN, Status
from wpp_mcp.operations.telling import Telling
from wpp_mcp.storage.approved_accounts import ApprovedAccounts
from wpp_mcp.storage.dynamo import Write
from wpp_mcp.tools.connections import CONNECTIONS, Opening


@dataclass(frozen=True, slots=True)
class WriteCalls:
    """Answers calls of tools that write.

    Parameters
    ----------
    origin
        Ours, before the address of an operation's page.
    confirm
        Carries out an operation that its requester has agreed to.
    """

    services: Services
    google: GoogleAccess
    telling: Telling
    origin: str
    confirm: Callable[[ToolCall, str, Snapshot], Answer]

    def preview(
        self, call: ToolCall, named: Named, decided: Decided, seen: Snapshot, facts: Facts
    ) -> Answer:
        """Preview a write; the operation and its audit entry are stored together or not at all.

        Raises
        ------
        WppError
            Whatever the plan, the limits or Google have against it.
        """
        answered = self.answered(call, named, seen, facts)
        if answered is not None:
            return answered
        return self.store(self._previewed(call, decided, seen), named, seen, facts)

    def answered(self, call: ToolCall, named: Named, seen: Snapshot, facts: Facts) -> Answer | None:
        """Return the answer to a call that was previewed before, ``None`` for a fresh one.

        Raises
        ------
        WppError
            ``CONFLICT`` for a request id of another request; what stands in the way of going on.
        """
        if call.resumes is not None:
            return self._resumed(call, named, seen, facts, call.resumes)
        if seen.earlier is None or seen.earlier.answer is None:
            return None
        if seen.earlier.digest != facts.request_digest:
            raise reused()
        operation_id = str(seen.earlier.answer["operationId"])
        return self._again(named, seen, facts, self._stored(operation_id))

    def store(self, previewed: Previewed, named: Named, seen: Snapshot, facts: Facts) -> Answer:
        """Store what was previewed with its entry, and answer it.

        Raises
        ------
        WppError
            Of what does not hold any more.
        """
        record = previewed.record
        facts = replace(
            facts,
            operation_id=record.operation_id,
            step="preview",
            rows=len(record.changes),
            limits=previewed.exceeded,
        )
        first = {"operationId": record.operation_id}
        linked = [
            (record.inserting(), WppError(ErrorCode.STORAGE_UNAVAILABLE)),
            *self._counted(named, seen),
            (seen.window.count_preview(seen.caller.user_id, seen.policy), _too_many(seen)),
            *remembering(seen, facts, first),
        ]
        self._record(seen, facts, linked)
        self.telling.wanted(record)
        return self._answer(seen, record, previewed.token)

    def _previewed(self, call: ToolCall, decided: Decided, seen: Snapshot) -> Previewed:
        tool, [grant] = decided.tool, decided.grants

        def work(google: GoogleCall) -> Previewed:
            connection = CONNECTIONS[tool.connection](Opening(google, decided.grants))
            plan: Plan = tool.run(connection, decided.request)
            proposal = Proposal(
                tool=tool.name,
                title=tool.title,
                action=tool.action,
                account=grant.account,
                account_name=grant.account_name,
                plan=plan,
                request_id=call.request_id,
            )
            reader = reader_of(google, grant)
            return Previews(self.services).prepare(proposal, seen, reader)

        return self.google.during(call.google, seen, grant.account.api, work)

    def _again(self, named: Named, seen: Snapshot, facts: Facts, record: OperationRecord) -> Answer:
        """Answer what was previewed before: the same operation, with a fresh token."""
        facts = replace(facts, operation_id=record.operation_id, step="repeated")
        if record.over(seen.at) or record.status not in OPEN:
            return self._ended(named, seen, facts, record)
        linked = self._counted(named, seen)
        token = None
        if record.status is Status.PREVIEWED:
            token, kept = tokens.issue(self.services.runtime.chance)
            hashes = tokens.added(record.token_hashes, kept)
            move = record.move(record.status, until=record.expires_at, sets={"tokenHashes": hashes})
            linked.append((move, WppError(ErrorCode.CONFLICT)))
        self._record(seen, facts, linked)
        return self._answer(seen, record, token)

    def _ended(self, named: Named, seen: Snapshot, facts: Facts, record: OperationRecord) -> Answer:
        """Answer what became of what was previewed before: there is nothing to agree to."""
        try:
            if record.over(seen.at):
                raise WppError(ErrorCode.OPERATION_EXPIRED)
            data = data_again(record)
        except WppError as error:
            Recorder(self.services).refuse(seen, replace(facts, error=error))
            return Answer.of_error(error, record.operation_id)
        self._record(seen, facts, self._counted(named, seen))
        return Answer(done_body(record, data, record.audit_log_id, record.notified))

    def _stored(self, operation_id: str) -> OperationRecord:
        item = self.services.operations.find(operation_id)
        if item is None:
            raise WppError(ErrorCode.OPERATION_EXPIRED)
        return operation_of(item)

    def _resumed(
        self, call: ToolCall, named: Named, seen: Snapshot, facts: Facts, operation_id: str
    ) -> Answer:
        """Go on with what this call has previewed: done where the person has agreed by now.

        Where they have not, the answer is the preview, and nothing is previewed again.
        """
        record = own_operation(seen, operation_id)
        if (record.tool, record.account) != (facts.what, facts.account):
            raise invalid("the state is of another call")
        believed = call.agreed_in_form and counts_form(seen)
        if record.status is not Status.PREVIEWED or (believed and record.risk is not Risk.HIGH):
            return self.confirm(call, operation_id, seen)
        return self._again(named, seen, facts, record)

    def _counted(self, named: Named, seen: Snapshot) -> list[tuple[Write, WppError]]:
        """Return what counts the call, and holds only while each account is granted."""
        user_id, now = seen.caller.user_id, self.services.runtime.clock()
        limited = WppError(ErrorCode.RATE_LIMITED, retry_after=1)
        pairs = [(seen.window.count_user(user_id, seen.policy), limited)]
        for account in named.accounts:
            pairs.append((seen.window.count_account(account, seen.policy), limited))
            used = ApprovedAccounts.used(user_id, account, now)
            pairs.append((used, not_authorized(account)))
        return pairs

    def _record(
        self, seen: Snapshot, facts: Facts, linked: Sequence[tuple[Write, WppError]]
    ) -> None:
        try:
            Recorder(self.services).allow(seen, facts, [write for write, _ in linked])
        except LinkedWriteRefusedError as refused:
            raise linked[refused.index][1] from refused

    def _answer(self, seen: Snapshot, record: OperationRecord, token: str | None) -> Answer:
        """Return the preview; a token only to whom it is of use and who may hold it."""
        oma = seen.caller.client_kind is ClientKind.OMA and seen.caller.oma_key
        held = token if oma or record.risk is Risk.LOW else None
        body = preview_body(record, self.origin, held)
        return Answer(body, pending=True, form_counts=counts_form(seen))


def _too_many(seen: Snapshot) -> WppError:
    wait = 60 - seen.at.second
    return WppError(ErrorCode.RATE_LIMITED, "Too many previews of this user", retry_after=wait)
