"""``POST /mcp/confirm-operation`` and the tool `confirm_operation`: two ways to one executor."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field, ValidationError

from wpp_mcp.access.google_access import GoogleWay
from wpp_mcp.access.intake import Snapshot
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.answers import Answer
from wpp_mcp.gateway.decision import ToolCall
from wpp_mcp.gateway.messages import Request, Response
from wpp_mcp.gateway.refusals import error_headers
from wpp_mcp.operations.answering import done_body
from wpp_mcp.operations.confirmations import Confirmations, Confirmed, Confirming
from wpp_mcp.tools.inputs import WireModel, not_valid
from wpp_mcp.tools.operations.confirm_operation import ConfirmOperation


class ConfirmBody(WireModel):
    """The body of ``POST /mcp/confirm-operation`` (product.md §3)."""

    operation_id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_]+$")
    confirmation_token: str = Field(min_length=1, max_length=100, repr=False)
    user_confirmation: Literal["APPROVED", "REJECTED"]
    user_id: str | None = Field(default=None, max_length=320)


@dataclass(frozen=True, slots=True)
class ConfirmCalls:
    """Answers confirmations."""

    confirmations: Confirmations
    resource_url: str

    def endpoint(self, request: Request) -> Response:
        """Answer the route: OMA vouches that its user said yes or no."""
        try:
            body = ConfirmBody.model_validate_json(request.body)
        except ValidationError as error:
            raise not_valid(error, "body") from None
        ask = Confirming(
            principal=request.principal(),
            operation_id=body.operation_id,
            token=body.confirmation_token,
            user_id=body.user_id,
            channel=request.route.channel,
            google=GoogleWay(request.google_token, request.deadline),
            correlation_id=request.correlation_id,
        )
        answer = self._rejected(ask) if body.user_confirmation == "REJECTED" else self.answer(ask)
        headers = error_headers(answer.error, self.resource_url) if answer.error else {}
        return Response(answer.body, answer.status, headers)

    def tool(self, call: ToolCall, request: ConfirmOperation, seen: Snapshot) -> Answer:
        """Answer the tool: an assistant says yes to what needs nobody's, or was agreed to."""
        return self._of_call(call, request.operation_id, request.confirmation_token, seen)

    def resumed(self, call: ToolCall, operation_id: str, seen: Snapshot) -> Answer:
        """Answer a call that comes back after its person was asked."""
        return self._of_call(call, operation_id, None, seen)

    def _of_call(
        self, call: ToolCall, operation_id: str, token: str | None, seen: Snapshot
    ) -> Answer:
        ask = Confirming(
            principal=call.principal,
            operation_id=operation_id,
            token=token,
            channel=call.channel,
            attested=call.agreed_in_form,
            google=call.google,
            correlation_id=call.correlation_id,
        )
        try:
            return _done(self.confirmations.confirm_seen(ask, seen))
        except WppError as error:
            return _refused(error, ask)

    def answer(self, ask: Confirming) -> Answer:
        """Carry out an operation; what stands in the way is the answer, and recorded."""
        try:
            return _done(self.confirmations.confirm(ask))
        except WppError as error:
            return _refused(error, ask)

    def _rejected(self, ask: Confirming) -> Answer:
        try:
            record = self.confirmations.reject(ask)
        except WppError as error:
            return _refused(error, ask)
        body = {"operationId": record.operation_id, "status": record.status.value}
        return Answer({"success": True, **body})


def _done(confirmed: Confirmed) -> Answer:
    return Answer(
        done_body(confirmed.record, confirmed.data, confirmed.audit_log_id, confirmed.notified)
    )


def _refused(error: WppError, ask: Confirming) -> Answer:
    if error.code is ErrorCode.UNAUTHENTICATED:
        raise error
    return Answer.of_error(error, ask.operation_id)
