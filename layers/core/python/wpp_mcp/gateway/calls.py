"""The path of one tool call: read, decide, run, record, answer.

Everything a caller can reach goes through `Gateway.run`; there is no second way to a tool.
"""

from dataclasses import replace
from typing import Any

from wpp_mcp.access import intake
from wpp_mcp.access.google_access import GoogleAccess
from wpp_mcp.access.grants import Grants, not_authorized, own_accounts
from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import Facts, Recorder, new_operation_id
from wpp_mcp.access.sealed import SealedAccounts
from wpp_mcp.access.services import Services
from wpp_mcp.audit.entry import Action
from wpp_mcp.audit.trail import LinkedWriteRefusedError
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.answers import Answer, digest_of, read_data
from wpp_mcp.gateway.confirming import ConfirmCalls
from wpp_mcp.gateway.decision import Decided, Decision, Named, ToolCall, names_in
from wpp_mcp.gateway.idempotency import remembering, reused
from wpp_mcp.gateway.operation_tools import OperationTools
from wpp_mcp.gateway.rollbacks import RollbackCalls
from wpp_mcp.gateway.writes import WriteCalls
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.models.accounts import AccountRef, Api, normalise
from wpp_mcp.models.time import iso
from wpp_mcp.operations.confirmations import Confirmations
from wpp_mcp.operations.telling import Telling
from wpp_mcp.storage.approved_accounts import ApprovedAccounts
from wpp_mcp.storage.dynamo import StorageError, Write
from wpp_mcp.storage.idempotency import remember, remembered
from wpp_mcp.tools.connections import CONNECTIONS, Opening
from wpp_mcp.tools.operations.cancel_operation import CancelOperation
from wpp_mcp.tools.operations.confirm_operation import ConfirmOperation
from wpp_mcp.tools.operations.preview_rollback import PreviewRollback
from wpp_mcp.tools.registry import Kind, catalogue
from wpp_mcp.tools.table import Table


class Gateway:
    """Runs tool calls."""

    def __init__(self, services: Services, google: GoogleAccess) -> None:
        self._services = services
        self._google = google
        self._recorder = Recorder(services)
        settings = services.settings
        confirmations = Confirmations(services, google)
        self._operation_tools = OperationTools(services)
        self._confirm_calls = ConfirmCalls(confirmations, settings.resource_url)
        self._write_calls = WriteCalls(
            services, google, Telling(services), settings.origin, self._confirm_calls.resumed
        )
        self._rollback_calls = RollbackCalls(services, self._write_calls)

    def run(self, call: ToolCall) -> Answer:
        """Answer one call; every outcome for a known person is in the audit before it leaves.

        Raises
        ------
        WppError
            ``UNAUTHENTICATED``: there is nobody to answer, and nobody to write an entry for.
        """
        started = self._services.runtime.clock()
        named = names_in(call)
        try:
            seen = intake.read(
                self._services,
                call.principal,
                named.accounts,
                call.request_id,
                with_connection=call.google_token is None,
                extra=named.operations,
            )
        except WppError as error:
            if error.code is ErrorCode.UNAUTHENTICATED:
                raise
            return self._unrecorded(error, call)
        facts = Facts(
            what=named.tool.name if named.tool else "unknown",
            channel=call.channel,
            operation_id=new_operation_id(self._services.runtime, started),
            correlation_id=call.correlation_id,
            started=started,
            action=named.tool.action if named.tool else Action.READ,
            account=named.account,
            request_digest=digest_of({"tool": call.tool, "params": named.params}),
            request_id=call.request_id,
        )
        decision = Decision(self._services, call, named, seen)
        try:
            return self._allowed(decision, seen, facts)
        except WppError as error:
            return self._refused(error, seen, facts, decision)
        except StorageError as error:
            failure = WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error))
            return self._refused(failure, seen, facts, decision)
        except Exception as error:
            self._services.log.exception("unexpected failure")
            failure = WppError(
                ErrorCode.INTERNAL,
                reason=type(error).__name__,
                extra={"correlationId": call.correlation_id},
            )
            return self._refused(failure, seen, facts, decision)

    def _allowed(self, decision: Decision, seen: Snapshot, facts: Facts) -> Answer:
        call, named = decision.call, decision.named
        decided = decision.decide()
        if isinstance(decided.request, ConfirmOperation):
            return self._confirm_calls.tool(call, decided.request, seen)
        if isinstance(decided.request, CancelOperation):
            return self._operation_tools.cancel(call, decided.request, seen)
        if isinstance(decided.request, PreviewRollback):
            return self._rollback_calls.preview(
                call, named, decided.request, decision.sealed, seen, facts
            )
        if decided.tool.kind is Kind.WRITE:
            return self._write_calls.preview(call, named, decided, seen, facts)
        body = self._earlier_answer(seen, facts)
        if body is None:
            body = self._body(decided, self._run(decided, call, seen), facts)
        facts = replace(facts, rows=body["data"]["returnedRows"])
        writes, failures = self._writes(named, seen, facts, body)
        try:
            self._recorder.allow(seen, facts, writes)
        except LinkedWriteRefusedError as refused:
            won = remembered(refused.item, seen.at) if "digest" in refused.item else None
            if won is None or won.answer is None or won.digest != facts.request_digest:
                raise failures[refused.index] from refused
            # The same request was answered a moment ago: that answer stands.
            return self._allowed(decision, replace(seen, earlier=won), facts)
        return Answer(body)

    def _run(self, decided: Decided, call: ToolCall, seen: Snapshot) -> Table[Any]:
        if decided.tool.api is None:
            book = self._operation_tools.book(seen)
            own: Table[Any] = decided.tool.run(book, decided.request)
            return own

        def run(google: GoogleCall) -> Table[Any]:
            opening = Opening(google, decided.grants)
            connection = CONNECTIONS[decided.tool.connection](opening)
            table: Table[Any] = decided.tool.run(connection, decided.request)
            return table

        return self._google.during(call.google, seen, decided.tool.api, run)

    def _body(self, decided: Decided, table: Table[Any], facts: Facts) -> dict[str, Any]:
        runtime = self._services.runtime
        account = decided.account.account_id if decided.account else None
        now = runtime.clock()
        return {
            "success": True,
            "operationId": facts.operation_id,
            "tool": decided.tool.name,
            "data": read_data(table, decided.request, account=account, chance=runtime.chance),
            "executionTime": round((now - facts.started).total_seconds(), 3),
            "timestamp": iso(now),
        }

    def _earlier_answer(self, seen: Snapshot, facts: Facts) -> dict[str, Any] | None:
        if seen.earlier is None:
            return None
        if seen.earlier.digest != facts.request_digest:
            raise reused()
        return seen.earlier.answer

    def _writes(
        self, named: Named, seen: Snapshot, facts: Facts, body: dict[str, Any]
    ) -> tuple[list[Write], list[WppError]]:
        """Return what stands or falls with the entry, and what it means where one falls."""
        user_id = seen.caller.user_id
        limited = WppError(ErrorCode.RATE_LIMITED, retry_after=1)
        pairs: list[tuple[Write, WppError]] = [
            (seen.window.count_user(user_id, seen.policy), limited)
        ]
        for account in named.accounts:
            pairs.append((seen.window.count_account(account, seen.policy), limited))
            # By the time of now: a grant that ran out meanwhile lets no answer leave either.
            used = ApprovedAccounts.used(user_id, account, self._services.runtime.clock())
            pairs.append((used, not_authorized(account)))
        pairs += remembering(seen, facts, body)
        return [write for write, _ in pairs], [error for _, error in pairs]

    def _refused(self, error: WppError, seen: Snapshot, facts: Facts, decision: Decision) -> Answer:
        call = decision.call
        if error.code is ErrorCode.AUDIT_UNAVAILABLE:
            # The entry may be stored and only its answer lost: a second one would contradict it.
            return self._unrecorded(error, call)
        try:
            if error.code is ErrorCode.ACCOUNT_NOT_AUTHORIZED:
                account = self._name_accounts(error, seen, facts, decision.sealed)
                facts = replace(facts, account=account)
            self._recorder.refuse(seen, replace(facts, error=error), self._spent(seen, facts))
        except StorageError as failure:
            error = WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(failure))
            return self._unrecorded(error, call)
        except WppError as failure:
            return self._unrecorded(failure, call)
        return Answer.of_error(error, facts.operation_id)

    def _spent(self, seen: Snapshot, facts: Facts) -> list[Write]:
        """Return the write that ties a request id to its first request, though it failed."""
        if facts.request_id is None or facts.request_digest is None or seen.earlier is not None:
            return []
        user_id, digest = seen.caller.user_id, facts.request_digest
        return [remember(user_id, facts.request_id, digest, None, seen.at)]

    def _name_accounts(
        self, error: WppError, seen: Snapshot, facts: Facts, sealed: SealedAccounts | None
    ) -> AccountRef | None:
        """Add the accounts of the product that this call could use; return what was asked for."""
        tool = catalogue().get(facts.what)
        name = error.extra.setdefault(
            "api", tool.api.value if tool and tool.api else Api.GOOGLE_ADS.value
        )
        api = Api(name)
        try:
            own = self._services.approved.of_user(seen.caller.user_id)
            grants = Grants({grant.account: grant for grant in own}, sealed, seen.at)
            error.extra["approvedAccounts"] = own_accounts(grants, api)
        except StorageError as failure:
            # The refusal stands and is recorded; only the list that would help is missing.
            self._services.log.warning("own accounts not read", extra={"reason": str(failure)})
        try:
            return normalise(api, error.extra.get("requestedAccount"))
        except WppError:
            return facts.account  # a resource or field that names no single account

    def _unrecorded(self, error: WppError, call: ToolCall) -> Answer:
        self._recorder.count_only(error, call.correlation_id)
        self._services.log.warning(
            "call without an audit entry",
            extra={
                "error": error.code.value,
                "reason": error.reason,
                "correlation_id": call.correlation_id,
            },
        )
        return Answer.of_error(error)
