"""Recording that a known caller was turned away from a route before any tool was named."""

from wpp_mcp.access import intake
from wpp_mcp.access.recording import Facts, Recorder, new_operation_id
from wpp_mcp.access.services import Services
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.messages import Request
from wpp_mcp.storage.dynamo import StorageError


class RouteDenials:
    """Writes the audit entry of a denial; without one the denial is answered as a failure."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._recorder = Recorder(services)

    def __call__(self, request: Request, error: WppError) -> None:
        """Record the denial of a route.

        Raises
        ------
        WppError
            ``UNAUTHENTICATED``, ``STORAGE_UNAVAILABLE`` or ``AUDIT_UNAVAILABLE``.
        """
        now = self._services.runtime.clock()
        facts = Facts(
            what=request.route.key,
            channel=request.route.channel,
            operation_id=new_operation_id(self._services.runtime, now),
            correlation_id=request.correlation_id,
            started=now,
            error=error,
        )
        try:
            seen = intake.read(self._services, request.principal())
            self._recorder.refuse(seen, facts)
        except StorageError as failure:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(failure)) from failure
