"""Reading the audit log: whose entries a caller may see, in which order, page by page."""

import base64
import binascii
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models import strict_json
from wpp_mcp.models.caller import Caller, Role
from wpp_mcp.models.time import Clock, day_of
from wpp_mcp.storage.audit_logs import AuditLogs, Index
from wpp_mcp.storage.items import Item

MAX_PAGE: Final = 200
_SEES_ALL: Final = frozenset({Role.ADMIN, Role.AUDITOR})
_HIDDEN: Final = frozenset({"mac", "keyId", "expirationTime"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """What to show: the entries of one person, account, operation or agency.

    Parameters
    ----------
    since, until
        Days, ``YYYY-MM-DD``, both included; the last seven days when omitted.
    token
        ``nextPageToken`` of the page before.
    """

    user_id: str | None = None
    account: str | None = None
    operation_id: str | None = None
    agency: str | None = None
    since: str | None = None
    until: str | None = None
    limit: int = 50
    token: str | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, latest first, and how to go on."""

    entries: tuple[dict[str, Any], ...]
    next_token: str | None


def sees_all(caller: Caller) -> bool:
    """Whether every entry is the caller's to see, whoever's and of whichever agency."""
    return caller.role in _SEES_ALL


def find(logs: AuditLogs, caller: Caller, query: AuditQuery, clock: Clock) -> AuditPage:
    """Return one page of entries.

    Auditors and admins see all; managers what their agency did; everybody their own.

    Raises
    ------
    WppError
        ``FORBIDDEN`` for entries that are not the caller's to see, ``INVALID_REQUEST`` for a
        token of another query.
    """
    query = _allowed(caller, query)
    now = clock()
    since = query.since or day_of(now - timedelta(days=6))
    until = query.until or day_of(now)
    start = _start(query)
    if query.operation_id or query.account or query.agency:
        index = _index(query)
        items, more = logs.page(index, f"{since}T", f"{until}T~", query.limit, start)
    else:
        user_id = query.user_id or caller.user_id
        if start is not None and start.get("userId") != user_id:
            raise _foreign_token()
        items, more = logs.user_page(user_id, since, until, query.limit, start)
    shown = tuple(_shown(item) for item in items if _visible(caller, item))
    return AuditPage(shown, _token(query, more) if more else None)


def _allowed(caller: Caller, query: AuditQuery) -> AuditQuery:
    if sees_all(caller) or query.user_id == caller.user_id:
        return query
    if caller.role is Role.MANAGER and query.agency in (None, caller.agency):
        return query
    if not any((query.user_id, query.account, query.operation_id, query.agency)):
        return query
    raise WppError(ErrorCode.FORBIDDEN, "These entries are not yours to see")


def _visible(caller: Caller, item: Item) -> bool:
    # An index may hold other agencies' and other people's entries too.
    if sees_all(caller) or item.get("userId") == caller.user_id:
        return True
    return caller.role is Role.MANAGER and item.get("agency") == caller.agency


def _index(query: AuditQuery) -> Index:
    if query.operation_id:
        return Index("operationId-index", "operationId", query.operation_id)
    if query.account:
        return Index("accountId-timestamp-index", "accountId", query.account)
    return Index("agency-timestamp-index", "agency", str(query.agency))


def _shown(item: Item) -> dict[str, Any]:
    return {name: value for name, value in sorted(item.items()) if name not in _HIDDEN}


def _binding(query: AuditQuery) -> list[str | None]:
    filters = [query.user_id, query.account, query.operation_id, query.agency]
    return [*filters, query.since, query.until]


def _token(query: AuditQuery, more: Item) -> str:
    value = strict_json.canonical({"query": _binding(query), "start": more})
    return base64.urlsafe_b64encode(value).decode()


def _start(query: AuditQuery) -> Item | None:
    if query.token is None:
        return None
    try:
        value = strict_json.loads(base64.urlsafe_b64decode(query.token))
        start: Item = value["start"]
        if value["query"] == _binding(query) and all(isinstance(v, str) for v in start.values()):
            return start
    except (ValueError, binascii.Error, KeyError, TypeError, AttributeError):
        pass
    raise _foreign_token()


def _foreign_token() -> WppError:
    return WppError(
        ErrorCode.INVALID_REQUEST, "pageToken belongs to another query: repeat all parameters"
    )
