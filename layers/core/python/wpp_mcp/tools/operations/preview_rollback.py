from typing import Annotated

from pydantic import Field

from wpp_mcp.models.caller import Scope
from wpp_mcp.tools.inputs import ToolInput
from wpp_mcp.tools.operations.confirm_operation import OperationId
from wpp_mcp.tools.registry import operation_tool

MOST_OPERATIONS = 20


class PreviewRollback(ToolInput):
    """Which operations."""

    operation_ids: Annotated[
        list[OperationId],
        Field(
            description="Operations of one account that were executed, in any order.",
            min_length=1,
            max_length=MOST_OPERATIONS,
        ),
    ]


@operation_tool(title="Undo earlier changes", scope=Scope.TOOLS_WRITE)
def preview_rollback(request: PreviewRollback) -> None:
    """Preview undoing changes that were executed; nothing is changed yet.

    Use it when the user wants earlier operations of one account undone. The answer is a preview
    like any other, and has to be confirmed like one. Its warnings name what was changed by others
    since and would be overwritten, and what cannot be undone; impact says what was spent since the
    changes and in as many days before, by the account's own figures. Not for operations that were
    only previewed: let those expire, or cancel them.
    """
