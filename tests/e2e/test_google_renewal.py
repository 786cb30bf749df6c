"""The access token of a connection: renewed before it ends, by one call at a time."""

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from sandbox.box import Options, Sandbox
from sandbox.faults import FaultKind
from sandbox.google_oauth import LIFETIME, REVOKE, TARGET
from tests.support.api import USD, Api
from tests.support.browsing import Person
from tests.support.connecting import NO_TOKEN, connect, connected, forget, put, record
from tests.support.logs import CapturedLog, leaks
from wpp_mcp.google.connection import stored
from wpp_mcp.google.connection.stored import LEASE, RENEW_AHEAD
from wpp_mcp.google.exchange import refreshed
from wpp_mcp.models.time import iso, parse_iso
from wpp_mcp.routes import CONNECT_PATH

SEARCH = "google-ads:Search"
MINUTE = timedelta(minutes=1)


class Waiting:
    """How the functions wait: the clock goes on instead, and what a test ordered happens."""

    def __init__(self) -> None:
        self.box: Sandbox | None = None
        self.waits: list[float] = []
        self.until: threading.Event | None = None
        self.when: tuple[int, Callable[[], None]] = (0, lambda: None)
        self.meanwhile: list[Callable[[], Any]] = []

    def __call__(self, seconds: float) -> None:
        if self.until is not None and sys._getframe(1).f_code.co_name != "_after_waiting":
            return  # the audit's own retries
        self.waits.append(seconds)
        assert self.box is not None
        if self.until is not None:
            number, act = self.when
            if len(self.waits) == number:
                act()
            assert self.until.wait(20)
            return
        self.box.clock.advance(timedelta(seconds=seconds))
        if self.meanwhile:
            self.meanwhile.pop(0)()


@pytest.fixture(scope="module")
def _waiting() -> Waiting:
    return Waiting()


@pytest.fixture(scope="module")
def box(captured: CapturedLog, _waiting: Waiting) -> Iterator[Sandbox]:
    """A sandbox whose functions do not wait."""
    options = Options(log=captured, emit=captured.emit, sleep=_waiting)
    with Sandbox(options) as running:
        _waiting.box = running
        yield running
    assert leaks(captured.getvalue(), running) == []


@pytest.fixture
def waiting(_waiting: Waiting) -> Waiting:
    _waiting.waits.clear()
    _waiting.meanwhile.clear()
    _waiting.until = None
    return _waiting


@pytest.fixture
def owner(api: Api, waiting: Waiting) -> Iterator[Person]:
    """The practitioner, connected a moment ago."""
    api.box.google_oauth.rotates = False
    forget(api.box)
    with connected(api.box) as somebody:
        assert ask(api) == "done"  # warm
        api.box.calls.clear()
        yield somebody


def ask(api: Api) -> str:
    """Call a tool with the connection; return ``done`` or the error's code."""
    body = api.execute("list_budgets", {"customerId": USD}, headers=NO_TOKEN).json()
    return "done" if body["success"] else str(body["error"]["code"])


def until(api: Api, left: timedelta) -> None:
    """Put the clock forward until so much of the access token's life is left, for the next call."""
    ends = parse_iso(record(api.box)["accessExpiresAt"])
    api.box.clock.advance(ends - left - api.box.clock() - timedelta(seconds=1))


def renewals(api: Api) -> int:
    """How often Google's token endpoint was asked."""
    return api.calls(TARGET).get(TARGET, 0)


def test_five_minutes_before_its_end_the_token_is_renewed(api: Api, owner: Person) -> None:
    first = record(api.box)
    until(api, RENEW_AHEAD + timedelta(seconds=5))
    assert (ask(api), renewals(api)) == ("done", 0)
    until(api, RENEW_AHEAD - timedelta(seconds=1))
    assert (ask(api), renewals(api)) == ("done", 1)

    second = record(api.box)
    assert "renewalUntil" not in second
    assert second["accessToken"] != first["accessToken"]
    assert second["refreshToken"] == first["refreshToken"]
    assert second["connectedAt"] == first["connectedAt"]
    lasts = parse_iso(second["accessExpiresAt"]) - api.box.clock()
    assert timedelta(seconds=-5) < lasts - LIFETIME < timedelta(seconds=5)
    assert timedelta(minutes=5) == RENEW_AHEAD

    api.box.calls.clear()
    assert (ask(api), renewals(api), api.calls("kms")) == ("done", 0, {})


def test_what_a_renewal_costs(api: Api, owner: Person) -> None:
    until(api, MINUTE)
    assert ask(api) == "done"
    assert {**api.calls("dynamodb"), **api.calls("kms"), **api.calls("google")} == {
        "dynamodb:BatchGetItem": 1,
        "dynamodb:PutItem": 2,  # the lease, the token
        "dynamodb:TransactWriteItems": 1,
        "kms:Decrypt": 1,
        TARGET: 1,
        SEARCH: 1,
    }


@pytest.mark.parametrize("left", [MINUTE, -MINUTE], ids=["alive", "ended"])
def test_many_at_once_renew_once(
    api: Api, owner: Person, waiting: Waiting, monkeypatch: pytest.MonkeyPatch, left: timedelta
) -> None:
    """One asks Google. While it waits, five others come: they go on, or wait for the one."""
    until(api, left)
    begun, answered = threading.Event(), threading.Event()

    def slow(*arguments: Any) -> Any:
        begun.set()
        assert answered.wait(20)
        return refreshed(*arguments)

    monkeypatch.setattr(stored, "refreshed", slow)
    waiting.until = threading.Event()
    waiting.when = (5, answered.set)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(_paced, api)
        first.add_done_callback(lambda _: waiting.until and waiting.until.set())
        assert begun.wait(20)
        others = [pool.submit(_paced, api) for _ in range(5)]
        if left > timedelta():
            assert [other.result(20) for other in others] == ["done"] * 5
            assert not first.done()
            answered.set()
        assert [one.result(20) for one in (first, *others)] == ["done"] * 6
    assert renewals(api) == 1
    assert len(waiting.waits) == (0 if left > timedelta() else 5)


def _paced(api: Api) -> str:
    with Api(api.box, paced=False) as client:
        return ask(client)


def lease(api: Api, left: timedelta) -> None:
    """Let somebody else hold the lease, for so long."""
    put(api.box, "practitioner", {**record(api.box), "renewalUntil": iso(api.box.clock() + left)})


def test_while_another_renews_the_old_token_serves(api: Api, owner: Person) -> None:
    until(api, MINUTE)
    lease(api, LEASE)
    assert (ask(api), renewals(api)) == ("done", 0)


def test_a_lease_that_nobody_gave_back_ends(api: Api, owner: Person) -> None:
    """A process died while it renewed."""
    until(api, MINUTE)
    lease(api, timedelta(seconds=1))
    assert (ask(api), renewals(api)) == ("done", 1)
    assert timedelta(seconds=15) == LEASE


def test_who_has_no_token_left_waits_for_the_other(
    api: Api, owner: Person, waiting: Waiting
) -> None:
    until(api, -MINUTE)
    held = record(api.box)
    lease(api, LEASE)

    def renewed() -> None:
        # What the other wrote: here, the same token with a later end.
        later = iso(api.box.clock() + LIFETIME)
        put(api.box, "practitioner", {**held, "version": "another", "accessExpiresAt": later})

    waiting.meanwhile = [lambda: None, renewed]
    assert ask(api) == "GOOGLE_AUTH_EXPIRED"  # the emulator knows that this one is over
    assert renewals(api) == 0
    assert len(waiting.waits) == 2
    assert all(0.1 < seconds < 2 for seconds in waiting.waits)


def test_who_waits_takes_over_when_the_lease_ends(
    api: Api, owner: Person, waiting: Waiting
) -> None:
    until(api, -MINUTE)
    lease(api, LEASE)
    assert (ask(api), renewals(api)) == ("done", 1)
    assert 12 < sum(waiting.waits) < 18


def test_who_cannot_wait_that_long_is_told_when_to_come_back(
    api: Api, owner: Person, waiting: Waiting
) -> None:
    until(api, -MINUTE)
    lease(api, timedelta(minutes=2))
    answer = api.execute("list_budgets", {"customerId": USD}, headers=NO_TOKEN)
    assert answer.json()["error"]["code"] == "GOOGLE_UNAVAILABLE"
    assert 80 < int(answer.headers["Retry-After"]) < 120
    assert 20 < sum(waiting.waits) < 25
    assert renewals(api) == 0


FAILING = [FaultKind.UNAVAILABLE, FaultKind.THROTTLED, FaultKind.TIMEOUT, FaultKind.DENIED]


@pytest.mark.parametrize("kind", FAILING)
def test_while_the_old_token_lives_a_failing_endpoint_stops_nobody(
    api: Api, owner: Person, waiting: Waiting, kind: FaultKind
) -> None:
    until(api, 2 * MINUTE)
    api.box.faults.arm(TARGET, kind, 20)
    assert (ask(api), renewals(api)) == ("done", 1)
    # For the time of the lease nobody asks in vain; then once more.
    assert (ask(api), renewals(api)) == ("done", 1)
    api.box.clock.advance(LEASE)
    assert (ask(api), renewals(api)) == ("done", 2)
    assert waiting.waits == []
    assert record(api.box)["status"] == "ACTIVE"

    api.box.faults.clear()
    api.box.clock.advance(LEASE)
    assert (ask(api), renewals(api)) == ("done", 3)


@pytest.mark.parametrize("kind", FAILING)
def test_when_it_has_ended_a_failing_endpoint_is_said_and_nothing_is_lost(
    api: Api, owner: Person, kind: FaultKind
) -> None:
    until(api, -MINUTE)
    api.box.faults.arm(TARGET, kind, 3)
    assert (ask(api), renewals(api)) == ("GOOGLE_UNAVAILABLE", 3)
    assert record(api.box)["status"] == "ACTIVE"
    # The lease was given back: the next call does not wait.
    assert (ask(api), renewals(api)) == ("done", 4)


@pytest.mark.parametrize("left", [MINUTE, -MINUTE], ids=["alive", "ended"])
def test_a_revoked_connection_asks_for_a_new_one_and_google_is_left_alone(
    api: Api, owner: Person, left: timedelta
) -> None:
    until(api, left)
    api.box.google_oauth.remove_access("practitioner")
    for _ in range(3):
        answer = api.execute("list_budgets", {"customerId": USD}, headers=NO_TOKEN)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (424, "GOOGLE_AUTH_EXPIRED")
        assert error["message"] == "Google authentication expired"
        assert error["action"] == f"Reconnect Google at {api.box.url}{CONNECT_PATH}"
    assert renewals(api) == 1
    assert api.calls(SEARCH) == {}
    left_over = record(api.box)
    assert left_over["status"] == "REVOKED"
    assert not {"refreshToken", "accessToken"} & set(left_over)

    owner.open(CONNECT_PATH)
    assert "Google has ended this connection" in owner.page
    connect(owner)
    assert ask(api) == "done"


def test_disconnecting_what_google_has_ended_asks_google_nothing(api: Api, owner: Person) -> None:
    until(api, MINUTE)
    api.box.google_oauth.remove_access("practitioner")
    ask(api)
    owner.open(CONNECT_PATH).submit("Disconnect")
    assert "Google is disconnected." in owner.page
    assert api.calls(REVOKE) == {}
    assert record(api.box) == {}


def test_a_token_that_google_ends_early_is_renewed_by_the_next_call(
    api: Api, owner: Person
) -> None:
    """The person removed the access in their Google account: the first call learns of it."""
    api.box.google_oauth.remove_access("practitioner")
    answer = api.execute("list_budgets", {"customerId": USD}, headers=NO_TOKEN)
    error = answer.json()["error"]
    assert error["code"] == "GOOGLE_AUTH_EXPIRED"
    assert CONNECT_PATH in error["action"]
    assert record(api.box)["status"] == "ACTIVE"

    assert (ask(api), renewals(api)) == ("GOOGLE_AUTH_EXPIRED", 1)
    assert record(api.box)["status"] == "REVOKED"


def test_a_rotated_refresh_token_is_the_one_that_serves(api: Api, owner: Person) -> None:
    first = record(api.box)
    api.box.google_oauth.rotates = True
    for number in (1, 2, 3):
        until(api, MINUTE)
        assert (ask(api), renewals(api)) == ("done", number)
    assert record(api.box)["refreshToken"] != first["refreshToken"]
    assert record(api.box)["dataKey"] == first["dataKey"]


@pytest.mark.parametrize("how", ["disconnected", "connected anew"])
@pytest.mark.parametrize("outcome", ["renewed", "revoked", "failed"])
def test_what_happens_while_somebody_renews_stands(
    api: Api, owner: Person, monkeypatch: pytest.MonkeyPatch, how: str, outcome: str
) -> None:
    """A renewal that lost to a disconnection does not bring the connection back."""
    until(api, -MINUTE)
    token = api.box.google_oauth.token

    def meanwhile(form: Any) -> Any:
        if form["grant_type"] == "refresh_token":
            monkeypatch.undo()
            if how == "disconnected":
                forget(api.box)
            else:
                put(api.box, "practitioner", theirs)
            if outcome == "revoked":
                return 400, {"error": "invalid_grant"}
            if outcome == "failed":
                api.box.faults.arm(TARGET, FaultKind.UNAVAILABLE, 3)
        return token(form)

    theirs: dict[str, Any] = {}
    if how == "connected anew":
        mine = record(api.box)
        connect(owner.open(CONNECT_PATH))
        theirs = record(api.box)
        put(api.box, "practitioner", mine)
    monkeypatch.setattr(api.box.google_oauth, "token", meanwhile)

    found = ask(api)

    if how == "disconnected":
        assert record(api.box) == {}
        failed = outcome == "failed"
        assert found == ("GOOGLE_UNAVAILABLE" if failed else "GOOGLE_AUTH_EXPIRED")
    else:
        assert record(api.box) == theirs
        assert found == ("GOOGLE_UNAVAILABLE" if outcome == "failed" else "done")
    api.box.faults.clear()


def test_a_table_that_fails_during_a_renewal_gives_no_answer(api: Api, owner: Person) -> None:
    until(api, MINUTE)
    api.box.faults.arm("dynamodb:PutItem", FaultKind.UNAVAILABLE)
    assert (ask(api), renewals(api)) == ("STORAGE_UNAVAILABLE", 0)
    assert (ask(api), renewals(api)) == ("done", 1)


def test_kms_that_fails_during_a_renewal(api: Api, owner: Person) -> None:
    until(api, 2 * MINUTE)
    api.box.faults.arm("kms:Decrypt", FaultKind.UNAVAILABLE)
    assert (ask(api), renewals(api)) == ("done", 0)  # what is open already still serves
    api.box.clock.advance(5 * MINUTE)
    api.box.faults.arm("kms:Decrypt", FaultKind.THROTTLED)
    assert (ask(api), renewals(api)) == ("STORAGE_UNAVAILABLE", 0)
    assert (ask(api), renewals(api)) == ("done", 1)
