"""From the pool's tokens to ours to give: verified, for a person who may, and recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from wpp_mcp.access import intake
from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.opaque import Purpose
from wpp_mcp.access.recording import Facts, Recorder, new_operation_id
from wpp_mcp.access.tokens import KeysUnavailableError, TokenRefusedError, scope_names
from wpp_mcp.access.user_pool import PoolRefusedError, PoolTokens, PoolUnavailableError
from wpp_mcp.audit.entry import Action
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.caller import Channel, Principal, Scope
from wpp_mcp.sign_in.asked import Asked, scopes_in, written
from wpp_mcp.sign_in.parts import SESSION_LIFETIME, Parts
from wpp_mcp.sign_in.refusals import OAuthError, OAuthErrorName, unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a refresh token of ours holds.

    Parameters
    ----------
    pool_token
        The pool's own refresh token.
    until
        When the person has to sign in again, whatever the pool rotates meanwhile.
    """

    pool_token: str = field(repr=False)
    client_id: str
    scopes: frozenset[Scope]
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What a client gets."""

    tokens: PoolTokens
    scopes: frozenset[Scope]
    refresh_token: str = field(repr=False)


class Issuing:
    """Lets tokens leave, or not."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._recorder = Recorder(parts.services)

    def first(self, asked: Asked, pool: Mapping[str, Any], correlation_id: str) -> Granted:
        """Return the tokens of a sign-in that a client has proved to be its own.

        Raises
        ------
        WppError
            The pool, the person or the audit does not stand behind it. What the pool had issued
            is revoked again.
        """
        started = self._parts.runtime.clock()
        try:
            tokens = self._parts.pool.exchange(pool["code"], pool["verifier"])
        except (PoolRefusedError, PoolUnavailableError) as error:
            raise _of_pool(error) from error
        try:
            if tokens.refresh_token is None:
                raise unavailable("the pool gives no refresh token")
            seen = self._person(tokens, asked.client_id, asked.scopes)
            session = Session(
                pool_token=tokens.refresh_token,
                client_id=asked.client_id,
                scopes=seen.caller.scopes,
                until=started + SESSION_LIFETIME,
            )
            # The entry last: it says that tokens left.
            granted = self._granted(tokens, seen, self._sealed(session))
            self._record(seen, started, correlation_id)
            return granted
        except Exception:
            self._take_back(tokens)
            raise

    def again(self, session: Session, value: str) -> Granted:
        """Return fresh tokens of a session; ``value`` is the refresh token that opened it.

        Raises
        ------
        WppError
            The pool or the person does not stand behind it any more.
        """
        try:
            tokens = self._parts.pool.refresh(session.pool_token)
        except (PoolRefusedError, PoolUnavailableError) as error:
            raise _of_pool(error) from error
        seen = self._person(tokens, session.client_id, session.scopes)
        if tokens.refresh_token is not None:
            value = self._sealed(replace(session, pool_token=tokens.refresh_token))
        return self._granted(tokens, seen, value)

    def opened(self, value: str) -> Session | None:
        """Return the session behind a refresh token, or ``None`` for whatever is none of ours."""
        content = self._parts.opaque.open(Purpose.REFRESH_TOKEN, value)
        if content is None:
            return None
        return Session(
            pool_token=content["token"],
            client_id=content["client"],
            scopes=scopes_in(content["scope"]) or frozenset(),
            until=datetime.fromtimestamp(content["until"], UTC),
        )

    def _sealed(self, session: Session) -> str:
        content = {
            "token": session.pool_token,
            "client": session.client_id,
            "scope": written(session.scopes),
            "until": int(session.until.timestamp()),
        }
        return self._parts.opaque.seal(Purpose.REFRESH_TOKEN, content, session.until)

    @staticmethod
    def _granted(tokens: PoolTokens, seen: Snapshot, refresh_token: str) -> Granted:
        return Granted(tokens=tokens, scopes=seen.caller.scopes, refresh_token=refresh_token)

    def _person(self, tokens: PoolTokens, client_id: str, consented: frozenset[Scope]) -> Snapshot:
        """Read who signed in, once the token says nothing that was not consented to."""
        principal = self._principal(tokens, consented)
        try:
            # In the audit stands who asked, not the one client that we are at the pool.
            return intake.read(self._parts.services, replace(principal, client_id=client_id))
        except WppError as error:
            if error.code is not ErrorCode.UNAUTHENTICATED:
                raise
            raise OAuthError(OAuthErrorName.INVALID_GRANT, f"person: {error.reason}") from error

    def _principal(self, tokens: PoolTokens, consented: frozenset[Scope]) -> Principal:
        try:
            principal = self._parts.verifier.verify(tokens.access_token, oma_key=False)
        except KeysUnavailableError as error:
            raise unavailable(str(error)) from error
        except TokenRefusedError as error:
            raise OAuthError(OAuthErrorName.INVALID_GRANT, f"pool's token: {error}") from error
        if principal.client_id != self._parts.settings.sign_in_client_id:
            raise OAuthError(OAuthErrorName.INVALID_GRANT, "pool's token: another client's")
        # By name: the token leaves as it is, with scopes that only others understand.
        named = scope_names(tokens.access_token)
        if not principal.scopes or not named <= {scope.value for scope in consented}:
            raise OAuthError(OAuthErrorName.INVALID_GRANT, "pool's token: other scopes")
        return principal

    def _record(self, seen: Snapshot, started: datetime, correlation_id: str) -> None:
        """Write the entry of a sign-in: without one no token leaves.

        Raises
        ------
        WppError
            ``AUDIT_UNAVAILABLE``.
        """
        facts = Facts(
            what="sign_in",
            channel=Channel.PERSON,
            action=Action.WRITE,
            operation_id=new_operation_id(self._parts.runtime, seen.at),
            correlation_id=correlation_id,
            started=started,
        )
        self._recorder.allow(seen, facts, [])

    def _take_back(self, tokens: PoolTokens) -> None:
        """Revoke what nobody will hold. Where that fails, it ends by itself."""
        if tokens.refresh_token is None:
            return
        try:
            self._parts.pool.revoke(tokens.refresh_token)
        except (PoolRefusedError, PoolUnavailableError) as error:
            self._parts.services.log.warning("not taken back", extra={"reason": str(error)})


def _of_pool(error: PoolRefusedError | PoolUnavailableError) -> WppError:
    if isinstance(error, PoolRefusedError):
        return OAuthError(OAuthErrorName.INVALID_GRANT, f"the pool: {error}")
    return unavailable(f"the pool: {error}")
