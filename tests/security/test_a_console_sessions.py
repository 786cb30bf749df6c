"""A: console sessions: what one opens, what wins over it, when it ends."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.browsing import Person
from sandbox.faults import FaultKind
from tests.security.signed_in import POOL, TOOL, cookie, sessions
from tests.security.stored import drop
from tests.security.watched import BODY_401, WatchedSandbox, directory_says, writes
from tests.support.api import Api
from wpp_mcp.access.console_sessions import LIFETIME
from wpp_mcp.functions import Function
from wpp_mcp.models.caller import Role
from wpp_mcp.models.cookies import SESSION_COOKIE
from wpp_mcp.routes import CONNECT_PATH, ROUTES, Credentials
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.tables import Table

OPEN_TO_SESSIONS = {
    "GET /mcp/tools/list": 200,
    "GET /mcp/audit-logs": 200,
    "GET /operations": 200,
    "GET /operations/{operationId}": 404,  # there is none of this name
    # A cookie that the browser sends by itself decides nothing; and policies are for admins.
    "POST /operations/{operationId}/decision": 403,
    "POST /operations/{operationId}/settlement": 403,
    "GET /policies": 403,
    "PUT /policies": 403,
}
"""And what a practitioner with nothing but the session gets there."""


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.key)
def test_what_a_session_opens(
    attacker: Api, watched: WatchedSandbox, signed_in: Person, route: Any
) -> None:
    if route.credentials is Credentials.NONE:
        return
    watched.calls.clear()
    headers = {"Content-Type": "application/json"} if route.body.value == "JSON" else {}
    answer = attacker.send(
        route.method, route.path, headers={**headers, **cookie(signed_in)}, json=TOOL
    )
    if route.function is Function.CONSOLE:
        assert answer.status_code != 401
    elif route.key in OPEN_TO_SESSIONS:
        assert answer.status_code == OPEN_TO_SESSIONS[route.key], answer.text
    else:
        assert answer.status_code == 401
        assert writes(attacker) == {}


def test_a_session_lists_the_persons_tools_and_audit(attacker: Api, signed_in: Person) -> None:
    listed = attacker.send("GET", "/mcp/tools/list", headers=cookie(signed_in)).json()
    assert listed["caller"]["userId"] == "practitioner@north.example"
    log = attacker.send("GET", "/mcp/audit-logs", headers=cookie(signed_in)).json()
    assert {entry["userId"] for entry in log["entries"]} == {"practitioner@north.example"}


@pytest.mark.parametrize("route", [r for r in ROUTES if r.function is Function.CONSOLE])
def test_a_bearer_token_opens_no_page(attacker: Api, route: Any) -> None:
    if route.credentials is Credentials.NONE:
        return
    answer = attacker.send(route.method, route.path, role="manager", content=b"")
    assert answer.status_code == (303 if route.method == "GET" else 401)
    assert writes(attacker) == {}


def test_an_authorization_header_wins_over_the_cookie(
    attacker: Api, watched: WatchedSandbox, signed_in: Person
) -> None:
    mine = cookie(signed_in)
    other = attacker.send("GET", "/mcp/tools/list", role="other-practitioner", headers=mine)
    assert other.json()["caller"]["userId"] == "other-practitioner@south.example"
    for odd in ("Bearer x", "Bearer", "", "Basic eA=="):
        answer = attacker.send("GET", "/mcp/tools/list", headers={"Authorization": odd, **mine})
        assert (answer.status_code, answer.json()) == (401, BODY_401)


@pytest.mark.parametrize("key", [None, "valid"])
def test_a_session_with_the_api_key_is_still_a_session(
    attacker: Api, watched: WatchedSandbox, signed_in: Person, key: str | None
) -> None:
    headers = {"X-OMA-API-Key": watched.secrets["oma-api-key"]} if key else {}
    sent = {"Content-Type": "application/json", **headers, **cookie(signed_in)}
    assert attacker.send("POST", "/mcp/execute-tool", headers=sent, json=TOOL).status_code == 401


def test_two_cookies_of_the_name_are_none(attacker: Api, signed_in: Person) -> None:
    mine = cookie(signed_in)["Cookie"]
    for twice in (f"{mine}; {SESSION_COOKIE}=x", f"{SESSION_COOKIE}=; {mine}"):
        answer = attacker.send("GET", "/mcp/tools/list", headers={"Cookie": twice})
        assert answer.status_code == 401


def test_a_session_ends_after_eight_hours(
    attacker: Api, watched: WatchedSandbox, signed_in: Person
) -> None:
    headers = cookie(signed_in)
    watched.clock.advance(LIFETIME - timedelta(minutes=2))
    assert attacker.send("GET", "/mcp/tools/list", headers=headers).status_code == 200
    watched.clock.advance(timedelta(minutes=2))
    assert attacker.send("GET", "/mcp/tools/list", headers=headers).status_code == 401
    assert POOL in signed_in.open(CONNECT_PATH).url


def test_a_session_whose_record_is_gone(
    attacker: Api, watched: WatchedSandbox, signed_in: Person
) -> None:
    for record in sessions(watched):
        drop(watched, Key(Table.SESSIONS, record["id"]))
    answer = attacker.send("GET", "/mcp/tools/list", headers=cookie(signed_in))
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "changed",
    [{"role": "owner"}, {"scopes": ["all"]}, {"clientId": "another"}, {"employeeId": "WPP-0"}],
    ids=str,
)
def test_a_record_that_says_something_else(
    attacker: Api, watched: WatchedSandbox, signed_in: Person, changed: dict[str, Any]
) -> None:
    for record in sessions(watched):
        rest = {name: value for name, value in record.items() if name != "id"}
        content = {**record["content"], **changed}
        watched.seeder.put(Key(Table.SESSIONS, record["id"]), {**rest, "content": content})
    answer = attacker.send("GET", "/mcp/tools/list", headers=cookie(signed_in))
    assert answer.status_code == 401


def test_a_disabled_person_and_a_lost_role_count_at_once(
    attacker: Api, watched: WatchedSandbox, signed_in: Person
) -> None:
    headers = cookie(signed_in)
    with directory_says(watched, "practitioner", active=False):
        assert attacker.send("GET", "/mcp/tools/list", headers=headers).status_code == 401
        assert signed_in.open(CONNECT_PATH, follow=False).status == 303
    with directory_says(watched, "practitioner", role=Role.AUDITOR):
        assert attacker.send("GET", "/mcp/tools/list", headers=headers).status_code == 403
    assert attacker.send("GET", "/mcp/tools/list", headers=headers).status_code == 200


def test_without_the_table_there_are_no_sessions(
    attacker: Api, watched: WatchedSandbox, signed_in: Person
) -> None:
    watched.calls.clear()
    watched.faults.arm("dynamodb:BatchGetItem", FaultKind.UNAVAILABLE)
    answer = attacker.send("GET", "/mcp/tools/list", headers=cookie(signed_in))
    assert (answer.status_code, answer.json()) == (401, BODY_401)
    assert attacker.calls("dynamodb") == {"dynamodb:BatchGetItem": 1}


def test_signing_out_ends_the_session_for_everybody_who_holds_its_id(
    attacker: Api, signed_in: Person
) -> None:
    held = cookie(signed_in)
    signed_in.submit("Sign out")
    assert "You are signed out" in signed_in.page
    assert SESSION_COOKIE not in signed_in.cookies
    assert attacker.send("GET", "/mcp/tools/list", headers=held).status_code == 401


def test_the_lifetime_is_that_of_the_issue() -> None:
    assert timedelta(hours=8) == LIFETIME


@pytest.mark.parametrize("blank", [b"\xa0", b"\x85", b"\xe2\x80\x80", b"\xe3\x80\x80"])
def test_a_cookie_that_another_host_could_plant_opens_nothing(
    signed_in: Person, attacker: Api, blank: bytes
) -> None:
    """To a browser a name that begins so has no prefix: any host of the domain may set it."""
    name, value = next(iter(signed_in.cookies.items()))
    planted = blank + f"{name}={value}".encode()

    for header, status in ((planted, 303), (f"{name}={value}".encode(), 200)):
        answer = attacker.send("GET", CONNECT_PATH, headers={"Cookie": header})
        assert answer.status_code == status
