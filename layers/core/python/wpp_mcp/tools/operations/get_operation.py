from wpp_mcp.tools.inputs import ToolInput
from wpp_mcp.tools.operations.confirm_operation import OperationId
from wpp_mcp.tools.operations.own_operations import OperationBook
from wpp_mcp.tools.registry import OwnOperations, read_tool
from wpp_mcp.tools.table import AnyRow, Table


class OneOperation(ToolInput):
    """Which operation."""

    operation_id: OperationId


@read_tool(api=None, title="One operation", reach=OwnOperations())
def get_operation(book: OperationBook, query: OneOperation) -> Table[AnyRow]:
    """How a previewed change stands: what it would do, who has agreed, what became of it.

    Use it to see whether a person has decided, and after an outcome that is not known. ``next``
    says what has to happen now and who does it. It changes nothing.
    """
    return Table([book.one(query.operation_id)])
