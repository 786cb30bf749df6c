"""Checking an operation again when it is confirmed, as of now (product.md §6, "Confirm")."""

from dataclasses import replace
from datetime import datetime

from wpp_mcp.access.grants import Grants, not_authorized
from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import Facts
from wpp_mcp.access.services import Services
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.time import Deadline
from wpp_mcp.operations.consent import invalid, require_still_approver
from wpp_mcp.operations.digests import digest_of_changes
from wpp_mcp.operations.records import Assent, OperationRecord
from wpp_mcp.operations.runs import Run
from wpp_mcp.operations.standing import Asking, Standing
from wpp_mcp.operations.undone import require_still_undoable, undone_keys
from wpp_mcp.storage.approved_accounts import ApprovedAccounts, GrantRecord, grant_of
from wpp_mcp.storage.directory import Directory
from wpp_mcp.storage.dynamo import Key, Write


def account_of(record: OperationRecord) -> AccountRef:
    """Return the account of an operation.

    Raises
    ------
    WppError
        ``CONFIRMATION_INVALID``: it has none, and is not confirmed like this.
    """
    if record.account is None:
        raise invalid("not an operation on an account")
    return record.account


def checked(
    services: Services,
    record: OperationRecord,
    seen: Snapshot,
    *,
    consent: Assent | None,
    facts: Facts,
    deadline: Deadline,
) -> Run:
    """Return what can be executed; one storage call.

    Raises
    ------
    WppError
        ``CONFIRMATION_INVALID`` for a record that is not what was agreed to,
        ``ACCOUNT_NOT_AUTHORIZED``, ``RATE_LIMITED``, ``WRITES_DISABLED``,
        ``SAFETY_LIMIT_EXCEEDED``, ``SECOND_APPROVAL_REQUIRED``, ``STORAGE_UNAVAILABLE``;
        ``CONFLICT`` for a rollback of what was undone meanwhile.
    """
    _require_digest(record)
    account = account_of(record)
    grant_key = ApprovedAccounts.key(seen.caller.user_id, account)
    counter_key = seen.window.account_key(account)
    approver_key = _approver_key(record)
    extra = [grant_key, counter_key, *([approver_key] if approver_key else [])]
    extra += undone_keys(record)
    standing = Standing.read(services, _asking(record, seen), seen.at, extra)
    grant = _granted(standing, account, grant_key)
    wait = seen.window.account_wait(standing.extra.get(counter_key), seen.policy)
    if wait is not None:
        raise WppError(ErrorCode.RATE_LIMITED, "Too many calls on this account", retry_after=wait)
    standing.require_allowed()
    if approver_key is not None:
        require_still_approver(record, standing.extra.get(approver_key))
    undone = require_still_undoable(record, standing.extra)
    return Run(
        record=replace(record, consent=consent),
        seen=replace(seen, grants={account: grant}),
        standing=standing,
        facts=facts,
        deadline=deadline,
        used=lambda now: _used(seen, account, now),
        undone=undone,
    )


def _require_digest(record: OperationRecord) -> None:
    """Refuse a record that was changed after somebody agreed to it."""
    digest = digest_of_changes(
        record.tool, record.account, record.changes, record.currency, partial=record.partial
    )
    if digest != record.digest:
        raise invalid("the record does not hold what its digest says")


def _granted(standing: Standing, account: AccountRef, key: Key) -> GrantRecord:
    item = standing.extra.get(key)
    if item is None:
        raise not_authorized(account)
    grant = grant_of(item)
    Grants({account: grant}, None, standing.at).require([account])
    return grant


def _used(seen: Snapshot, account: AccountRef, now: datetime) -> list[tuple[Write, WppError]]:
    """Return what holds only while the grant does, up to the moment before anything is sent."""
    user_id = seen.caller.user_id
    limited = WppError(ErrorCode.RATE_LIMITED, retry_after=1)
    return [
        (ApprovedAccounts.used(user_id, account, now), not_authorized(account)),
        (seen.window.count_user(user_id, seen.policy), limited),
        (seen.window.count_account(account, seen.policy), limited),
    ]


def _asking(record: OperationRecord, seen: Snapshot) -> Asking:
    return Asking(
        user_id=record.user_id,
        agency=seen.caller.agency,
        tool=record.tool,
        account=record.account,
        changes=record.changes,
        currency=record.currency,
    )


def _approver_key(record: OperationRecord) -> Key | None:
    return None if record.approval is None else Directory.user_key(record.approval.by)
