"""Who a developer can be in the sandbox, and through which application."""

from dataclasses import dataclass
from typing import Final

from wpp_mcp.models.caller import Scope

OMA_CLIENT: Final = "sandbox-oma-client"
MCP_CLIENT: Final = "sandbox-mcp-client"
CONSOLE_CLIENT: Final = "sandbox-console-client"

_READ_WRITE: Final = (Scope.TOOLS_READ, Scope.TOOLS_WRITE)
_MANAGES: Final = (*_READ_WRITE, Scope.ACCESS_MANAGE, Scope.AUDIT_READ)


@dataclass(frozen=True, slots=True)
class SandboxRole:
    """One way to call.

    Parameters
    ----------
    user
        The world's user.
    client_id
        The application that the token is issued to.
    oma_key
        Whether the call carries OMA's API key.
    """

    user: str
    client_id: str
    scopes: tuple[Scope, ...]
    oma_key: bool = True


ROLES: Final = {
    "practitioner": SandboxRole("practitioner", OMA_CLIENT, (*_READ_WRITE, Scope.AUDIT_READ)),
    "other-practitioner": SandboxRole(
        "other-practitioner", OMA_CLIENT, (*_READ_WRITE, Scope.AUDIT_READ)
    ),
    "manager": SandboxRole("manager", OMA_CLIENT, _MANAGES),
    "other-manager": SandboxRole("other-manager", OMA_CLIENT, _MANAGES),
    "admin": SandboxRole("admin", OMA_CLIENT, _MANAGES),
    "second-admin": SandboxRole("second-admin", OMA_CLIENT, _MANAGES),
    "auditor": SandboxRole("auditor", OMA_CLIENT, (Scope.AUDIT_READ,)),
    "outsider": SandboxRole("outsider", OMA_CLIENT, _READ_WRITE),
    "agent": SandboxRole("practitioner", MCP_CLIENT, _READ_WRITE, oma_key=False),
}


@dataclass(frozen=True, slots=True)
class PoolClient:
    """An app client of the pool: public, with PKCE."""

    redirect_uris: frozenset[str]
    scopes: frozenset[Scope]


def pool_clients(url: str) -> dict[str, PoolClient]:
    """Return the app clients of the pool that sign people in, for a product at an address."""
    return {
        MCP_CLIENT: PoolClient(frozenset({f"{url}/oauth/callback"}), frozenset(_READ_WRITE)),
        CONSOLE_CLIENT: PoolClient(frozenset({f"{url}/console/callback"}), frozenset(Scope)),
    }
