"""Lists of operations: one's own, and those that one may decide about."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models import strict_json
from wpp_mcp.models.caller import Caller, Role
from wpp_mcp.operations.people import ADMINS, agency_approver
from wpp_mcp.operations.records import OperationRecord, operation_of
from wpp_mcp.operations.states import Status
from wpp_mcp.operations.views import shown_status
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.operations import MAX_PAGE, OF_APPROVER, OF_USER, Operations

_READS: Final = 4
"""Pages of the index that one page of a filtered list may take."""

_ALIVE: Final = (Status.AWAITING_APPROVAL, Status.APPROVED, Status.EXECUTING, Status.UNKNOWN)
_WAITING_FIRST: Final = (*_ALIVE, *(status for status in Status if status not in _ALIVE))


class Whose(StrEnum):
    """Which operations are listed."""

    OWN = "own"
    AGENCY = "agency"
    """Of an agency, for its managers and for admins."""
    ADMIN = "admin"
    """Those about which only an admin may decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which operations are asked for.

    Parameters
    ----------
    agency
        Another than one's own: for admins.
    token
        Of the page before.
    """

    whose: Whose = Whose.OWN
    agency: str | None = None
    status: Status | None = None
    limit: int = MAX_PAGE
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """Operations, and how to go on."""

    records: tuple[OperationRecord, ...]
    next_token: str | None


def listed(store: Operations, caller: Caller, question: Question, now: datetime) -> Listed:
    """Return a page: one's own latest first, an agency's with those that wait first.

    Raises
    ------
    WppError
        ``FORBIDDEN`` for operations that are not the caller's to see, ``INVALID_REQUEST`` for a
        token of another question.
    StorageError
        DynamoDB did not answer, or a record is damaged.
    """
    walk = _walk(store, caller, question)
    place: _Place | None = _place(question.token, walk)
    found: list[OperationRecord] = []
    reads = 0
    while place is not None and len(found) < question.limit and reads < walk.most:
        items, more = walk.reads[place.phase].read(question.limit - len(found), place.start)
        records = map(operation_of, items)
        found += [one for one in records if question.status in (None, shown_status(one, now))]
        place = place.after(more, len(walk.reads))
        reads += 1
    return Listed(tuple(found), None if place is None else place.token(walk.bound))


@dataclass(frozen=True, slots=True)
class _Reading:
    """One query: how to read a page of it, and what every place in it has."""

    read: Callable[[int, Item | None], tuple[list[Item], Item | None]]
    names: frozenset[str]
    fixed: dict[str, str]

    def holds(self, start: dict[str, Any]) -> bool:
        """Whether this is a place in it; DynamoDB takes none of another query."""
        texts = all(isinstance(value, str) for value in start.values())
        return texts and start.keys() == self.names and self.fixed.items() <= start.items()


@dataclass(frozen=True, slots=True)
class _Walk:
    """The queries that make a list, in order, and what its tokens belong to."""

    reads: tuple[_Reading, ...]
    bound: dict[str, str]
    most: int


def _walk(store: Operations, caller: Caller, question: Question) -> _Walk:
    if question.whose is Whose.OWN:
        user_id = caller.user_id
        bound = _bound(question, userId=user_id)
        own = _Reading(
            lambda n, start: store.of_user(user_id, n, start), OF_USER, {"userId": user_id}
        )
        return _Walk((own,), bound, _READS)
    approver = _approver(caller, question)
    statuses = _WAITING_FIRST if question.status is None else (question.status,)
    reads = tuple(_of_approver(store, approver, status) for status in statuses)
    return _Walk(reads, _bound(question, approver=approver), len(reads) + _READS)


def _of_approver(store: Operations, approver: str, status: Status) -> _Reading:
    return _Reading(
        lambda n, start: store.of_approver(approver, status.value, n, start),
        OF_APPROVER,
        {"approver": approver, "status": status.value},
    )


def _approver(caller: Caller, question: Question) -> str:
    agency = question.agency or caller.agency
    if caller.role is Role.ADMIN:
        return ADMINS if question.whose is Whose.ADMIN else agency_approver(agency)
    if caller.role is Role.MANAGER and question.whose is Whose.AGENCY and agency == caller.agency:
        return agency_approver(agency)
    raise WppError(ErrorCode.FORBIDDEN, "These operations are not yours to see")


def _bound(question: Question, **whose: str) -> dict[str, str]:
    return {**whose, "status": question.status.value if question.status else ""}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a list goes on: in which query, and after which item."""

    phase: int
    start: Item | None

    def after(self, more: Item | None, phases: int) -> "_Place | None":
        if more is not None:
            return _Place(self.phase, more)
        return _Place(self.phase + 1, None) if self.phase + 1 < phases else None

    def token(self, bound: dict[str, str]) -> str:
        said = {"of": bound, "phase": self.phase, "start": self.start or {}}
        return base64.urlsafe_b64encode(strict_json.canonical(said)).decode()


def _place(token: str | None, walk: _Walk) -> _Place:
    if token is None:
        return _Place(0, None)
    try:
        said: dict[str, Any] = strict_json.loads(base64.urlsafe_b64decode(token))
        start, phase = said["start"], said["phase"]
        if said["of"] == walk.bound and phase in range(len(walk.reads)):
            if start == {}:
                return _Place(phase, None)
            if walk.reads[phase].holds(start):
                return _Place(phase, start)
    except (ValueError, binascii.Error, KeyError, TypeError, AttributeError):
        pass
    raise WppError(
        ErrorCode.INVALID_REQUEST, "pageToken belongs to another question: repeat all parameters"
    )
