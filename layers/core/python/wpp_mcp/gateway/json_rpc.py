"""Errors of the wrapper in the form that MCP clients read."""

from typing import Any

import mcp_types as types

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.messages import Response
from wpp_mcp.gateway.refusals import UnreadableBodyError
from wpp_mcp.routes import Route


class HeaderMismatchError(WppError):
    """A routing header and the body name different things (MCP 2026-07-28, SEP-2243).

    Parameters
    ----------
    request_id
        The message's id as it came; the answer repeats it where it is one.
    """

    def __init__(self, header: str, request_id: Any) -> None:
        super().__init__(
            ErrorCode.INVALID_REQUEST, f"The header {header} and the body do not agree"
        )
        self.request_id = request_id if type(request_id) in (str, int) else None


def json_rpc_error(error: WppError, _: Route | None = None, __: str = "") -> Response:
    """Say an error as JSON-RPC does.

    Without an ``id`` where the message's is not known: MCP's schema has no ``null`` there.
    """
    body = {"code": _code(error), "message": error.message, "data": error.body()}
    answer: dict[str, Any] = {"jsonrpc": "2.0", "success": False, "error": body}
    known = error.request_id if isinstance(error, HeaderMismatchError) else None
    return Response(answer if known is None else {**answer, "id": known}, error.status)


def _code(error: WppError) -> int:
    if isinstance(error, HeaderMismatchError):
        return types.HEADER_MISMATCH
    parse = isinstance(error, UnreadableBodyError)
    return types.PARSE_ERROR if parse else types.INVALID_REQUEST
