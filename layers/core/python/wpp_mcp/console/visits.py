"""What the pages of the console share: who is there, from which session, and what they did."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from wpp_mcp.access import intake
from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import BLOCKING, Facts, Recorder, new_operation_id
from wpp_mcp.access.services import Services
from wpp_mcp.audit.entry import Action
from wpp_mcp.audit.trail import LinkedWriteRefusedError
from wpp_mcp.config import ConsoleSettings
from wpp_mcp.console import places
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.form_tokens import check_form, form_token
from wpp_mcp.gateway.messages import Request, Response
from wpp_mcp.models.caller import Caller, Principal
from wpp_mcp.models.cookies import SESSION_COOKIE
from wpp_mcp.pages.rendering import page
from wpp_mcp.storage.dynamo import Key, StorageError, Write


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a person does in the console, as the audit names it."""

    name: str
    action: Action


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a person whom the directory knows and has not disabled."""

    request: Request
    session_id: str = field(repr=False)
    seen: Snapshot

    @property
    def caller(self) -> Caller:
        """Who it is."""
        return self.seen.caller


class Visits:
    """Receives people, and records what they did."""

    def __init__(self, services: Services, settings: ConsoleSettings) -> None:
        self.origin = settings.resource_url.removesuffix("/mcp")
        self._services = services
        self._recorder = Recorder(services)

    def of(self, request: Request, extra: Sequence[Key] = ()) -> Visit:
        """Return the visit of a request that came with a session.

        Parameters
        ----------
        extra
            What else to read with the person, in the same storage call.

        Raises
        ------
        WppError
            ``UNAUTHENTICATED`` for a person who is disabled or gone, ``STORAGE_UNAVAILABLE``.
        """
        session_id = request.cookies.get(SESSION_COOKIE, "")
        return self.by(request, request.principal(), session_id, extra)

    def by(
        self,
        request: Request,
        principal: Principal,
        session_id: str,
        extra: Sequence[Key] = (),
    ) -> Visit:
        """Return the visit of a principal.

        Raises
        ------
        WppError
            As `of`.
        """
        seen = intake.read(self._services, principal, with_connection=True, extra=extra)
        return Visit(request, session_id, seen)

    def sent(self, visit: Visit, act: Act) -> None:
        """Check the form of a visit; a refusal is recorded.

        Raises
        ------
        WppError
            ``FORBIDDEN``.
        """
        try:
            check_form(visit.request, visit.session_id, self.origin)
        except WppError as error:
            self.refused(visit, act, error)
            raise

    def done(self, visit: Visit, act: Act, writes: Sequence[Write]) -> None:
        """Write what an act changes together with its audit entry: all or nothing.

        Raises
        ------
        WppError
            ``RATE_LIMITED``, ``CONFLICT`` where a write did not hold, ``AUDIT_UNAVAILABLE``.
        """
        seen = visit.seen
        counted = seen.window.count_user(seen.caller.user_id, seen.policy)
        try:
            self._recorder.allow(seen, self._facts(visit, act), [counted, *writes])
        except LinkedWriteRefusedError as refused:
            limited = WppError(ErrorCode.RATE_LIMITED, retry_after=1)
            error = limited if refused.index == 0 else WppError(ErrorCode.CONFLICT)
            self.refused(visit, act, error)
            raise error from None

    def refused(self, visit: Visit, act: Act, error: WppError) -> None:
        """Record that an act was refused by a rule of ours.

        Raises
        ------
        WppError
            ``AUDIT_UNAVAILABLE`` or ``STORAGE_UNAVAILABLE``.
        """
        if error.code not in BLOCKING:
            return
        try:
            self._recorder.refuse(visit.seen, self._facts(visit, act, error))
        except StorageError as failure:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(failure)) from failure

    def page(self, visit: Visit, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a page with what every page of a session has: the name, and the way out."""
        return page(
            template,
            status=status,
            person=visit.caller.name,
            form_token=form_token(visit.session_id),
            sign_out=places.SIGN_OUT,
            **values,
        )

    def _facts(self, visit: Visit, act: Act, error: WppError | None = None) -> Facts:
        return Facts(
            what=act.name,
            channel=visit.request.route.channel,
            action=act.action,
            operation_id=new_operation_id(self._services.runtime, visit.seen.at),
            correlation_id=visit.request.correlation_id,
            started=visit.seen.at,
            error=error,
        )
