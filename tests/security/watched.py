"""A sandbox for attacks: its clock can be held, its fetches are noted and can be made to fail."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx2

from sandbox.box import Options, Sandbox
from tests.support.api import Api
from tests.support.logs import CapturedLog
from wpp_mcp.functions import Function
from wpp_mcp.models.caller import Role
from wpp_mcp.observability import logger_for
from wpp_mcp.runtime import Runtime
from wpp_mcp.storage.directory import Directory, UserRecord
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.items import encode
from wpp_mcp.storage.policies import CURRENT, ENVIRONMENT
from wpp_mcp.storage.tables import Table

POLICY = Key(Table.POLICIES, ENVIRONMENT, CURRENT)
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")
ERROR_401 = {
    "code": "UNAUTHENTICATED",
    "message": "Authentication failed",
    "action": "Sign in and call again",
}
BODY_401 = {"success": False, "error": ERROR_401}
RPC_401 = {
    "jsonrpc": "2.0",
    "success": False,
    "error": {"code": -32600, "message": "Authentication failed", "data": ERROR_401},
}


class _Interrupted:
    """An AWS client that lets something happen right before an operation, once."""

    def __init__(self, client: Any, before: dict[str, Callable[[], None]]) -> None:
        self._client = client
        self._before = before

    def __getattr__(self, operation: str) -> Any:
        happens = self._before.pop(operation, None)
        if happens is not None:
            happens()
        return getattr(self._client, operation)


class WatchedSandbox(Sandbox):
    """The functions of this sandbox see `now` as their clock and `fetch` through a switch."""

    def __init__(self, **options: Any) -> None:
        self.log = CapturedLog()
        self.fetched: list[str] = []
        self.fetch_fails = False
        self.before: dict[str, Callable[[], None]] = {}
        self._held: datetime | None = None
        super().__init__(Options(log=self.log, emit=self.log.emit, **options))

    def runtime(self) -> Runtime:
        usual = super().runtime()

        def fetch(url: str) -> bytes:
            self.fetched.append(url)
            if self.fetch_fails:
                raise OSError("ordered fault")
            return usual.fetch(url)

        def aws(service: str) -> Any:
            return _Interrupted(usual.aws(service), self.before)

        return replace(usual, clock=self.now, fetch=fetch, aws=aws)

    def now(self) -> datetime:
        return self._held or self.clock()

    @contextmanager
    def held(self, second: int = 0) -> Iterator[datetime]:
        """Hold the functions' clock at a second of the next minute."""
        with self.held_at((self.clock() + timedelta(minutes=1)).replace(second=second)) as moment:
            yield moment

    @contextmanager
    def held_at(self, moment: datetime) -> Iterator[datetime]:
        """Hold the functions' clock at the whole second of a moment to come."""
        self._held = moment.replace(microsecond=0)
        self.clock.advance(self._held - self.clock())
        try:
            yield self._held
        finally:
            self._held = None

    def step(self, seconds: float) -> None:
        """Put the held clock forward."""
        if self._held is None:
            raise RuntimeError("the clock is not held")
        self._held += timedelta(seconds=seconds)
        self.clock.advance(timedelta(seconds=seconds))

    def cold_start(self) -> None:
        """Let every function begin anew with its next call."""
        with self._functions._lock:
            self._functions._entries.clear()

    def logged(self, mark: int = 0) -> list[dict[str, Any]]:
        """The lines after a mark. Every line is one JSON object, or this fails."""
        lines = [json.loads(line) for line in self.log_since(mark).split("\n") if line]
        assert all(isinstance(line, dict) for line in lines)
        return lines

    def take_log(self) -> None:
        """Let the functions log here: a process has one logger per function, not per sandbox."""
        for function in Function:
            logger_for(function.value, "INFO", self.log)

    def log_since(self, mark: int) -> str:
        """What was logged after a mark."""
        with self.log._lock:
            self.log.seek(mark)
            return self.log.read()

    def mark(self) -> int:
        """Where the log ends now."""
        return self.log.tell()


def writes(api: Api) -> dict[str, int]:
    """The writes to DynamoDB since the calls were last forgotten."""
    return {n: c for n, c in api.calls("dynamodb").items() if n.partition(":")[2] in WRITES}


def assert_stranger(
    api: Api, box: WatchedSandbox, answer: httpx2.Response, mark: int, *, body: Mapping[str, Any]
) -> None:
    """The answer is the opaque 401, counted, in the security log, and nothing was written."""
    assert answer.status_code == 401, answer.text
    assert answer.json() == body
    metadata = f"{box.url}/.well-known/oauth-protected-resource/mcp"
    assert answer.headers["WWW-Authenticate"] == f'Bearer resource_metadata="{metadata}"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert writes(api) == {}
    assert api.calls("google-ads") == {}
    lines = box.logged(mark)
    assert sum(line.get("AuthenticationFailures", [0])[0] for line in lines) == 1
    security = [line for line in lines if line.get("security") is True]
    assert [line["code"] for line in security] == ["UNAUTHENTICATED"]
    assert security[0]["reason"]


@contextmanager
def directory_says(box: Sandbox, person: str, /, **changes: Any) -> Iterator[None]:
    """Let a person's record say something else for a while."""
    user = box.world.users[person]
    usual: dict[str, Any] = {
        "user_id": user.email,
        "employee_id": user.employee_id,
        "name": user.name,
        "role": Role(user.role),
        "agency": user.agency,
        "manager": user.manager or None,
        "active": True,
    }
    key = Directory.user_key(user.email)
    box.seeder.put(key, UserRecord(**usual | changes).item())
    try:
        yield
    finally:
        box.seeder.put(key, UserRecord(**usual).item())


def modern_meta() -> dict[str, Any]:
    """What every message of revision 2026-07-28 carries in its parameters."""
    prefix = "io.modelcontextprotocol/"
    meta = {
        f"{prefix}protocolVersion": "2026-07-28",
        f"{prefix}clientInfo": {"name": "tests", "version": "1"},
        f"{prefix}clientCapabilities": {},
    }
    return {"_meta": meta}


@contextmanager
def policy(box: WatchedSandbox, **limits: Any) -> Iterator[None]:
    """Let a policy of the environment hold for a while."""
    box.seeder.put(POLICY, {"policyVersion": "7", **limits})
    try:
        yield
    finally:
        box.aws.plain("dynamodb").delete_item(
            TableName=box.table_prefix + POLICY.table.value, Key=encode(POLICY.attributes())
        )
