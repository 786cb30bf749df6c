"""The life of a connection against a model: connect, use, renew, fail, revoke, disconnect."""

import io
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, cast
from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.unit.support.surroundings import FakeClock, Surroundings
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.call import GoogleCall, OAuthClient
from wpp_mcp.google.connection import stored
from wpp_mcp.google.connection.envelope import DataKey, Envelope, TokenKind
from wpp_mcp.google.connection.stored import LEASE, RENEW_AHEAD, Need, StoredConnections
from wpp_mcp.google.exchange import Refreshed
from wpp_mcp.models.time import Deadline
from wpp_mcp.observability import logger_for
from wpp_mcp.runtime import Endpoints
from wpp_mcp.storage.google_connections import (
    ConnectionRecord,
    GoogleConnections,
    ReplacedError,
    Sealed,
    Status,
)

PERSON = "p@north.example"
HOUR = timedelta(hours=1)


class CrashError(Exception):
    """The process ends in the middle of a renewal."""


class Records:
    """The table, with its condition on the version."""

    def __init__(self) -> None:
        self.record: ConnectionRecord | None = None

    def find(self, user_id: str) -> ConnectionRecord | None:
        return self.record

    def replace(self, seen: ConnectionRecord, record: ConnectionRecord) -> None:
        if self.record is None or self.record.version != seen.version:
            raise ReplacedError(self.record)
        assert record.version != seen.version
        self.record = record


class Keys:
    """The envelope, with KMS left out."""

    def __init__(self) -> None:
        self.opened_times = 0

    def opened(self, user_id: str, encrypted: bytes) -> DataKey:
        self.opened_times += 1
        facts = {"userId": user_id}
        return DataKey(encrypted, encrypted, facts, random.Random(encrypted))


class Google:
    """Google's token endpoint."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.valid: set[str] = set()
        self.down = self.rotates = self.crash = False
        self.asked = 0
        self.meanwhile: Callable[[], None] = lambda: None
        self._numbers = 0

    def fresh(self, kind: str) -> str:
        self._numbers += 1
        return f"{kind}-{self._numbers}"

    def refreshed(self, call: Any, token: str, client: Any, seconds: float) -> Refreshed:
        self.asked += 1
        if self.crash:
            raise CrashError
        if self.down:
            raise WppError(ErrorCode.GOOGLE_UNAVAILABLE)
        if token not in self.valid:
            raise WppError(ErrorCode.GOOGLE_AUTH_EXPIRED)
        new = token
        if self.rotates:
            new = self.fresh("refresh")
            self.valid = (self.valid - {token}) | {new}
        answer = Refreshed(self.fresh("access"), HOUR, new)
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return answer


class Life(RuleBasedStateMachine):
    """What a person, their calls, the clock and Google do; the model says what has to come."""

    @initialize()
    def begin(self) -> None:
        self.clock = FakeClock()
        self.around = Surroundings(self.clock)
        self.records, self.google, self.keys = Records(), Google(self.clock), Keys()
        self.known_ended = False
        self.current: str | None = None
        self.until: datetime = self.clock()
        self.leased: datetime = self.clock()
        self.process()

    def process(self) -> None:
        """A process that has opened nothing yet."""
        self.connections = StoredConnections(
            self.around.runtime(),
            cast("GoogleConnections", self.records),
            cast("Envelope", self.keys),
            client=lambda: OAuthClient("", ""),
            connect_url="https://mcp.example/connect",
            log=logger_for("life", "CRITICAL", io.StringIO()),
        )

    @rule(scopes=st.sets(st.sampled_from(["ads", "analytics"]), min_size=1))
    def connect(self, scopes: set[str]) -> None:
        refresh, access = self.google.fresh("refresh"), self.google.fresh("access")
        self.google.valid = {refresh}
        key = self.keys.opened(PERSON, random.Random(refresh).randbytes(32))
        self.current, self.until = access, self.clock() + HOUR
        self.leased, self.known_ended = self.clock(), False
        self.records.record = ConnectionRecord(
            user_id=PERSON,
            version=refresh,
            status=Status.ACTIVE,
            scopes=frozenset(scopes),
            connected_at=self.clock(),
            data_key=key.encrypted,
            refresh_token=key.seal(TokenKind.REFRESH, refresh),
            access=Sealed(token=key.seal(TokenKind.ACCESS, access), until=self.until),
        )

    @rule()
    def disconnect(self) -> None:
        self.records.record, self.current = None, None

    @rule()
    def revoke_at_google(self) -> None:
        self.google.valid = set()

    @rule(seconds=st.sampled_from([1, 10, 16, 200, 1_500, 3_300, 3_590, 4_000]))
    def advance(self, seconds: int) -> None:
        self.clock.tick(seconds)

    @rule(down=st.booleans(), rotates=st.booleans())
    def google_changes(self, down: bool, rotates: bool) -> None:
        self.google.down, self.google.rotates = down, rotates

    @rule()
    def restart(self) -> None:
        self.process()

    def ask(self, scope: str) -> str:
        call = GoogleCall(
            tokens=lambda _: "",
            developer_token=str,
            endpoints=Endpoints(),
            deadline=Deadline(self.clock, self.clock() + timedelta(seconds=25)),
            chance=self.around.chance,
            sleep=self.around.sleep,
        )
        self.google.asked = 0
        with patch.object(stored, "refreshed", self.google.refreshed):
            try:
                need = Need(PERSON, scope, scope)
                record, token = self.connections.token(call, need, self.records.record)
            except WppError as error:
                return error.code.value
        assert record == self.records.record
        return token

    @rule(scope=st.sampled_from(["ads", "analytics"]))
    def use(self, scope: str) -> None:
        record, now = self.records.record, self.clock()
        if record is None or self.known_ended or scope not in record.scopes:
            assert self.ask(scope) == "GOOGLE_AUTH_EXPIRED"
            assert self.google.asked == 0
            return
        alive, leased = now < self.until, now < self.leased
        if now < self.until - RENEW_AHEAD or (alive and leased):
            assert self.ask(scope) == self.current
            assert self.google.asked == 0
            return
        found = self.ask(scope)
        if self.google.down:
            assert self.google.asked == (1 if alive else 3)
            assert found == (self.current if alive else "GOOGLE_UNAVAILABLE")
            self.leased = now + LEASE if alive else now
        elif not self.google.valid:
            assert (found, self.google.asked) == ("GOOGLE_AUTH_EXPIRED", 1)
            self.known_ended = True
        else:
            assert found.startswith("access-")
            assert found != self.current
            assert self.google.asked == 1
            self.renewed(found)

    def renewed(self, token: str) -> None:
        self.current, self.until, self.leased = token, self.clock() + HOUR, self.clock()

    @precondition(lambda self: self.records.record is not None and not self.known_ended)
    @rule(what=st.sampled_from(["disconnect", "connect"]))
    def change_while_it_renews(self, what: str) -> None:
        """The newer word stands, and the token that was renewed meanwhile is given to nobody."""
        record = self.records.record
        assert record is not None
        scope = min(record.scopes)

        def meanwhile() -> None:
            self.disconnect() if what == "disconnect" else self.connect({scope})
            self.theirs = self.records.record

        self.theirs = record
        self.google.meanwhile = meanwhile
        before = (self.current, self.known_ended)
        renews = self.clock() >= max(self.until - RENEW_AHEAD, self.leased)
        if not renews or self.google.down or not self.google.valid:
            self.google.meanwhile = lambda: None
            self.use(scope)
            return
        found = self.ask(scope)
        assert self.google.asked == 1
        assert self.records.record == self.theirs
        expected = "GOOGLE_AUTH_EXPIRED" if what == "disconnect" else self.current
        assert (found, before[1]) == (expected, False)

    @precondition(lambda self: self.records.record is not None and not self.known_ended)
    @rule()
    def crash_while_it_renews(self) -> None:
        record = self.records.record
        assert record is not None
        begun = self.clock()
        self.google.crash = True
        with suppress(CrashError):
            self.ask(min(record.scopes))
        self.google.crash = False
        if self.google.asked:
            held = self.records.record.renewal_until if self.records.record else None
            assert held is not None
            assert held >= begun + LEASE
            self.leased = held
        self.process()

    @invariant()
    def the_record_is_what_the_model_says(self) -> None:
        if not hasattr(self, "records"):
            return
        record = self.records.record
        assert (record is None) is (self.current is None)
        if record is not None and self.known_ended:
            assert (record.status, record.refresh_token, record.access) == (
                Status.REVOKED,
                None,
                None,
            )


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
