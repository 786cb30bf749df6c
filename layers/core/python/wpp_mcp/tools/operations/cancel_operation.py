from wpp_mcp.models.caller import Scope
from wpp_mcp.tools.inputs import ToolInput
from wpp_mcp.tools.operations.confirm_operation import OperationId
from wpp_mcp.tools.registry import operation_tool


class CancelOperation(ToolInput):
    """Which operation."""

    operation_id: OperationId


@operation_tool(title="Take a previewed change back", scope=Scope.TOOLS_WRITE)
def cancel_operation(request: CancelOperation) -> None:
    """Take back a change that was previewed and has not been carried out.

    Use it when the user does not want the change any more. Nothing at Google is changed; what has
    been carried out is undone by previewing a rollback instead.
    """
