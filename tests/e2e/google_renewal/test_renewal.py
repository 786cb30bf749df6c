"""The access token of a connection: renewed before it ends, by one call at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from sandbox.browsing import Person
from sandbox.google_oauth import LIFETIME, TARGET
from tests.support.api import USD, Api
from tests.support.connecting import NO_TOKEN, put, record
from tests.support.renewing import Waiting, ask, renewals, until
from wpp_mcp.google.connection import stored
from wpp_mcp.google.connection.stored import LEASE, RENEW_AHEAD
from wpp_mcp.google.exchange import refreshed
from wpp_mcp.models.time import iso, parse_iso

SEARCH = "google-ads:Search"
MINUTE = timedelta(minutes=1)


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
