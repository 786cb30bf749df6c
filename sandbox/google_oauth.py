"""Google's OAuth endpoints, as far as the product uses them: consent, token, revocation.

Checks what Google checks: the one client, its exact redirect URI, known scopes, PKCE, codes that
serve once. Tokens of the sandbox say so, so that nobody takes one for real. ``1//sandbox-`` and a
user's key is a refresh token that always works; others come from a consent, and end with it.
"""

import base64
import hmac
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from sandbox.clock import SandboxClock
from sandbox.faults import Calls, FaultKind, Faults
from sandbox.google_consent import Client, consent_page
from sandbox.world import World
from wpp_mcp.models.time import iso, parse_iso

TARGET: Final = "google-oauth:token"
REVOKE: Final = "google-oauth:revoke"
REFRESH: Final = "1//sandbox-"
LIFETIME: Final = timedelta(seconds=3599)
CODE_LIFETIME: Final = timedelta(minutes=5)
_FAULTS: Final = {
    FaultKind.UNAVAILABLE: (HTTPStatus.SERVICE_UNAVAILABLE, "temporarily_unavailable"),
    FaultKind.THROTTLED: (HTTPStatus.TOO_MANY_REQUESTS, "rate_limit_exceeded"),
    FaultKind.TIMEOUT: (HTTPStatus.GATEWAY_TIMEOUT, "internal_failure"),
    FaultKind.TIMEOUT_AFTER_APPLY: (HTTPStatus.GATEWAY_TIMEOUT, "internal_failure"),
    FaultKind.DENIED: (HTTPStatus.UNAUTHORIZED, "invalid_client"),
    FaultKind.AUTH_EXPIRED: (HTTPStatus.BAD_REQUEST, "invalid_grant"),
}

Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Consent:
    """What a user allowed: behind a code, a refresh token, or an access token."""

    user: str
    scopes: tuple[str, ...]
    until: datetime
    offline: bool = True
    challenge: str = ""


class GoogleOAuth:
    """Answers Google's consent page, ``/token`` and ``/revoke``.

    Attributes
    ----------
    rotates
        Whether a refresh token is replaced by a new one when it is used.
    """

    def __init__(
        self, world: World, clock: SandboxClock, client: Client, *, faults: Faults, calls: Calls
    ) -> None:
        self.rotates = False
        self._world = world
        self._clock = clock
        self._client = client
        self._faults = faults
        self._calls = calls
        self._lock = threading.Lock()
        self._codes: dict[str, _Consent] = {}
        self._refresh: dict[str, _Consent] = {}
        self._access: dict[str, _Consent] = {}
        world.has_ended = self._has_ended
        world.scopes_of = self._scopes_of

    def page(self, request: Mapping[str, str]) -> str:
        """Return the page on which a person chooses the Google user and ticks scopes.

        Raises
        ------
        PageError
            The client, its redirect URI or something that it asks for is not right.
        """
        self._client.check(request)
        return consent_page(request, self._world.users.values())

    def decide(self, form: Mapping[str, str]) -> str:
        """Return where the browser goes after the choice.

        Raises
        ------
        PageError
            As `page`.
        """
        self._client.check(form)
        state = {"state": form["state"]} if "state" in form else {}
        if form.get("answer") != "allow" or form.get("user") not in self._world.users:
            return f"{form['redirect_uri']}?{urlencode({'error': 'access_denied', **state})}"
        code = f"4/sandbox-{secrets.token_urlsafe(24)}"
        ticked = tuple(scope for scope in form["scope"].split() if scope in form)
        consent = _Consent(
            user=form["user"],
            scopes=ticked,
            until=self._clock() + CODE_LIFETIME,
            offline=form.get("access_type") == "offline",
            challenge=form["code_challenge"],
        )
        with self._lock:
            self._codes[code] = consent
        answer = {"code": code, "scope": " ".join(ticked), **state}
        return f"{form['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: Mapping[str, str]) -> Answer:
        """Answer ``POST /token``."""
        self._calls.count(TARGET)
        fault = self._faults.take(TARGET)
        if fault is not None:
            return _refusal(*_FAULTS[fault])
        if not self._client.proves(form):
            return _refusal(HTTPStatus.UNAUTHORIZED, "invalid_client")
        kinds = {"authorization_code": self._of_code, "refresh_token": self._of_refresh}
        answer = kinds.get(form.get("grant_type", ""))
        if answer is None:
            return _refusal(HTTPStatus.BAD_REQUEST, "unsupported_grant_type")
        return answer(form)

    def revoke(self, form: Mapping[str, str]) -> Answer:
        """Answer ``POST /revoke``: any token ends all that its user allowed."""
        self._calls.count(REVOKE)
        fault = self._faults.take(REVOKE)
        if fault is not None:
            return _refusal(*_FAULTS[fault])
        token = form.get("token", "")
        with self._lock:
            held = self._refresh.get(token) or self._access.get(token)
        if held is None:
            return _refusal(HTTPStatus.BAD_REQUEST, "invalid_token")
        self.remove_access(held.user)
        return HTTPStatus.OK, {}

    def remove_access(self, user: str) -> None:
        """End all that a user allowed, as the page of their Google account does."""
        with self._lock:
            self._refresh = {t: c for t, c in self._refresh.items() if c.user != user}
            ended = {t: replace(c, until=self._clock()) for t, c in self._access.items()}
            self._access |= {t: c for t, c in ended.items() if c.user == user}

    def saved(self) -> dict[str, Any]:
        """Return the consents that stand, ready for JSON."""
        with self._lock:
            return {
                kind: {
                    token: {"user": c.user, "scopes": list(c.scopes), "until": iso(c.until)}
                    for token, c in held.items()
                }
                for kind, held in (("refresh", self._refresh), ("access", self._access))
            }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Take the consents of an earlier sandbox."""
        for kind, held in (("refresh", self._refresh), ("access", self._access)):
            for token, c in saved.get(kind, {}).items():
                held[token] = _Consent(c["user"], tuple(c["scopes"]), parse_iso(c["until"]))

    def _of_code(self, form: Mapping[str, str]) -> Answer:
        with self._lock:
            consent = self._codes.pop(form.get("code", ""), None)
        proof = sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        if (
            consent is None
            or consent.until <= self._clock()
            or form.get("redirect_uri") != self._client.redirect_uri
            or not hmac.compare_digest(consent.challenge, challenge)
        ):
            return _refusal(HTTPStatus.BAD_REQUEST, "invalid_grant")
        refresh = {"refresh_token": self._new_refresh(consent)} if consent.offline else {}
        return HTTPStatus.OK, {**self._access_token(consent), **refresh}

    def _of_refresh(self, form: Mapping[str, str]) -> Answer:
        token = form.get("refresh_token", "")
        key = token.removeprefix(REFRESH)
        if key != token and key in self._world.users:
            scopes = ("https://www.googleapis.com/auth/adwords",)
            answer = self._access_token(_Consent(key, scopes, self._clock()))
            return HTTPStatus.OK, {**answer, "access_token": self._world.google_token(key)}
        with self._lock:
            consent = self._refresh.get(token)
        if consent is None:
            return _refusal(HTTPStatus.BAD_REQUEST, "invalid_grant")
        rotated = {}
        if self.rotates:
            rotated = {"refresh_token": self._new_refresh(consent)}
            with self._lock:
                self._refresh.pop(token, None)
        return HTTPStatus.OK, {**self._access_token(consent), **rotated}

    def _new_refresh(self, consent: _Consent) -> str:
        token = f"{REFRESH}{secrets.token_urlsafe(24)}"
        with self._lock:
            self._refresh[token] = consent
        return token

    def _access_token(self, consent: _Consent) -> dict[str, Any]:
        token = f"{self._world.google_token(consent.user)}~{secrets.token_urlsafe(12)}"
        with self._lock:
            self._access[token] = replace(consent, until=self._clock() + LIFETIME)
        return {
            "access_token": token,
            "expires_in": int(LIFETIME.total_seconds()),
            "scope": " ".join(consent.scopes),
            "token_type": "Bearer",
        }

    def _scopes_of(self, token: str) -> frozenset[str] | None:
        with self._lock:
            issued = self._access.get(token)
        return None if issued is None else frozenset(issued.scopes)

    def _has_ended(self, token: str) -> bool:
        with self._lock:
            issued = self._access.get(token)
        return "~" in token and (issued is None or issued.until <= self._clock())


def _refusal(status: int, error: str) -> Answer:
    return status, {"error": error, "error_description": error.replace("_", " ")}
