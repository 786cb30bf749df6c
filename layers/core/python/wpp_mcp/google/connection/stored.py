"""The access token of a stored connection: used while it lives, renewed before it ends.

One renewal at a time over all processes: who wants to renew first writes a lease into the record,
on the version that was read. Everybody else goes on with the token that still lives, or waits.
"""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from aws_lambda_powertools import Logger

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.call import GoogleCall, OAuthClient
from wpp_mcp.google.connection.envelope import Envelope, TokenKind
from wpp_mcp.google.connection.memory import OpenedTokens
from wpp_mcp.google.exchange import Refreshed, refreshed
from wpp_mcp.google.retries import repeat_read
from wpp_mcp.runtime import Runtime
from wpp_mcp.storage.dynamo import StorageError
from wpp_mcp.storage.google_connections import (
    ConnectionRecord,
    GoogleConnections,
    ReplacedError,
    Sealed,
    Status,
    connection_of,
)
from wpp_mcp.storage.items import Item

RENEW_AHEAD: Final = timedelta(minutes=5)
"""How long before its end an access token is renewed."""

LEASE: Final = timedelta(seconds=15)
"""How long nobody else renews. Longer than three tries; after a crash the next call takes over."""

_ONE_TRY_SECONDS: Final = 3.0
_SPARE_SECONDS: Final = 0.5
_FIRST_PAUSE_SECONDS: Final = 0.2
_LONGEST_PAUSE_SECONDS: Final = 2.0
_PASSING: Final = frozenset(
    {ErrorCode.GOOGLE_UNAVAILABLE, ErrorCode.STORAGE_UNAVAILABLE, ErrorCode.DEADLINE_EXCEEDED}
)
"""Failures of a renewal that say nothing about the token that still lives."""


@dataclass(frozen=True, slots=True)
class Need:
    """Whose token is needed, and for what.

    Parameters
    ----------
    product, scope
        The Google product, and the OAuth scope that it asks for.
    """

    user_id: str
    product: str
    scope: str


class StoredConnections:
    """Gives calls their token from the stored connections.

    Parameters
    ----------
    client
        Returns the server's own client at Google; asked when there is a token to renew.
    connect_url
        The page on which a person connects Google; errors name it.
    """

    def __init__(
        self,
        runtime: Runtime,
        connections: GoogleConnections,
        envelope: Envelope,
        *,
        client: Callable[[], OAuthClient],
        connect_url: str,
        log: Logger,
    ) -> None:
        self._clock, self._chance = runtime.clock, runtime.chance
        self._connections = connections
        self._envelope = envelope
        self._client = client
        self._connect_url = connect_url
        self._log = log
        self._memory = OpenedTokens()

    def tokens(self, need: Need, item: Item | None) -> "StoredTokens":
        """Return the token source of one call.

        Parameters
        ----------
        item
            The connection's record as it was read on this very call, ``None`` where there is none.
        """
        return StoredTokens(self, need, item)

    def token(
        self, call: GoogleCall, need: Need, record: ConnectionRecord | None
    ) -> tuple[ConnectionRecord, str]:
        """Return the access token for a call, and the record that it comes from.

        Raises
        ------
        WppError
            ``GOOGLE_AUTH_EXPIRED`` where there is no connection, Google has ended it, or it does
            not include the product; ``GOOGLE_UNAVAILABLE``; ``STORAGE_UNAVAILABLE``; ``INTERNAL``
            where the record does not open.
        StorageError
            DynamoDB did not answer.
        """
        waited = 0
        while True:
            held = self._usable(need, record)
            now = self._clock()
            alive = held.access is not None and now < held.access.until
            early = held.access is not None and now < held.access.until - RENEW_AHEAD
            leased = held.renewal_until is not None and now < held.renewal_until
            if early or (alive and leased):
                return held, self._opened(held)
            try:
                if not leased:
                    return self._renewed(call, held, alive=alive)
                waited += 1
                record = self._after_waiting(call, held, waited)
            except ReplacedError as other:
                record = other.record

    def refused(self, record: ConnectionRecord) -> WppError:
        """Return what to say of a token that Google did not take, and let the next call renew it.

        The person may have ended the consent at Google, which we learn no other way.
        """
        self._memory.forget(record.user_id)
        with suppress(ReplacedError, StorageError):
            self._connections.replace(record, replace(record, version=self._version(), access=None))
        return WppError(
            ErrorCode.GOOGLE_AUTH_EXPIRED,
            action=f"Call again; if it stays, reconnect Google at {self._connect_url}",
            reason="Google does not take the stored access token",
        )

    def forget(self, user_id: str) -> None:
        """Forget what this process has opened of a person without a connection."""
        self._memory.forget(user_id)

    def _usable(self, need: Need, record: ConnectionRecord | None) -> ConnectionRecord:
        if record is None:
            self.forget(need.user_id)
            raise WppError(
                ErrorCode.GOOGLE_AUTH_EXPIRED,
                "No Google token came with the call, and Google is not connected",
                action=f"Connect Google at {self._connect_url},"
                " or send an access token in X-Google-Access-Token",
            )
        if record.status is not Status.ACTIVE or record.refresh_token is None:
            raise self._ended("the connection was ended at Google")
        if need.scope not in record.scopes:
            raise WppError(
                ErrorCode.GOOGLE_AUTH_EXPIRED,
                f"The Google connection does not include {need.product}",
                action=f"Reconnect Google at {self._connect_url} and allow {need.product}",
            )
        return record

    def _opened(self, record: ConnectionRecord) -> str:
        known = self._memory.of(record, self._clock())
        if known is not None:
            return known
        if record.access is None:
            raise WppError(ErrorCode.INTERNAL, reason="no access token to open")
        key = self._envelope.opened(record.user_id, record.data_key)
        token = key.open(TokenKind.ACCESS, record.access.token)
        self._memory.keep(record, token)
        return token

    def _renewed(
        self, call: GoogleCall, held: ConnectionRecord, *, alive: bool
    ) -> tuple[ConnectionRecord, str]:
        until = self._clock() + LEASE
        leased = replace(held, version=self._version(), renewal_until=until)
        self._connections.replace(held, leased)
        try:
            record, token = self._with_new_token(call, leased, alive=alive)
        except WppError as error:
            if error.code is ErrorCode.GOOGLE_AUTH_EXPIRED:
                self._connections.replace(leased, self._revoked(leased))
                raise self._ended(error.reason) from error
            if alive and error.code in _PASSING:
                # The lease stays: for its time nobody asks Google in vain.
                self._log.warning("renewal failed", extra={"reason": error.reason})
                return leased, self._opened(leased)
            with suppress(ReplacedError, StorageError):
                released = replace(leased, version=self._version(), renewal_until=None)
                self._connections.replace(leased, released)
            raise
        self._connections.replace(leased, record)
        self._memory.keep(record, token)
        return record, token

    def _with_new_token(
        self, call: GoogleCall, leased: ConnectionRecord, *, alive: bool
    ) -> tuple[ConnectionRecord, str]:
        key = self._envelope.opened(leased.user_id, leased.data_key)
        old = key.open(TokenKind.REFRESH, leased.refresh_token or b"")
        client = self._client()

        def attempt(seconds: float) -> Refreshed:
            return refreshed(call, old, client, min(seconds, _ONE_TRY_SECONDS))

        # While the old token lives, a call does not wait for Google to come back.
        new = attempt(_ONE_TRY_SECONDS) if alive else repeat_read(call, attempt)
        sealed = key.seal(TokenKind.ACCESS, new.access_token)
        record = replace(
            leased,
            version=self._version(),
            renewal_until=None,
            access=Sealed(token=sealed, until=self._clock() + new.lasts),
        )
        if new.refresh_token != old:
            rotated = key.seal(TokenKind.REFRESH, new.refresh_token)
            record = replace(record, refresh_token=rotated)
        return record, new.access_token

    def _revoked(self, record: ConnectionRecord) -> ConnectionRecord:
        return replace(
            record,
            version=self._version(),
            status=Status.REVOKED,
            refresh_token=None,
            access=None,
            renewal_until=None,
        )

    def _after_waiting(
        self, call: GoogleCall, held: ConnectionRecord, waited: int
    ) -> ConnectionRecord | None:
        longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**waited)
        pause = call.chance.uniform(longest / 2, longest)
        if call.deadline.remaining() <= pause + _SPARE_SECONDS:
            raise WppError(
                ErrorCode.GOOGLE_UNAVAILABLE,
                retry_after=_seconds_until(held.renewal_until, self._clock()),
                reason="another call's renewal did not end in time",
            )
        call.sleep(pause)
        return self._connections.find(held.user_id)

    def _ended(self, reason: str) -> WppError:
        return WppError(
            ErrorCode.GOOGLE_AUTH_EXPIRED,
            action=f"Reconnect Google at {self._connect_url}",
            reason=reason,
        )

    def _version(self) -> str:
        return f"{self._chance.getrandbits(128):032x}"


class StoredTokens:
    """The stored connection of one person, for one call."""

    def __init__(self, stored: StoredConnections, need: Need, item: Item | None) -> None:
        self._stored = stored
        self._need = need
        self._item = item
        self._given: ConnectionRecord | None = None

    def __call__(self, call: GoogleCall) -> str:
        """Return the access token."""
        record = None if self._item is None else connection_of(self._item)
        self._given, token = self._stored.token(call, self._need, record)
        return token

    def explained(self, error: WppError) -> WppError:
        """Return the error of a call: one that is about this connection says what to do."""
        if error.code is not ErrorCode.GOOGLE_AUTH_EXPIRED or self._given is None:
            return error
        return self._stored.refused(self._given)


def _seconds_until(moment: datetime | None, now: datetime) -> int:
    return 1 if moment is None else max(1, math.ceil((moment - now).total_seconds()))
