from typing import Annotated, Final

from pydantic import Field

from wpp_mcp.operations.lists import Whose
from wpp_mcp.operations.states import Status
from wpp_mcp.tools.inputs import PagedInput
from wpp_mcp.tools.operations.own_operations import OperationBook
from wpp_mcp.tools.registry import OwnOperations, read_tool
from wpp_mcp.tools.table import AnyRow, Table

_MORE: Final = "There are more. Ask for one status, or see them all in OMA."


class OperationsQuery(PagedInput):
    """Which operations."""

    view: Annotated[
        Whose,
        Field(description="own; agency: for managers, those that wait first; admin: for admins."),
    ] = Whose.OWN
    status: Status | None = Field(default=None, description="Only those in this state.")


@read_tool(api=None, title="Operations", reach=OwnOperations())
def list_operations(book: OperationBook, query: OperationsQuery) -> Table[AnyRow]:
    """Previewed changes and what became of them, the latest first.

    Use it to find an operationId, or what still waits for somebody. Who manages an agency sees
    what waits there with view=agency; deciding is done by a person on the page at approvalUrl.
    """
    rows, more = book.several(query.view, query.status)
    return Table(rows, notes=(_MORE,) if more else ())
