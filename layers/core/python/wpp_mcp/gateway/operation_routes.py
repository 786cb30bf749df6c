"""``/operations``: what waits, what became of it, and what a person decides."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.services import Services
from wpp_mcp.errors import WppError
from wpp_mcp.gateway.answers import digest_of
from wpp_mcp.gateway.form_tokens import require_own_page
from wpp_mcp.gateway.messages import Request, Response
from wpp_mcp.models.caller import AGENCY
from wpp_mcp.operations import views
from wpp_mcp.operations.by_hand import Finding, Settlements
from wpp_mcp.operations.calls import Call, OperationCalls
from wpp_mcp.operations.decisions import (
    MAX_NOTE,
    CarryOut,
    Decided,
    Decision,
    Decisions,
    Verdict,
)
from wpp_mcp.operations.lists import Question, Whose, listed
from wpp_mcp.operations.records import OperationRecord, operation_of
from wpp_mcp.operations.states import Status
from wpp_mcp.operations.telling import Telling
from wpp_mcp.storage.operations import MAX_PAGE
from wpp_mcp.tools.inputs import WireModel, not_valid


class DecisionBody(WireModel):
    """The body of ``POST /operations/{operationId}/decision``."""

    decision: Verdict
    digest: str = Field(min_length=1, max_length=200)
    note: str = Field(default="", max_length=MAX_NOTE)


class SettlementBody(WireModel):
    """The body of ``POST /operations/{operationId}/settlement``."""

    applied: bool
    digest: str = Field(min_length=1, max_length=200)
    note: str = Field(default="", max_length=MAX_NOTE)


class ListParameters(WireModel):
    """The query parameters of ``GET /operations``; all text, as they come."""

    view: Annotated[Whose, Field(strict=False)] = Whose.OWN
    agency: Annotated[str, Field(pattern=rf"^{AGENCY.pattern}$")] | None = None
    status: Annotated[Status, Field(strict=False)] | None = None
    limit: Annotated[str, Field(pattern=r"^[1-9][0-9]?$")] = str(MAX_PAGE)
    page_token: Annotated[str, Field(max_length=2_000)] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if int(self.limit) > MAX_PAGE:
            raise ValueError(f"limit is {MAX_PAGE} at most")
        if self.agency is not None and self.view is not Whose.AGENCY:
            raise ValueError("agency goes with view=agency")
        return self


class OperationRoutes:
    """Serves the routes.

    Parameters
    ----------
    carry_out
        Does at once what a second person's yes sets going without a confirmation.
    """

    def __init__(self, services: Services, telling: Telling, carry_out: CarryOut) -> None:
        self._services = services
        self._origin = services.settings.origin
        self._page = views.page_of(self._origin)
        self._calls = OperationCalls(services)
        self._decisions = Decisions(services, carry_out)
        self._settlements = Settlements(services)
        self._telling = telling

    def list(self, request: Request) -> Response:
        """``GET /operations``: a page of one's own, or of those that one may decide about."""
        seen = self._calls.read(request.principal())
        with self._calls.at_all(seen, _call(request, "list_operations")) as facts:
            page = listed(self._services.operations, seen.caller, _question(request), seen.at)
            self._calls.allow(seen, facts, rows=len(page.records))
        body: dict[str, Any] = {
            "success": True,
            "operations": [views.row(one, seen.at, self._page) for one in page.records],
        }
        return Response(body | ({"nextPageToken": page.next_token} if page.next_token else {}))

    def show(self, request: Request) -> Response:
        """``GET /operations/{operationId}``: all of one that people may see."""
        operation_id = request.place.get("operationId", "")
        seen = self._calls.read(request.principal(), operation_id)
        with self._calls.about(seen, _call(request, "get_operation"), operation_id) as found:
            self._calls.allow(seen, found.facts, rows=1)
        shown = views.view(found.record, seen.at, self._page)
        return Response({"success": True, "operation": shown})

    def decide(self, request: Request) -> Response:
        """``POST /operations/{operationId}/decision``: a person's yes or no."""
        operation_id = request.place.get("operationId", "")
        seen = self._calls.read(request.principal(), operation_id)
        self._require_own_page(request, seen, "operation_decision")
        try:
            body = DecisionBody.model_validate_json(request.body)
        except ValidationError as error:
            raise not_valid(error, "body") from None
        decided = self._decisions.decide(
            seen,
            Decision(
                operation_id=operation_id,
                verdict=body.decision,
                digest=body.digest,
                note=body.note,
                channel=request.route.channel,
                correlation_id=request.correlation_id,
                carries_out=True,
            ),
        )
        return Response(self._answer(decided, seen))

    def settle(self, request: Request) -> Response:
        """``POST /operations/{operationId}/settlement``: what a person has found out."""
        operation_id = request.place.get("operationId", "")
        seen = self._calls.read(request.principal(), operation_id)
        self._require_own_page(request, seen, "operation_settlement")
        try:
            body = SettlementBody.model_validate_json(request.body)
        except ValidationError as error:
            raise not_valid(error, "body") from None
        finding = Finding(
            operation_id=operation_id,
            applied=body.applied,
            digest=body.digest,
            note=body.note,
            channel=request.route.channel,
            correlation_id=request.correlation_id,
        )
        settled = self._settlements.settle(seen, finding)
        return Response(self._stands(settled.record, seen, settled.audit_log_id, settled.told))

    def _require_own_page(self, request: Request, seen: Snapshot, what: str) -> None:
        """Refuse JSON that a browser sends with a session's cookie, unless it is our page's."""
        try:
            require_own_page(request, self._origin)
        except WppError as error:
            self._calls.refuse(seen, _call(request, what), error)
            raise

    def _answer(self, decided: Decided, seen: Snapshot) -> dict[str, Any]:
        told = decided.tell(self._telling)
        record = decided.record
        if decided.carried_out is not None:
            # What it has set going has moved the operation on.
            stands = self._services.operations.find(record.operation_id)
            record = record if stands is None else operation_of(stands)
        body = self._stands(record, seen, decided.audit_log_id, told)
        if decided.token is not None:
            body["confirmationToken"] = decided.token
        if decided.carried_out is not None:
            body["result"] = dict(decided.carried_out)
        return body

    def _stands(
        self, record: OperationRecord, seen: Snapshot, audit_log_id: str, told: Sequence[str]
    ) -> dict[str, Any]:
        """Return how an operation stands after a person's word, and who is told."""
        return {
            "success": True,
            "operationId": record.operation_id,
            "status": record.status.value,
            "operation": views.view(record, seen.at, self._page),
            "auditLogId": audit_log_id,
            "notificationsSent": list(told),
        }


def _call(request: Request, what: str) -> Call:
    return Call(
        what=what,
        channel=request.route.channel,
        correlation_id=request.correlation_id,
        roles=request.route.roles,
        request_digest=digest_of({**request.place, **request.query}),
    )


def _question(request: Request) -> Question:
    try:
        given = ListParameters.model_validate(dict(request.query))
    except ValidationError as error:
        raise not_valid(error, "query") from None
    return Question(
        whose=given.view,
        agency=given.agency,
        status=given.status,
        limit=int(given.limit),
        token=given.page_token,
    )
