"""Who somebody is to an operation: the one who asked, one who may decide, or nobody.

Nobody approves what they asked for themselves under another spelling of their name (threats.md C1).
"""

import unicodedata
from enum import StrEnum
from typing import Protocol

from wpp_mcp.models.caller import Caller, Role
from wpp_mcp.operations.records import OperationRecord

ADMINS: str = "ADMIN"
"""The approver of what belongs to no agency."""


class Named(Protocol):
    """Somebody, by both of their names."""

    @property
    def user_id(self) -> str:
        """The e-mail address."""

    @property
    def employee_id(self) -> str:
        """The number that the directory pairs with it."""


class Part(StrEnum):
    """What a person is to an operation."""

    REQUESTER = "requester"
    SECOND = "second person"
    NONE = "none"


def part_of(caller: Caller, record: OperationRecord) -> Part:
    """Return what a caller is to an operation, by what the directory says of them now."""
    if same_person(caller, record):
        return Part.REQUESTER
    if caller.role is Role.ADMIN:
        return Part.SECOND
    if caller.role is Role.MANAGER and record.approver == agency_approver(caller.agency):
        return Part.SECOND
    return Part.NONE


def agency_approver(agency: str) -> str:
    """Return how an operation names the managers of an agency as those who may decide."""
    return f"AGENCY#{agency}"


def same_person(one: Named, other: Named) -> bool:
    """Whether two are one, as a caller and who has asked: either name is enough to say so."""
    return _spelled(one.employee_id) == _spelled(other.employee_id) or _mailbox(
        one.user_id
    ) == _mailbox(other.user_id)


def _mailbox(address: str) -> str:
    """Return one spelling for all addresses that reach a mailbox, as far as can be told."""
    local, _, domain = _spelled(address).rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _spelled(text: str) -> str:
    """Return one form for texts that differ in case, blanks, width or invisible characters."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in folded if not c.isspace() and unicodedata.category(c) != "Cf")
