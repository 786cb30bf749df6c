"""The page of one operation: what it would change, and the buttons of those who may decide.

Opening it decides nothing (threats.md C11). What is decided is bound to the digest that the page
showed, so that a page which is old, or was bent on the way, decides about nothing else.
"""

from typing import Final

from wpp_mcp.access.services import Services
from wpp_mcp.audit.entry import Action
from wpp_mcp.console import places
from wpp_mcp.console.operation_sheet import sheet_of
from wpp_mcp.console.visits import Act, Visit, Visits
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.messages import Request, Response
from wpp_mcp.operations.by_hand import Finding, Settlements
from wpp_mcp.operations.calls import Call, OperationCalls, keys
from wpp_mcp.operations.decisions import MAX_NOTE, CarryOut, Decision, Decisions, Verdict
from wpp_mcp.operations.people import Part, part_of
from wpp_mcp.operations.records import OperationRecord, operation_of
from wpp_mcp.operations.states import Status
from wpp_mcp.operations.telling import Telling
from wpp_mcp.pages.rendering import redirect
from wpp_mcp.routes import EVERY_ROLE
from wpp_mcp.storage.dynamo import StorageError

DECIDE: Final = Act("operation_decision", Action.WRITE)
SETTLE: Final = Act("operation_settlement", Action.WRITE)
_FOUND: Final = {"DONE": True, "NOT_DONE": False}
_SHOWN_AGAIN: Final = frozenset(
    {
        ErrorCode.CONFIRMATION_INVALID,
        ErrorCode.CONFLICT,
        ErrorCode.FORBIDDEN,
        ErrorCode.OPERATION_EXPIRED,
        ErrorCode.OPERATION_IN_PROGRESS,
        ErrorCode.SECOND_APPROVAL_REQUIRED,
    }
)
"""Refusals that the page itself explains best, as it stands by then."""


class OperationPages:
    """The pages below ``/console/operations``."""

    def __init__(
        self, services: Services, visits: Visits, telling: Telling, carry_out: CarryOut
    ) -> None:
        self._services = services
        self._visits = visits
        self._telling = telling
        self._calls = OperationCalls(services)
        self._decisions = Decisions(services, carry_out)
        self._settlements = Settlements(services)

    def show(self, request: Request) -> Response:
        """``GET /console/operations/{operationId}``: what it is, and what one may do."""
        operation_id = request.place.get("operationId", "")
        visit = self._visits.of(request, keys(operation_id))
        with self._calls.about(visit.seen, _reading(request), operation_id) as found:
            self._calls.allow(visit.seen, found.facts, rows=1)
        return self._page(visit, found.record, found.part)

    def decide(self, request: Request) -> Response:
        """``POST /console/operations/{operationId}``: a yes or no, or what has become of it."""
        operation_id = request.place.get("operationId", "")
        visit = self._visits.of(request, keys(operation_id))
        settles = "settlement" in request.form
        self._visits.sent(visit, SETTLE if settles else DECIDE)
        try:
            if settles:
                self._settlements.settle(visit.seen, _finding(request, operation_id))
            else:
                decided = self._decisions.decide(visit.seen, _decision(request, operation_id))
                decided.tell(self._telling)
        except WppError as error:
            return self._explained(visit, operation_id, error)
        return redirect(places.operation_page(operation_id))

    def _explained(self, visit: Visit, operation_id: str, error: WppError) -> Response:
        """Return the operation as it stands now, and why nothing was decided."""
        if error.code not in _SHOWN_AGAIN:
            raise error
        try:
            item = self._services.operations.find(operation_id)
            record = None if item is None else operation_of(item)
        except StorageError:
            raise error from None
        part = Part.NONE if record is None else part_of(visit.caller, record)
        if record is None or part is Part.NONE:
            raise error
        return self._page(visit, record, part, note=_said(error, record), status=error.status)

    def _page(
        self,
        visit: Visit,
        record: OperationRecord,
        part: Part,
        *,
        note: str = "",
        status: int = 200,
    ) -> Response:
        return self._visits.page(
            visit,
            "operation",
            status=status,
            note=note,
            sheet=sheet_of(record, part, visit.caller, self._services.runtime.clock()),
            here=places.operation_page(record.operation_id),
            longest_note=MAX_NOTE,
        )


def _reading(request: Request) -> Call:
    return Call(
        what="operation_page",
        channel=request.route.channel,
        correlation_id=request.correlation_id,
        roles=EVERY_ROLE,
    )


def _decision(request: Request, operation_id: str) -> Decision:
    fields = request.form
    try:
        verdict = Verdict(fields.get("decision", ""))
    except ValueError:
        raise WppError(ErrorCode.INVALID_REQUEST, "Choose one of the two buttons") from None
    note = _note(request)
    return Decision(
        operation_id=operation_id,
        verdict=verdict,
        digest=fields.get("digest", ""),
        note=note if verdict is Verdict.REJECTED else "",
        channel=request.route.channel,
        correlation_id=request.correlation_id,
        carries_out=False,
    )


def _finding(request: Request, operation_id: str) -> Finding:
    fields = request.form
    applied = _FOUND.get(fields["settlement"])
    if applied is None:
        raise WppError(ErrorCode.INVALID_REQUEST, "Choose one of the two buttons")
    return Finding(
        operation_id=operation_id,
        applied=applied,
        digest=fields.get("digest", ""),
        note=_note(request),
        channel=request.route.channel,
        correlation_id=request.correlation_id,
    )


def _note(request: Request) -> str:
    note = request.form.get("note", "").strip()
    if len(note) > MAX_NOTE:
        raise WppError(ErrorCode.INVALID_REQUEST, f"A note has {MAX_NOTE} characters at most")
    return note


def _said(error: WppError, record: OperationRecord) -> str:
    if error.code is ErrorCode.CONFIRMATION_INVALID:
        return "Nothing was decided: look at the changes below and decide again."
    action = f" {error.action}." if error.action else ""
    # A change of policies is carried out with the decision, and can be refused after it.
    begins = "It was not carried out" if record.status is Status.FAILED else "Nothing was decided"
    return f"{begins}. {error.message}.{action}"
