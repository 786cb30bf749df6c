"""The one batch read at the beginning of a call: person, policy, counters, chain head, grants."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from wpp_mcp.access.services import Services
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.caller import Caller, Principal
from wpp_mcp.models.time import day_of
from wpp_mcp.storage.approved_accounts import ApprovedAccounts, GrantRecord, grant_of
from wpp_mcp.storage.audit_logs import AuditLogs
from wpp_mcp.storage.directory import Directory
from wpp_mcp.storage.dynamo import Key, StorageError
from wpp_mcp.storage.google_connections import GoogleConnections
from wpp_mcp.storage.idempotency import Remembered, key_of, remembered
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.policies import Policies, Policy
from wpp_mcp.storage.rate_counters import Window


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the tables said at the beginning of a call.

    Parameters
    ----------
    head
        The head of the person's audit chain of the day, ``None`` before its first entry.
    grants
        The grant of each named account that has one, whatever its state.
    earlier
        What this request id was used for before.
    connection
        The person's Google connection, where it was asked for and there is one; unread.
    extra
        What else was asked for and is there.
    """

    caller: Caller
    at: datetime
    window: Window
    policy: Policy
    head: Item | None
    user_counter: Item | None
    account_counters: Mapping[AccountRef, Item]
    grants: Mapping[AccountRef, GrantRecord]
    earlier: Remembered | None
    connection: Item | None = None
    extra: Mapping[Key, Item] = field(default_factory=dict)


def read(
    services: Services,
    principal: Principal,
    accounts: Iterable[AccountRef] = (),
    request_id: str | None = None,
    *,
    with_connection: bool = False,
    extra: Sequence[Key] = (),
) -> Snapshot:
    """Read all that a call needs to be decided, in one storage call when the person is known.

    Parameters
    ----------
    with_connection
        Read the person's Google connection too.
    extra
        Other items to read in the same storage call, such as the operation that it is about.

    Raises
    ------
    WppError
        ``UNAUTHENTICATED`` or ``STORAGE_UNAVAILABLE``. Neither leaves an audit entry: there is
        no person to write it for, or no table to write it to.
    """
    now = services.runtime.clock()
    user_id = services.callers.user_id(principal)
    window = Window(now)
    named = list(accounts)
    keys = _Keys(user_id, day_of(now), window, request_id)
    connection = [GoogleConnections.key(user_id)] if with_connection else []
    try:
        found = services.dynamo.batch_get([*keys.all(named), *connection, *extra])
        caller = services.callers.caller(principal, found.get(keys.user))
        return Snapshot(
            caller=caller,
            at=now,
            window=window,
            policy=Policies.of(found),
            head=found.get(keys.head),
            user_counter=found.get(keys.counter),
            account_counters=_present(found, {a: window.account_key(a) for a in named}),
            grants={
                account: grant_of(item)
                for account, item in _present(
                    found, {a: ApprovedAccounts.key(user_id, a) for a in named}
                ).items()
            },
            earlier=remembered(found.get(keys.request), now) if keys.request else None,
            connection=next((found[key] for key in connection if key in found), None),
            extra={key: found[key] for key in extra if key in found},
        )
    except StorageError as error:
        raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error)) from error


class _Keys:
    def __init__(self, user_id: str, day: str, window: Window, request_id: str | None) -> None:
        self.user_id = user_id
        self.window = window
        self.user = Directory.user_key(user_id)
        self.head = AuditLogs.head_key(user_id, day)
        self.counter = window.user_key(user_id)
        self.request = key_of(user_id, request_id) if request_id else None

    def all(self, accounts: Iterable[AccountRef]) -> list[Key]:
        keys = [self.user, self.head, self.counter, *Policies.keys()]
        for account in accounts:
            keys.append(ApprovedAccounts.key(self.user_id, account))
            keys.append(self.window.account_key(account))
        return [*keys, self.request] if self.request else keys


def _present(found: Mapping[Key, Item], keys: Mapping[AccountRef, Key]) -> dict[AccountRef, Item]:
    return {account: found[key] for account, key in keys.items() if key in found}
