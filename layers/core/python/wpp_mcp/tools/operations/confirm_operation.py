from typing import Annotated

from pydantic import Field

from wpp_mcp.models.caller import Scope
from wpp_mcp.tools.inputs import ToolInput
from wpp_mcp.tools.registry import operation_tool

OperationId = Annotated[
    str,
    Field(
        description="operationId of the preview.",
        examples=["op_20261121_093000_0123456789abcdef"],
        pattern=r"^[A-Za-z0-9_]{1,64}$",
    ),
]


class ConfirmOperation(ToolInput):
    """Which operation."""

    operation_id: OperationId
    confirmation_token: str | None = Field(
        default=None,
        max_length=100,
        description="From the preview. Not needed once the user has agreed on its page.",
        repr=False,
    )


@operation_tool(title="Carry out a previewed change", scope=Scope.TOOLS_WRITE)
def confirm_operation(request: ConfirmOperation) -> None:
    """Carry out a change that was previewed, once.

    Use it with the confirmationToken of a preview whose riskLevel is LOW, or after the user has
    agreed on the page at approvalUrl. It cannot agree for the user: without their consent a MEDIUM
    or HIGH change is refused. Repeating it is safe: the first result is answered again.
    """
