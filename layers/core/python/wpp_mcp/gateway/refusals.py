"""How HTTP says an error: the body, when to come back, how to sign in."""

from typing import Any

from wpp_mcp.errors import ErrorCode, WppError


class UnreadableBodyError(WppError):
    """The body is not strict JSON."""

    def __init__(self, problem: str) -> None:
        super().__init__(ErrorCode.INVALID_REQUEST, f"The body is not valid: {problem}")


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
    scope = error.extra.get("requiredScope")
    if error.code is ErrorCode.FORBIDDEN and scope:
        return {
            "WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}", {metadata}'
        }
    return {}
