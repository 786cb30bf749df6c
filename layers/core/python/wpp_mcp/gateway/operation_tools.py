"""Tools about operations themselves: no product and no account is behind them."""

from dataclasses import dataclass

from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.services import Services
from wpp_mcp.errors import WppError
from wpp_mcp.gateway.answers import Answer
from wpp_mcp.gateway.decision import ToolCall
from wpp_mcp.operations import views
from wpp_mcp.operations.cancelling import Cancellations, Cancelling
from wpp_mcp.tools.operations.cancel_operation import CancelOperation
from wpp_mcp.tools.operations.own_operations import OperationBook


@dataclass(frozen=True, slots=True)
class OperationTools:
    """Gives these tools what they work with."""

    services: Services

    def book(self, seen: Snapshot) -> OperationBook:
        """Return the operations that the caller may see."""
        page = views.page_of(self.services.settings.origin)
        return OperationBook(self.services.operations, seen.caller, seen.at, page)

    def cancel(self, call: ToolCall, request: CancelOperation, seen: Snapshot) -> Answer:
        """Take an operation back; what stands in the way is the answer, and recorded."""
        wish = Cancelling(
            operation_id=request.operation_id,
            channel=call.channel,
            correlation_id=call.correlation_id,
        )
        try:
            record = Cancellations(self.services).cancel(seen, wish)
        except WppError as error:
            return Answer.of_error(error, request.operation_id)
        shown = views.row(record, seen.at, views.page_of(self.services.settings.origin))
        return Answer(
            {
                "success": True,
                "operationId": record.operation_id,
                "status": record.status.value,
                "data": shown,
            }
        )
