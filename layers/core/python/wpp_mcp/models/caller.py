"""Who calls: roles, scopes, channels and what is known about the person."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

EMPLOYEE_ID: Final = re.compile(r"WPP-[A-Za-z0-9-]{1,32}", re.ASCII)
AGENCY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)
"""What ``employeeId`` and ``agency`` look like, in a token and in the directory (product.md §2)."""


class Role(StrEnum):
    """The role in the directory."""

    PRACTITIONER = "practitioner"
    MANAGER = "manager"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Scope(StrEnum):
    """The OAuth scopes of product.md §2."""

    TOOLS_READ = "tools/read"
    TOOLS_WRITE = "tools/write"
    ACCESS_MANAGE = "access/manage"
    AUDIT_READ = "audit/read"


class Channel(StrEnum):
    """On whose behalf a route speaks: a model, or a person."""

    AGENT = "agent"
    PERSON = "person"
    NONE = "none"


class ClientKind(StrEnum):
    """Which application holds the token."""

    OMA = "oma"
    CONSOLE = "console"
    MCP = "mcp"


@dataclass(frozen=True, slots=True)
class Principal:
    """What a verified token and the API key say, before the directory is asked.

    Parameters
    ----------
    employee_id
        Starts with ``WPP-``.
    client_id, client_kind
        The application that the token was issued to.
    scopes
        What the token allows, already cut to what its client may have.
    role, agency
        As the token says. The directory's word counts.
    oma_key
        The call carried a valid OMA API key.
    session
        The call carried no token but the cookie of a console session.
    """

    employee_id: str
    client_id: str
    client_kind: ClientKind
    scopes: frozenset[Scope]
    role: Role
    agency: str
    oma_key: bool
    session: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal whom the directory knows and has not disabled.

    Parameters
    ----------
    user_id
        The e-mail address in lower case, from the directory.
    name
        Display name, from the directory.
    role, agency
        From the directory, read on this very call.
    manager
        The e-mail address of the local manager, from the directory.
    """

    user_id: str
    employee_id: str
    name: str
    role: Role
    agency: str
    client_id: str
    client_kind: ClientKind
    scopes: frozenset[Scope]
    oma_key: bool
    manager: str | None = None
