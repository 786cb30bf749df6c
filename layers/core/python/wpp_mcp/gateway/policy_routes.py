"""``/policies``: the rules of writes, and changing them with the agreement of a second admin."""

from collections.abc import Mapping
from typing import Any

from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.services import Services
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.messages import Request, Response
from wpp_mcp.operations.records import OperationRecord


class PolicyRoutes:
    """Serves the routes."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def show(self, request: Request) -> Response:
        """``GET /policies``."""
        raise WppError(ErrorCode.WRITES_DISABLED)

    def change(self, request: Request) -> Response:
        """``PUT /policies``."""
        raise WppError(ErrorCode.WRITES_DISABLED)

    def carry_out(self, record: OperationRecord, seen: Snapshot) -> Mapping[str, Any]:
        """Write what was agreed to."""
        raise WppError(ErrorCode.WRITES_DISABLED)
