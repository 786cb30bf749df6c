"""How HTTP says an error: the body, when to come back, how to sign in."""

from collections.abc import Iterable
from typing import Any

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.caller import Scope


class UnreadableBodyError(WppError):
    """The body is not strict JSON."""

    def __init__(self, problem: str) -> None:
        super().__init__(ErrorCode.INVALID_REQUEST, f"The body is not valid: {problem}")


class ScopeLackedError(WppError):
    """The token does not hold the scope; signing in again with more would help.

    Parameters
    ----------
    held
        What the token holds. The challenge names it too: a client that asks for the scopes of
        the challenge alone would lose it otherwise.
    """

    def __init__(self, needed: Scope, held: Iterable[Scope]) -> None:
        super().__init__(
            ErrorCode.FORBIDDEN,
            f"The token lacks the scope {needed.value}",
            extra={"requiredScope": needed.value},
        )
        self.asked = " ".join(sorted({needed.value, *(scope.value for scope in held)}))


def error_body(error: WppError) -> dict[str, Any]:
    """Return the body of an answer to an error (product.md §3)."""
    return {"success": False, "error": error.body()}


def error_headers(error: WppError, resource_url: str) -> dict[str, str]:
    """Return the headers that go with an error: when to come back, how to sign in."""
    wait = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return challenge(error, resource_url) | wait


def challenge(error: WppError, resource_url: str) -> dict[str, str]:
    """Return ``WWW-Authenticate`` for a 401, or for a 403 that more scope would help (RFC 6750).

    The metadata address is that of RFC 9728 for the ``/mcp`` resource.
    """
    origin = resource_url.removesuffix("/mcp")
    metadata = f'resource_metadata="{origin}/.well-known/oauth-protected-resource/mcp"'
    if error.code is ErrorCode.UNAUTHENTICATED:
        return {"WWW-Authenticate": f"Bearer {metadata}"}
    if isinstance(error, ScopeLackedError):
        lacking = f'error="insufficient_scope", scope="{error.asked}"'
        return {"WWW-Authenticate": f"Bearer {lacking}, {metadata}"}
    return {}
