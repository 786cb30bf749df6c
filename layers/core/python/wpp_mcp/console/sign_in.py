"""Signing in to the console with a browser, and out again.

Authorization code with PKCE at the user pool. The state serves once, for ten minutes, and only in
the browser that began. What comes of it is a session under a fresh random id; the pool's tokens
are looked at once and forgotten.
"""

import hmac
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from wpp_mcp.access.console_sessions import LIFETIME, ConsoleSessions
from wpp_mcp.access.pkce import challenge_of, unguessable
from wpp_mcp.access.services import Services
from wpp_mcp.access.tokens import KeysUnavailableError, TokenRefusedError
from wpp_mcp.access.user_pool import PoolRefusedError, PoolUnavailableError, UserPool
from wpp_mcp.access.verifying import verifier_of
from wpp_mcp.audit.entry import Action
from wpp_mcp.config import ConsoleSettings
from wpp_mcp.console import places
from wpp_mcp.console.visits import Act, Visits
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.messages import Request, Response
from wpp_mcp.models.caller import Principal, Scope
from wpp_mcp.models.cookies import SESSION_COOKIE, host_cookie, no_cookie
from wpp_mcp.pages.rendering import page, redirect
from wpp_mcp.storage.dynamo import StorageError
from wpp_mcp.storage.sessions import Kind, NotOwnError, Sessions

WITHIN: Final = timedelta(minutes=10)
"""How long a sign-in may take from its first page to the way back."""

BROWSER_COOKIE: Final = "__Host-wpp-sign-in"
SIGN_IN: Final = Act("console_sign_in", Action.WRITE)
SIGN_OUT: Final = Act("console_sign_out", Action.WRITE)


class SignIn:
    """The pages of signing in and out."""

    def __init__(self, services: Services, settings: ConsoleSettings, visits: Visits) -> None:
        runtime = services.runtime
        self._clock, self._chance = runtime.clock, runtime.chance
        self._client_id = settings.client_id
        self._visits = visits
        self._records = Sessions(services.dynamo)
        self._sessions = ConsoleSessions(self._records, settings.console_client_ids)
        self._verifier = verifier_of(runtime, settings)
        self._pool = UserPool(
            runtime,
            settings,
            client_id=settings.client_id,
            redirect_uri=visits.origin + places.SIGNED_IN,
        )

    def begin(self, request: Request) -> Response:
        """``GET /console/sign-in``: on to the pool's page."""
        state, verifier, browser = (unguessable(self._chance) for _ in range(3))
        content = {
            "verifier": verifier,
            "browser": _hash(browser),
            "next": places.allowed(request.fields.get("next")),
        }
        try:
            until = self._clock() + WITHIN
            self._records.remember(Kind.CONSOLE_SIGN_IN, state, content, until)
        except StorageError as error:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error)) from error
        address = self._pool.authorize_url(
            state=state, challenge=challenge_of(verifier), scopes=Scope
        )
        seconds = int(WITHIN.total_seconds())
        return redirect(address, cookies=(host_cookie(BROWSER_COOKIE, browser, seconds=seconds),))

    def finish(self, request: Request) -> Response:
        """``GET /console/callback``: the way back from the pool, with a code."""
        fields = request.fields
        begun = self._begun(fields.get("state", ""), request.cookies.get(BROWSER_COOKIE, ""))
        if "code" not in fields:
            raise _again("The sign-in was not finished", f"the pool says {fields.get('error')}")
        principal = self._principal(fields["code"], begun["verifier"])
        session_id = unguessable(self._chance)
        visit = self._visits.by(request, principal, session_id)
        writes = [self._sessions.beginning(session_id, principal, visit.seen.at)]
        self._visits.done(visit, SIGN_IN, writes)
        seconds = int(LIFETIME.total_seconds())
        cookies = (
            host_cookie(SESSION_COOKIE, session_id, seconds=seconds),
            no_cookie(BROWSER_COOKIE),
        )
        return redirect(places.allowed(begun["next"]), cookies=cookies)

    def sign_out(self, request: Request) -> Response:
        """``POST /console/sign-out``: the session ends here, whoever holds its id."""
        visit = self._visits.of(request)
        self._visits.sent(visit, SIGN_OUT)
        try:
            self._sessions.end(visit.session_id, visit.seen.at)
        except StorageError as error:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error)) from error
        return page("signed_out", cookies=(no_cookie(SESSION_COOKIE),), sign_in=places.SIGN_IN)

    def _begun(self, state: str, browser: str) -> dict[str, str]:
        def mine(begun: Mapping[str, Any]) -> bool:
            return hmac.compare_digest(str(begun["browser"]), _hash(browser))

        try:
            begun = self._records.take_own(Kind.CONSOLE_SIGN_IN, state, self._clock(), mine)
        except NotOwnError:
            raise _again("This sign-in was begun in another browser", "another browser") from None
        except StorageError as error:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error)) from error
        if begun is None:
            raise _again("This sign-in has ended, or was finished before", "unknown state")
        return {name: str(value) for name, value in begun.items()}

    def _principal(self, code: str, verifier: str) -> Principal:
        try:
            tokens = self._pool.exchange(code, verifier)
            principal = self._verifier.verify(tokens.access_token, oma_key=False)
        except PoolRefusedError as error:
            raise _again("The sign-in was not accepted", str(error)) from None
        except PoolUnavailableError as error:
            raise _not_answering(str(error)) from None
        except KeysUnavailableError as error:
            raise _not_answering(str(error)) from None
        except TokenRefusedError as error:
            raise WppError(ErrorCode.UNAUTHENTICATED, reason=str(error)) from None
        if principal.client_id != self._client_id:
            raise WppError(ErrorCode.UNAUTHENTICATED, reason="a token of another client")
        return principal


def _not_answering(reason: str) -> WppError:
    return WppError(
        ErrorCode.STORAGE_UNAVAILABLE,
        "The sign-in service does not answer",
        action="Sign in again in a moment",
        reason=reason,
    )


def _again(message: str, reason: str) -> WppError:
    action = f"Open {places.SIGN_IN} to sign in again"
    return WppError(ErrorCode.INVALID_REQUEST, message, action=action, reason=reason)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
