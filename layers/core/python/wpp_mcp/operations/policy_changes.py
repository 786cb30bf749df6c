"""Changing policies: an operation like any other, which a second admin carries out by agreeing.

The change names every field that the policy will have, and the version that it replaces: what is
agreed to is what is written, and only over what was shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import Facts, Recorder
from wpp_mcp.access.services import Services
from wpp_mcp.audit.entry import Action
from wpp_mcp.audit.trail import LinkedWriteRefusedError
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.caller import Channel
from wpp_mcp.models.changes import (
    Change,
    Locator,
    Plan,
    ResourceType,
    Verb,
)
from wpp_mcp.models.policies import (
    PolicyDocument,
    PolicyScope,
    policy_document,
    scope_named,
    written,
)
from wpp_mcp.operations.admins import keys_of_both, not_both, require_both
from wpp_mcp.operations.consent import assent
from wpp_mcp.operations.packing import packed_result
from wpp_mcp.operations.policy_reader import PolicyReader
from wpp_mcp.operations.previews import Previewed, Previews, Proposal
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.states import Status
from wpp_mcp.storage import locks
from wpp_mcp.storage.dynamo import ConditionFailedError, Key, StorageError, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.policies import Policies, StoredPolicy

TOOL: Final = "policies"
TITLE: Final = "Change the rules of writes"
_VERSION: Final = "version"
_ENDING: Final = frozenset({ErrorCode.SECOND_APPROVAL_REQUIRED, ErrorCode.STATE_CHANGED})
"""Refusals after which a change has to be asked for again."""


class PolicyChanges:
    """Previews changes of policies, and writes what two admins have agreed to."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._recorder = Recorder(services)

    def preview(self, seen: Snapshot, stored: StoredPolicy, document: PolicyDocument) -> Previewed:
        """Return the change as an operation; the admin who asks has agreed by asking.

        Raises
        ------
        WppError
            ``INVALID_REQUEST`` where it changes nothing, ``STORAGE_UNAVAILABLE``.
        """
        change = change_of_policy(stored, document)
        if change.fields == (_VERSION,):
            raise WppError(ErrorCode.INVALID_REQUEST, "The policy is like that already")
        proposal = Proposal(
            tool=TOOL,
            title=TITLE,
            action=Action.WRITE,
            account=None,
            account_name="",
            plan=Plan(changes=(change,)),
            consent=assent(seen, attested=False),
        )
        previewed = Previews(self._services).prepare(proposal, seen, PolicyReader())
        if previewed.record.risk is not Risk.HIGH:
            raise WppError(ErrorCode.INTERNAL, reason="a policy would change without a second")
        return previewed

    def carry_out(
        self, record: OperationRecord, seen: Snapshot, correlation_id: str
    ) -> Mapping[str, Any]:
        """Write an approved policy together with its audit entry; return the result.

        Raises
        ------
        WppError
            ``SECOND_APPROVAL_REQUIRED`` where not both are admins any more, ``STATE_CHANGED``
            where somebody has changed the policy since it was previewed; either ends the
            operation. ``OPERATION_IN_PROGRESS``, ``STORAGE_UNAVAILABLE``, ``AUDIT_UNAVAILABLE``.
        """
        found = self._both(record)
        taken = self._taken(record)
        facts = Facts(
            what=TOOL,
            channel=Channel.PERSON,
            action=Action.WRITE,
            operation_id=record.operation_id,
            correlation_id=correlation_id,
            started=seen.at,
            request_digest=record.digest,
            step="policy",
        )
        try:
            return self._written(taken, seen, facts, require_both(record, found))
        except WppError as error:
            if error.code in _ENDING:
                failed = _ended(taken, Status.FAILED, {"error": error.body()})
                self._recorder.refuse(seen, replace(facts, error=error), [failed])
            raise

    def _written(
        self, taken: OperationRecord, seen: Snapshot, facts: Facts, both: Sequence[Write]
    ) -> Mapping[str, Any]:
        """Write the policy and the end of the operation, while both are admins."""
        [change] = taken.changes
        scope, document, replacing = policy_of(change)
        data = {"scope": str(scope), "version": change.after[_VERSION], "result": "SUCCEEDED"}
        now = self._services.runtime.clock()
        policy = Policies.put(
            scope, document, replacing=replacing, changed_by=taken.user_id, now=now
        )
        changed = WppError(
            ErrorCode.STATE_CHANGED, "The policy was changed since this was previewed"
        )
        linked = [
            *((write, changed) for write in policy),
            (_ended(taken, Status.SUCCEEDED, {"data": data}), _in_progress()),
            *((check, not_both()) for check in both),
        ]
        try:
            self._recorder.allow(seen, facts, [write for write, _ in linked])
        except LinkedWriteRefusedError as refused:
            raise linked[refused.index][1] from None
        return data

    def _both(self, record: OperationRecord) -> Mapping[Key, Item]:
        """Read who asked and who approved, before anything is taken."""
        try:
            return self._services.dynamo.batch_get(keys_of_both(record))
        except StorageError as error:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error)) from error

    def _taken(self, record: OperationRecord) -> OperationRecord:
        """Take the operation, so that it is carried out once; a job gives it back if we stop."""
        until = self._services.runtime.clock() + locks.LIFETIME
        attempt = f"{self._services.runtime.chance.getrandbits(64):016x}"
        sets = {"attempt": attempt, "releasedTo": record.status.value}
        try:
            self._services.dynamo.write(record.move(Status.EXECUTING, until=until, sets=sets))
        except ConditionFailedError:
            raise _in_progress() from None
        except StorageError as error:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error)) from error
        return replace(record, status=Status.EXECUTING, revision=record.revision + 1)


def change_of_policy(stored: StoredPolicy, document: PolicyDocument) -> Change:
    """Return the change from a stored policy to a document, field by field."""
    scope = str(stored.scope)
    following = int(stored.version) + 1 if str(stored.version).isdecimal() else 1
    return Change(
        locator=Locator(None, ResourceType.POLICY, scope, scope),
        verb=Verb.UPDATE,
        before={**_flat(written(stored.document)), _VERSION: stored.version},
        after={**_flat(written(document)), _VERSION: following},
    )


def policy_of(change: Change) -> tuple[PolicyScope, PolicyDocument, int | str]:
    """Return what `change_of_policy` was made of: scope, new document, version replaced.

    Raises
    ------
    WppError, pydantic.ValidationError
        It is none of its changes.
    """
    scope = scope_named(change.locator.id)
    values = {name: value for name, value in change.after.items() if name != _VERSION}
    return scope, policy_document(scope, _nested(values)), change.before[_VERSION]


def _in_progress() -> WppError:
    return WppError(ErrorCode.OPERATION_IN_PROGRESS, retry_after=2)


def _ended(taken: OperationRecord, status: Status, result: Mapping[str, Any]) -> Any:
    sets = {"ended": packed_result(result, ())}
    return taken.move(status, until=None, sets=sets, removes=("attempt", "releasedTo"))


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{inner}": one for inner, one in value.items()}
        else:
            flat[name] = value
    return flat


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in values.items():
        outer, _, inner = name.partition(".")
        if inner:
            nested.setdefault(outer, {})[inner] = value
        else:
            nested[outer] = value
    return nested
