"""``GET /mcp/audit-logs``: a page of the audit log, itself audited, on request with its chain."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from wpp_mcp.access import intake
from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import Facts, Recorder
from wpp_mcp.access.services import Services
from wpp_mcp.audit.query import MAX_PAGE, AuditPage, AuditQuery, find, sees_all
from wpp_mcp.audit.trail import LinkedWriteRefusedError
from wpp_mcp.audit.verify import Report, Verifier
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.answers import digest_of
from wpp_mcp.gateway.messages import Request, Response
from wpp_mcp.models.accounts import Api, api_named, normalise
from wpp_mcp.models.time import iso
from wpp_mcp.storage.dynamo import StorageError
from wpp_mcp.tools.inputs import WireModel, not_valid

MAX_VERIFIED_DAYS: Final = 31

_DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_Text = Annotated[str, Field(min_length=1, max_length=320)]


class AuditParameters(WireModel):
    """The query parameters; all text, as they come."""

    user_id: _Text | None = None
    account_id: _Text | None = None
    api: _Text = Api.GOOGLE_ADS.value
    operation_id: _Text | None = None
    agency: _Text | None = None
    since: str | None = Field(default=None, alias="from", pattern=_DAY)
    until: str | None = Field(default=None, alias="to", pattern=_DAY)
    limit: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,2}$")] = "50"
    page_token: Annotated[str, Field(max_length=2_000)] | None = None
    verify: Literal["true", "false"] = "false"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        filters = [self.user_id, self.account_id, self.operation_id, self.agency]
        if len([name for name in filters if name is not None]) > 1:
            raise ValueError("give one of userId, accountId, operationId and agency")
        if int(self.limit) > MAX_PAGE:
            raise ValueError(f"limit is {MAX_PAGE} at most")
        for day in (self.since, self.until):
            if day is not None:
                date.fromisoformat(day)
        return self


class AuditEndpoint:
    """Serves the route."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._recorder = Recorder(services)

    def __call__(self, request: Request) -> Response:
        """Answer a page of entries; the reading is recorded before they leave."""
        started = self._services.runtime.clock()
        seen = intake.read(self._services, request.principal())
        unique = self._services.runtime.chance.getrandbits(64)
        facts = Facts(
            what="audit_logs",
            channel=request.route.channel,
            operation_id=f"op_{started:%Y%m%d_%H%M%S}_{unique:016x}",
            correlation_id=request.correlation_id,
            started=started,
            request_digest=digest_of(dict(request.query)),
        )
        try:
            return self._answer(request, seen, facts)
        except StorageError as failure:
            error = WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(failure))
            self._recorder.refuse(seen, replace(facts, error=error))
            raise error from failure
        except WppError as error:
            if error.code is not ErrorCode.AUDIT_UNAVAILABLE:
                self._recorder.refuse(seen, replace(facts, error=error))
            raise

    def _answer(self, request: Request, seen: Snapshot, facts: Facts) -> Response:
        wait = seen.window.user_wait(seen.user_counter, seen.policy)
        if wait is not None:
            raise WppError(ErrorCode.RATE_LIMITED, retry_after=wait)
        parameters = _parameters(request)
        query = AuditQuery(
            user_id=parameters.user_id,
            account=_account(parameters.api, parameters.account_id),
            operation_id=parameters.operation_id,
            agency=parameters.agency,
            since=parameters.since,
            until=parameters.until,
            limit=int(parameters.limit),
            token=parameters.page_token,
        )
        page = find(self._services.audit_logs, seen.caller, query, self._services.runtime.clock)
        body = _body(page)
        if parameters.verify == "true":
            body["chain"] = _chain(self._verified(query, seen))
        counted = seen.window.count_user(seen.caller.user_id, seen.policy)
        try:
            self._recorder.allow(seen, replace(facts, rows=len(page.entries)), [counted])
        except LinkedWriteRefusedError:
            raise WppError(ErrorCode.RATE_LIMITED, retry_after=1) from None
        now = self._services.runtime.clock()
        return Response(
            body
            | {
                "operationId": facts.operation_id,
                "executionTime": round((now - facts.started).total_seconds(), 3),
                "timestamp": iso(now),
            }
        )

    def _verified(self, query: AuditQuery, seen: Snapshot) -> Report:
        if query.account or query.operation_id or query.agency:
            raise WppError(
                ErrorCode.INVALID_REQUEST, "verify goes with userId: a chain is a user's"
            )
        user_id = query.user_id or seen.caller.user_id
        if user_id != seen.caller.user_id and not sees_all(seen.caller):
            # A chain is verified whole, and may hold what a person did for another agency.
            raise WppError(ErrorCode.FORBIDDEN, "This chain is not yours to verify")
        today = seen.at.date()
        since = date.fromisoformat(query.since) if query.since else today - timedelta(days=6)
        until = date.fromisoformat(query.until) if query.until else today
        length = (until - since).days + 1
        if length > MAX_VERIFIED_DAYS:
            raise WppError(
                ErrorCode.INVALID_REQUEST, f"verify {MAX_VERIFIED_DAYS} days at most in one call"
            )
        days = [(since + timedelta(days=number)).isoformat() for number in range(length)]
        verifier = Verifier(self._services.audit_logs, self._services.chain_keys(), today)
        return verifier.users(user_id, days)


def _parameters(request: Request) -> AuditParameters:
    try:
        return AuditParameters.model_validate(dict(request.query))
    except ValidationError as error:
        raise not_valid(error, "query") from None


def _account(api: str, text: str | None) -> str | None:
    return None if text is None else normalise(api_named(api), text).key


def _body(page: AuditPage) -> dict[str, Any]:
    body: dict[str, Any] = {"success": True, "entries": list(page.entries)}
    return body | ({"nextPageToken": page.next_token} if page.next_token else {})


def _chain(report: Report) -> dict[str, Any]:
    return {
        "status": "intact" if report.intact else "broken",
        "entries": report.entries,
        "chains": report.chains,
        "breaks": [
            {"day": b.day, "sequence": b.sequence, "problem": b.problem} for b in report.breaks
        ],
    }
