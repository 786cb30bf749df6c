"""Connecting Google, seeing what is connected, and disconnecting.

The consent at Google is begun by a form, comes back once, within ten minutes, to the session and
the person that began. What is kept of it is encrypted (docs/google-connection.md).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from wpp_mcp.access.google_access import GoogleSecrets, envelope_of
from wpp_mcp.access.pkce import challenge_of, unguessable
from wpp_mcp.access.services import Services
from wpp_mcp.audit.entry import Action
from wpp_mcp.config import ConsoleSettings
from wpp_mcp.console import places
from wpp_mcp.console.visits import Act, Visit, Visits
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.messages import Request, Response
from wpp_mcp.google.connection.envelope import DataKey, Envelope, TokenKind
from wpp_mcp.google.connection.oauth import Consent, GoogleConsent
from wpp_mcp.google.scopes import GOOGLE_SCOPES
from wpp_mcp.models.accounts import Api
from wpp_mcp.pages.rendering import onward
from wpp_mcp.routes import TOOL_ROLES
from wpp_mcp.storage.dynamo import StorageError
from wpp_mcp.storage.google_connections import (
    ConnectionRecord,
    GoogleConnections,
    Sealed,
    Status,
    connection_of,
)
from wpp_mcp.storage.sessions import Kind, NotOwnError, Sessions
from wpp_mcp.tools.registry import products

WITHIN: Final = timedelta(minutes=10)
"""How long a consent may take from the form to the way back."""

CONNECT: Final = Act("google_connect", Action.WRITE)
DISCONNECT: Final = Act("google_disconnect", Action.DELETE)
BY_HAND: Final = "https://myaccount.google.com/permissions"
"""Where a person sees and removes what they have allowed at Google."""


class GooglePages:
    """The pages below ``/console/google``."""

    def __init__(self, services: Services, settings: ConsoleSettings, visits: Visits) -> None:
        self._runtime = services.runtime
        self._log = services.log
        self._visits = visits
        self._records = Sessions(services.dynamo)
        self._envelope: Envelope = envelope_of(services.runtime, settings)
        self._google = GoogleConsent(
            services.runtime,
            GoogleSecrets(services.secrets).client,
            visits.origin + places.CONSENTED,
        )

    def show(self, request: Request) -> Response:
        """``GET /console/google/connect``: what is connected, and the buttons."""
        return self._page(self._visits.of(request))

    def connect(self, request: Request) -> Response:
        """``POST /console/google/connect``: on to Google's consent page."""
        visit = self._visits.of(request)
        self._visits.sent(visit, CONNECT)
        self._require_tools(visit)
        state, verifier = unguessable(self._runtime.chance), unguessable(self._runtime.chance)
        content = {
            "userId": visit.caller.user_id,
            "session": _hash(visit.session_id),
            "verifier": verifier,
        }
        try:
            until = visit.seen.at + WITHIN
            self._records.remember(Kind.GOOGLE_CONSENT, state, content, until)
        except StorageError as error:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error)) from error
        return onward(
            self._google.address(
                scopes=[GOOGLE_SCOPES[api] for api in products()],
                state=state,
                challenge=challenge_of(verifier),
                person=visit.caller.user_id,
            )
        )

    def finish(self, request: Request) -> Response:
        """``GET /console/google/callback``: the way back from Google, with a code."""
        fields = request.fields
        visit = self._visits.of(request)
        verifier = self._begun(visit, fields.get("state", ""))
        self._require_tools(visit)
        if fields.get("error") == "access_denied":
            return self._page(visit, "You did not allow the access at Google: nothing was changed.")
        if "code" not in fields:
            raise _again("Google did not finish the consent", f"Google says {fields.get('error')}")
        # Before Google is asked: without a key nothing could be kept of what it gives.
        key = self._envelope.fresh(visit.caller.user_id)
        consent = self._google.exchange(fields["code"], verifier)
        kept = consent.scopes & {GOOGLE_SCOPES[api] for api in products()}
        if consent.refresh_token is None or not kept:
            if visit.seen.connection is None:
                # Not usable, so it does not stay open either. With a connection it has to: at
                # Google one token's end is the end of all that the person allowed us.
                self._google.revoke(consent.refresh_token or consent.access_token)
            return self._page(visit, _NO_LASTING if kept else _NOTHING_TICKED, lacking=True)
        record = self._encrypted(visit, key, consent, consent.refresh_token, frozenset(kept))
        self._visits.done(visit, CONNECT, [GoogleConnections.connecting(record)])
        return self._page(_with(visit, record), "Google is connected.")

    def disconnect(self, request: Request) -> Response:
        """``POST /console/google/disconnect``: removed here, then ended at Google.

        In this order: from here on no call uses it, whether or not Google answers.
        """
        visit = self._visits.of(request)
        self._visits.sent(visit, DISCONNECT)
        if visit.seen.connection is None:
            return self._page(visit, "Google is not connected.")
        token = self._refresh_token(visit)
        removal = GoogleConnections.disconnecting(visit.caller.user_id)
        self._visits.done(visit, DISCONNECT, [removal])
        ended = token == "" or (token is not None and self._google.revoke(token))
        note = "Google is disconnected." if ended else "Google is disconnected here."
        return self._page(_with(visit, None), note, by_hand=not ended)

    def _require_tools(self, visit: Visit) -> None:
        if visit.caller.role not in TOOL_ROLES:
            error = WppError(
                ErrorCode.FORBIDDEN,
                f"The role {visit.caller.role.value} has no tools that work with Google",
            )
            self._visits.refused(visit, CONNECT, error)
            raise error

    def _begun(self, visit: Visit, state: str) -> str:
        own = {"userId": visit.caller.user_id, "session": _hash(visit.session_id)}

        def mine(begun: Mapping[str, Any]) -> bool:
            return {name: begun.get(name) for name in own} == own

        try:
            begun = self._records.take_own(Kind.GOOGLE_CONSENT, state, visit.seen.at, mine)
        except NotOwnError:
            raise _again("This consent was begun in another session", "another session") from None
        except StorageError as error:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error)) from error
        if begun is None:
            raise _again("This consent has ended, or was finished before", "unknown state")
        return str(begun["verifier"])

    def _encrypted(
        self,
        visit: Visit,
        key: DataKey,
        consent: Consent,
        refresh_token: str,
        scopes: frozenset[str],
    ) -> ConnectionRecord:
        now = self._runtime.clock()
        return ConnectionRecord(
            user_id=visit.caller.user_id,
            version=f"{self._runtime.chance.getrandbits(128):032x}",
            status=Status.ACTIVE,
            scopes=scopes,
            connected_at=now,
            data_key=key.encrypted,
            refresh_token=key.seal(TokenKind.REFRESH, refresh_token),
            access=Sealed(
                token=key.seal(TokenKind.ACCESS, consent.access_token), until=now + consent.lasts
            ),
        )

    def _refresh_token(self, visit: Visit) -> str | None:
        """Return what to end at Google: empty where it has ended, ``None`` where it is unknown."""
        try:
            record = _record_of(visit)
            if record is None or record.refresh_token is None:
                return ""
            key = self._envelope.opened(record.user_id, record.data_key)
            return key.open(TokenKind.REFRESH, record.refresh_token)
        except WppError as error:
            # The connection goes all the same; only Google does not hear of it.
            self._log.error("connection not opened to be ended", extra={"reason": error.reason})
            return None

    def _page(
        self, visit: Visit, note: str = "", *, lacking: bool = False, by_hand: bool = False
    ) -> Response:
        try:
            record = _record_of(visit)
        except WppError as error:
            self._log.error("connection not shown", extra={"reason": error.reason})
            record, note = None, note or _DAMAGED
        held = record.scopes if record else frozenset()
        return self._visits.page(
            visit,
            "google_connection",
            note=note,
            may_connect=visit.caller.role in TOOL_ROLES,
            role=visit.caller.role.value,
            stored=visit.seen.connection is not None,
            ended=record is not None and record.status is Status.REVOKED,
            since=_day(record.connected_at) if record else "",
            working=[_NAMES[api] for api in products() if GOOGLE_SCOPES[api] in held],
            lacking=[_NAMES[api] for api in products() if GOOGLE_SCOPES[api] not in held],
            explain=lacking,
            by_hand=BY_HAND if by_hand else "",
            permissions=BY_HAND,
            connect=places.HOME,
            disconnect=places.DISCONNECT,
        )


_NAMES: Final = {
    Api.GOOGLE_ADS: "Google Ads",
    Api.ANALYTICS: "Google Analytics",
    Api.SEARCH_CONSOLE: "Search Console",
}
_NO_LASTING: Final = "Google gave no lasting access, so nothing was stored."
_NOTHING_TICKED: Final = "No product was ticked at Google, so nothing was stored."
_DAMAGED: Final = "What is stored of your connection cannot be read. Connect Google again."


def _record_of(visit: Visit) -> ConnectionRecord | None:
    if visit.seen.connection is None:
        return None
    try:
        return connection_of(visit.seen.connection)
    except StorageError as error:
        raise WppError(ErrorCode.INTERNAL, reason=str(error)) from error


def _with(visit: Visit, record: ConnectionRecord | None) -> Visit:
    """Return the visit as it stands after a change."""
    key = GoogleConnections.key(visit.caller.user_id).attributes()
    item = None if record is None else {**key, **record.item()}
    return replace(visit, seen=replace(visit.seen, connection=item))


def _again(message: str, reason: str) -> WppError:
    action = f"Open {places.HOME} and connect Google again"
    return WppError(ErrorCode.INVALID_REQUEST, message, action=action, reason=reason)


def _day(moment: datetime) -> str:
    return f"{moment:%d %B %Y, %H:%M} UTC"


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
