"""``POST /oauth/token`` and ``POST /oauth/revoke``: what clients call themselves.

Clients are public: they prove with PKCE that a code is theirs, and hold no secret. Access tokens
are the pool's own. A refresh token is the pool's, sealed together with the client it belongs to;
nothing of either is stored here.
"""

from typing import Any, Final

from wpp_mcp.access import pkce
from wpp_mcp.access.opaque import Purpose
from wpp_mcp.access.user_pool import PoolRefusedError, PoolUnavailableError
from wpp_mcp.gateway.messages import Request, Response
from wpp_mcp.sign_in.asked import Asked, scopes_in, written
from wpp_mcp.sign_in.issuing import Granted, Issuing
from wpp_mcp.sign_in.parts import Parts
from wpp_mcp.sign_in.refusals import OAuthError, OAuthErrorName, unavailable
from wpp_mcp.storage.sessions import Kind

_SECRETS: Final = ("client_secret", "client_assertion", "client_assertion_type")


class Tokens:
    """The token and the revocation endpoint."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._issuing = Issuing(parts)
        self._grants = {
            "authorization_code": self._of_code,
            "refresh_token": self._of_refresh_token,
        }

    def issue(self, request: Request) -> Response:
        """Answer ``POST /oauth/token`` (RFC 6749 §5).

        Raises
        ------
        WppError
            No token leaves.
        """
        _check_public(request)
        grant_type = _needed(request, "grant_type")
        grant = self._grants.get(grant_type)
        if grant is None:
            raise OAuthError(OAuthErrorName.UNSUPPORTED_GRANT_TYPE, "grant type")
        granted = grant(request)
        return Response(
            {
                "access_token": granted.tokens.access_token,
                "token_type": "Bearer",
                "expires_in": granted.tokens.expires_in,
                "scope": written(granted.scopes),
                "refresh_token": granted.refresh_token,
            }
        )

    def revoke(self, request: Request) -> Response:
        """Answer ``POST /oauth/revoke`` (RFC 7009): 200 for whatever is no token of the client's.

        Raises
        ------
        WppError
            The request is not one, or the pool does not answer.
        """
        _check_public(request)
        session = self._issuing.opened(_needed(request, "token"))
        if session is not None and session.client_id == _needed(request, "client_id"):
            try:
                self._parts.pool.revoke(session.pool_token)
            except (PoolRefusedError, PoolUnavailableError) as error:
                # For a token that has ended the pool's answer is 200, as ours is.
                raise unavailable(f"the pool: {error}") from error
        return Response({})

    def _of_code(self, request: Request) -> Granted:
        form, records = request.form, self._parts.records
        code = _needed(request, "code")
        # Taken whatever comes with it: a code serves once, right or wrong.
        content = records.take(Kind.CODE, code) if records.find(Kind.CODE, code) else None
        client_id = self._client_id(request)
        if content is None:
            raise _no_grant("the code is unknown, used or too old")
        asked = Asked.of(content)
        wrong = _mismatch(asked, form, client_id)
        if wrong:
            raise _no_grant(wrong)
        self._check_resource(request)
        pool = self._parts.opaque.open(Purpose.POOL_CODE, content["pool"])
        if pool is None:
            raise _no_grant("the pool's code cannot be opened")
        return self._issuing.first(asked, pool, request.correlation_id)

    def _of_refresh_token(self, request: Request) -> Granted:
        client_id = self._client_id(request)
        value = _needed(request, "refresh_token")
        session = self._issuing.opened(value)
        if session is None or session.client_id != client_id:
            raise _no_grant("the refresh token is unknown, too old or another client's")
        self._check_resource(request)
        scope = request.form.get("scope")
        if scope and scopes_in(scope) != session.scopes:
            # The pool cannot give less than was consented to (RFC 6749 §6 would allow it).
            raise OAuthError(OAuthErrorName.INVALID_SCOPE, "another scope than consented to")
        return self._issuing.again(session, value)

    def _client_id(self, request: Request) -> str:
        client_id = _needed(request, "client_id")
        if not self._parts.clients.allowed(client_id):
            raise OAuthError(OAuthErrorName.INVALID_CLIENT, "unknown client")
        return client_id

    def _check_resource(self, request: Request) -> None:
        ours = self._parts.settings.resource_url
        if request.form.get("resource", ours) != ours:
            raise OAuthError(OAuthErrorName.INVALID_TARGET, "resource")


def _check_public(request: Request) -> None:
    """Refuse a client that authenticates: none has a secret here (RFC 6749 §5.2)."""
    given = request.headers.get("authorization")
    if given is not None:
        scheme = "Basic" if given.lower().startswith("basic") else "Bearer"
        raise OAuthError(OAuthErrorName.INVALID_CLIENT, "Authorization header", scheme=scheme)
    if any(name in request.form for name in _SECRETS):
        raise OAuthError(OAuthErrorName.INVALID_CLIENT, "the client sends a secret")


def _mismatch(asked: Asked, form: Any, client_id: str) -> str | None:
    """Return what shows that a code was not given to this client, for the log."""
    if asked.client_id != client_id:
        return "the code is another client's"
    if asked.redirect_uri != form.get("redirect_uri"):
        return "the redirect URI is another"
    if not pkce.proves(form.get("code_verifier", ""), asked.challenge):
        return "the PKCE verifier is another"
    return None


def _needed(request: Request, name: str) -> str:
    value = request.form.get(name)
    if not value:
        raise OAuthError(OAuthErrorName.INVALID_REQUEST, f"no {name}")
    return value


def _no_grant(reason: str) -> OAuthError:
    return OAuthError(OAuthErrorName.INVALID_GRANT, reason)
