"""Renewals of a connection that fail, come too late, or learn that the connection has ended."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.browsing import Person
from sandbox.faults import FaultKind
from sandbox.google_oauth import REVOKE, TARGET
from tests.support.api import USD, Api
from tests.support.connecting import NO_TOKEN, connect, forget, put, record
from tests.support.renewing import Waiting, ask, renewals, until
from wpp_mcp.google.connection.stored import LEASE
from wpp_mcp.routes import CONNECT_PATH

SEARCH = "google-ads:Search"
MINUTE = timedelta(minutes=1)


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
