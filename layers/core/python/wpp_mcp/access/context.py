"""What the authorizer tells the function behind it, and how that is read back.

The context is flat text (API Gateway passes no nesting through). Written and read in this one
module, so that neither side can guess. Whatever is missing or odd reads as *nobody*.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from wpp_mcp.models.caller import ClientKind, Principal, Role, Scope

_VERSION: Final = "1"


class Absence(StrEnum):
    """Why there is no caller; for the security log only."""

    NO_TOKEN = "no token"  # noqa: S105 - not a secret
    BAD_TOKEN = "bad token"  # noqa: S105 - not a secret
    BAD_KEY = "bad API key"
    BAD_SESSION = "bad session"


def of_principal(principal: Principal) -> dict[str, str]:
    """Return the context for a verified caller."""
    return {
        "v": _VERSION,
        "caller": "user",
        "employeeId": principal.employee_id,
        "clientId": principal.client_id,
        "clientKind": principal.client_kind.value,
        "scopes": " ".join(sorted(scope.value for scope in principal.scopes)),
        "role": principal.role.value,
        "agency": principal.agency,
        "omaKey": "valid" if principal.oma_key else "absent",
        "session": "valid" if principal.session else "absent",
    }


def of_absence(absence: Absence, reason: str = "") -> dict[str, str]:
    """Return the context for a call without a caller; ``reason`` is for the log."""
    return {"v": _VERSION, "caller": "none", "absence": absence.value, "reason": reason}


def principal_in(event: Mapping[str, Any]) -> Principal | None:
    """Return the verified caller in an API Gateway event, or ``None``."""
    context = _context(event)
    if context.get("v") != _VERSION or context.get("caller") != "user":
        return None
    try:
        return Principal(
            employee_id=context["employeeId"],
            client_id=context["clientId"],
            client_kind=ClientKind(context["clientKind"]),
            scopes=frozenset(Scope(name) for name in context["scopes"].split()),
            role=Role(context["role"]),
            agency=context["agency"],
            oma_key=context["omaKey"] == "valid",
            session=context["session"] == "valid",
        )
    except (KeyError, ValueError, AttributeError):
        return None


def absence_in(event: Mapping[str, Any]) -> str:
    """Return why an event has no caller, for the security log."""
    context = _context(event)
    return f"{context.get('absence', 'no authorizer')}: {context.get('reason', '')}".rstrip(": ")


def _context(event: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = event
    for name in ("requestContext", "authorizer", "lambda"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}
