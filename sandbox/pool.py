"""The user pool's hosted sign-in, as far as the product uses it: authorize, token, revoke.

Checks what Cognito checks: a known client, one of its exact redirect URIs, scopes that it may
have, PKCE with S256, codes that serve once. A page lets the developer choose who signs in. What a
token says about the person comes from the product's trigger (`sandbox.pool_trigger`).
"""

import base64
import hmac
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from html import escape
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from sandbox.clock import SandboxClock
from sandbox.faults import Calls, FaultKind, Faults
from sandbox.issuer import LIFETIME, Issuer
from sandbox.pool_trigger import (
    REFRESH,
    SIGN_IN,
    Granted,
    Invoke,
    PoolUser,
    TriggerRefusedError,
    granted,
)
from sandbox.roles import PoolClient
from sandbox.world import World
from wpp_mcp.models.caller import Scope

TARGET: Final = "cognito:Token"
CODE_LIFETIME: Final = timedelta(minutes=5)
REFRESH_LIFETIME: Final = timedelta(days=30)
RETRY_GRACE: Final = timedelta(seconds=60)
"""How long a refresh token that was exchanged serves on, for a client that lost the answer."""

Answer = tuple[int, dict[str, Any]]


class PageError(Exception):
    """The request cannot be answered with a redirect; the text is for the person."""


@dataclass(frozen=True, slots=True)
class _Grant:
    client_id: str
    user: str
    scopes: tuple[str, ...]
    says: Granted
    resource: str | None
    until: datetime
    redirect_uri: str = ""
    challenge: str = ""
    family: str = ""


class UserPool:
    """Signs people in for its app clients.

    Parameters
    ----------
    trigger
        Runs the function that says what an access token says.

    Attributes
    ----------
    users
        What stands in the pool about each person, by the sandbox's name of them.
    """

    def __init__(
        self,
        issuer: Issuer,
        world: World,
        clock: SandboxClock,
        clients: Mapping[str, PoolClient],
        *,
        trigger: Invoke,
        faults: Faults,
        calls: Calls,
    ) -> None:
        self._issuer = issuer
        self._world = world
        self._clock = clock
        self._clients = clients
        self._trigger = trigger
        self.users = {key: PoolUser.of(user) for key, user in world.users.items()}
        self._faults = faults
        self._calls = calls
        self._lock = threading.Lock()
        self._codes: dict[str, _Grant] = {}
        self._refresh: dict[str, _Grant] = {}

    def page(self, request: Mapping[str, str]) -> str:
        """Return the page on which the developer chooses who signs in.

        Raises
        ------
        PageError
            The client or its redirect URI is unknown.
        """
        self._known(request)
        hidden = "".join(
            f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">'
            for n, v in request.items()
        )
        people = "".join(
            f'<p><button name="as" value="{escape(key)}">{escape(key)}</button>'
            f" {escape(user.name)}, {escape(user.role)} of {escape(user.agency)}</p>"
            for key, user in self._world.users.items()
        )
        return (
            "<!doctype html><html lang=en><meta charset=utf-8><title>Sandbox sign-in</title>"
            "<h1>Who signs in?</h1><p>The sandbox plays the company's sign-in page."
            f"<form method=post action=login>{hidden}{people}</form>"
        )

    def sign_in(self, request: Mapping[str, str]) -> str:
        """Return where the browser goes after a choice.

        Raises
        ------
        PageError
            As `page`, and where nobody of that name works here.
        """
        client = self._known(request)
        asked = {name for name in request.get("scope", "").split(" ") if name}
        scopes = tuple(scope for scope in Scope if scope in client.scopes and scope.value in asked)
        if request.get("response_type") != "code":
            return _back(request, error="unsupported_response_type")
        if len(scopes) != len(asked):
            return _back(request, error="invalid_scope")
        if request.get("code_challenge_method") != "S256" or not request.get("code_challenge"):
            return _back(request, error="invalid_request")
        if request.get("as", "") not in self._world.users:
            raise PageError("nobody of that name works here")
        names = tuple(scope.value for scope in scopes or client.scopes)
        try:
            says = self._says(SIGN_IN, request["client_id"], request["as"], names)
        except TriggerRefusedError as error:
            text = f"PreTokenGeneration failed with error {error}."
            return _back(request, error="invalid_request", error_description=text)
        code = f"sandbox-code-{secrets.token_urlsafe(24)}"
        grant = _Grant(
            client_id=request["client_id"],
            user=request["as"],
            scopes=names,
            says=says,
            resource=request.get("resource"),
            until=self._clock() + CODE_LIFETIME,
            redirect_uri=request["redirect_uri"],
            challenge=request["code_challenge"],
            family=code,
        )
        with self._lock:
            self._codes[code] = grant
        return _back(request, code=code)

    def token(self, form: Mapping[str, str]) -> Answer:
        """Answer ``POST /oauth2/token``."""
        self._calls.count(TARGET)
        fault = self._faults.take(TARGET)
        if fault is FaultKind.DENIED:
            return _refusal("invalid_grant")
        if fault is not None:
            return HTTPStatus.SERVICE_UNAVAILABLE, {"message": "ordered fault"}
        if form.get("client_id") not in self._clients:
            return _refusal("invalid_client")
        kinds = {"authorization_code": self._of_code, "refresh_token": self._of_refresh}
        answer = kinds.get(form.get("grant_type", ""))
        return answer(form) if answer else _refusal("unsupported_grant_type")

    def revoke(self, form: Mapping[str, str]) -> Answer:
        """Answer ``POST /oauth2/revoke``: 200 for whatever is no valid token any more.

        Every refresh token of the same sign-in ends.
        """
        with self._lock:
            held = self._refresh.get(form.get("token", ""))
            if held is not None and held.client_id == form.get("client_id"):
                kept = {t: g for t, g in self._refresh.items() if g.family != held.family}
                self._refresh = kept
        return HTTPStatus.OK, {}

    def _known(self, request: Mapping[str, str]) -> PoolClient:
        client = self._clients.get(request.get("client_id", ""))
        if client is None:
            raise PageError("no such client")
        if request.get("redirect_uri") not in client.redirect_uris:
            raise PageError("redirect_mismatch")
        return client

    def _of_code(self, form: Mapping[str, str]) -> Answer:
        with self._lock:
            grant = self._codes.pop(form.get("code", ""), None)
        proof = sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        if (
            grant is None
            or grant.until <= self._clock()
            or grant.client_id != form["client_id"]
            or grant.redirect_uri != form.get("redirect_uri")
            or not hmac.compare_digest(grant.challenge, challenge)
        ):
            return _refusal("invalid_grant")
        return self._tokens(grant, self._clock() + REFRESH_LIFETIME)

    def _of_refresh(self, form: Mapping[str, str]) -> Answer:
        """Exchange a refresh token, and rotate it as the pool's client is set up to."""
        offered = form.get("refresh_token", "")
        with self._lock:
            grant = self._refresh.get(offered)
        if (
            grant is None
            or grant.until <= self._clock()
            or grant.client_id != form["client_id"]
            or self._world.users[grant.user].status == "disabled"
        ):
            return _refusal("invalid_grant")
        try:
            says = self._says(REFRESH, grant.client_id, grant.user, grant.scopes)
        except TriggerRefusedError:
            return _refusal("invalid_grant")
        with self._lock:
            grace = min(grant.until, self._clock() + RETRY_GRACE)
            self._refresh[offered] = replace(grant, until=grace)
        return self._tokens(replace(grant, says=says), grant.until)

    def _says(self, source: str, client_id: str, user: str, scopes: tuple[str, ...]) -> Granted:
        return granted(self._trigger, source, client_id, self.users[user], scopes)

    def _tokens(self, grant: _Grant, until: datetime) -> Answer:
        claims = self._issuer.bare(grant.user, grant.client_id, grant.says.scopes)
        claims |= grant.says.claims
        if grant.resource is not None:
            claims["aud"] = grant.resource
        refresh = f"sandbox-refresh-{secrets.token_urlsafe(24)}"
        with self._lock:
            self._refresh[refresh] = replace(grant, until=until)
        return HTTPStatus.OK, {
            "refresh_token": refresh,
            "access_token": self._issuer.sign(claims),
            "expires_in": int(LIFETIME.total_seconds()),
            "token_type": "Bearer",
        }


def _back(request: Mapping[str, str], **answer: str) -> str:
    state = {"state": request["state"]} if "state" in request else {}
    return f"{request['redirect_uri']}?{urlencode({**answer, **state})}"


def _refusal(error: str) -> Answer:
    return HTTPStatus.BAD_REQUEST, {"error": error}
