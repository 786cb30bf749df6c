"""A4, A10, A12, A13, A16: where keys come from, and whose word about a person counts."""

import socket
from datetime import timedelta
from typing import Any

import pytest

from sandbox.google_ads import server as google_server
from tests.security.forging import REMOVED, Forge, number
from tests.security.watched import (
    BODY_401,
    RPC_401,
    WatchedSandbox,
    assert_stranger,
    directory_says,
)
from tests.support.api import EUR, USD, Api
from wpp_mcp.models.caller import Role
from wpp_mcp.routes import ROUTES, Credentials

OWN = [USD, EUR, "1000000103"]
NO_BEARER = (Credentials.NONE, Credentials.SESSION)
USER_ROUTES = [route for route in ROUTES if route.credentials not in NO_BEARER]


@pytest.mark.parametrize("signed", ["by the attacker", "by the pool"])
@pytest.mark.parametrize("member", ["jku", "x5u", "jwk", "x5c", "crit", "b64"])
def test_a4_no_key_comes_with_a_token(
    attacker: Api, watched: WatchedSandbox, forge: Forge, member: str, signed: str
) -> None:
    numbers = forge.own_key.public_key().public_numbers()
    key = {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e), "kid": "own"}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/keys"
        value = {"jku": address, "x5u": address, "jwk": key, "x5c": ["MIIB"], "crit": ["b64"]}
        changes = {member: value.get(member, False)}
        if signed == "by the attacker":
            changes["kid"] = "own"
        header = forge.header(changes)
        sign = forge.by_pool if signed == "by the pool" else forge.by_attacker
        mark = watched.mark()
        answer = attacker.execute("list_budgets", headers=forge.bearer(header=header, sign=sign))

        with pytest.raises(BlockingIOError):
            listener.accept()
    assert_stranger(attacker, watched, answer, mark, body=BODY_401)
    assert set(watched.fetched) <= {f"{watched.issuer.url}/.well-known/jwks.json"}


STATES = {
    "disabled": {"active": False},
    "another employee's": {"employee_id": "WPP-1009"},
}


@pytest.mark.parametrize("state", STATES)
def test_a10_the_directory_counts_on_the_next_call(
    attacker: Api, watched: WatchedSandbox, state: str
) -> None:
    """Though the token is good, and was used a moment before."""
    headers = watched.headers("practitioner")
    params = {"customerId": USD}
    assert attacker.execute("list_budgets", params, headers=headers).status_code == 200
    with directory_says(watched, "practitioner", **STATES[state]):
        for send, given, body in (
            ("execute", ("list_budgets", params), BODY_401),
            ("rpc", ("tools/call", {"name": "list_budgets", "arguments": params}), RPC_401),
            ("modern", ("tools/call", {"name": "list_budgets", "arguments": params}), RPC_401),
            ("rpc", ("tools/list",), RPC_401),
            ("modern", ("tools/list",), RPC_401),
        ):
            watched.calls.clear()
            mark = watched.mark()
            answer = getattr(attacker, send)(*given, role="practitioner", headers=headers)
            assert_stranger(attacker, watched, answer, mark, body=body)
        for path in ("/mcp/tools/list", "/mcp/audit-logs"):
            watched.calls.clear()
            mark = watched.mark()
            answer = attacker.send("GET", path, headers=headers)
            assert_stranger(attacker, watched, answer, mark, body=BODY_401)

    assert attacker.execute("list_budgets", params, headers=headers).status_code == 200


def test_a10_a_lost_role_counts_on_the_next_call(attacker: Api, watched: WatchedSandbox) -> None:
    mail = watched.world.users["practitioner"].email
    query = {"params": {"userId": mail}}
    headers = watched.headers("manager")
    assert attacker.send("GET", "/mcp/audit-logs", headers=headers, **query).status_code == 200
    with directory_says(watched, "manager", role=Role.PRACTITIONER):
        refused = attacker.send("GET", "/mcp/audit-logs", headers=headers, **query)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize("employee", ["EXT-9001", "wpp-1001", "1001"])
def test_a14_no_other_number_counts_even_where_the_directory_holds_it(
    attacker: Api, watched: WatchedSandbox, forge: Forge, employee: str
) -> None:
    with directory_says(watched, "practitioner", employee_id=employee):
        mark = watched.mark()
        headers = forge.bearer({"employeeId": employee})
        answer = attacker.execute("list_budgets", {"customerId": USD}, headers=headers)
    assert_stranger(attacker, watched, answer, mark, body=BODY_401)


def test_a11_groups_and_other_names_of_a_role_say_nothing(attacker: Api, forge: Forge) -> None:
    """The role in the token and any group are not asked: the directory is."""
    headers = forge.bearer({"role": "admin", "cognito:groups": ["admin"], "custom:role": "admin"})
    other = attacker.box.world.users["other-practitioner"].email

    listed = attacker.send("GET", "/mcp/tools/list", role="practitioner", headers=headers)
    entries = attacker.send(
        "GET", "/mcp/audit-logs", role="practitioner", headers=headers, params={"userId": other}
    )

    assert listed.json()["caller"]["role"] == "practitioner"
    assert entries.status_code == 403


def test_a12_known_keys_serve_for_an_hour_and_no_longer(
    attacker: Api, watched: WatchedSandbox
) -> None:
    watched.cold_start()
    assert attacker.execute("list_budgets", {"customerId": USD}).status_code == 200
    watched.fetch_fails = True
    watched.clock.advance(timedelta(minutes=58))
    assert attacker.execute("list_budgets", {"customerId": USD}).status_code == 200
    watched.clock.advance(timedelta(minutes=3))
    watched.calls.clear()
    mark = watched.mark()
    answer = attacker.execute("list_budgets", {"customerId": USD})
    assert_stranger(attacker, watched, answer, mark, body=BODY_401)

    watched.fetch_fails = False
    watched.clock.advance(timedelta(seconds=31))
    assert attacker.execute("list_budgets", {"customerId": USD}).status_code == 200


def test_a12_nobody_is_let_in_before_the_keys_were_ever_read(
    attacker: Api, watched: WatchedSandbox
) -> None:
    watched.cold_start()
    watched.fetch_fails = True
    mark = watched.mark()
    answer = attacker.rpc("tools/list")
    assert_stranger(attacker, watched, answer, mark, body=RPC_401)
    watched.cold_start()


SPELLINGS = ["Bearer {}", "bearer {}", "Basic {}", "{}", "Token {}", "Bearer  {}", "Bearer {0},{0}"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a13_a_google_token_is_nobodys(
    attacker: Api, watched: WatchedSandbox, spelling: str
) -> None:
    token = watched.world.google_token("practitioner")
    mark = watched.mark()
    answer = attacker.execute("list_budgets", headers={"Authorization": spelling.format(token)})
    assert_stranger(attacker, watched, answer, mark, body=BODY_401)


def test_a13_google_sees_the_google_token_alone(
    attacker: Api, watched: WatchedSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []
    usual = google_server.Headers.of

    def noting(context: Any) -> Any:
        seen.append(dict(context.invocation_metadata()))
        return usual(context)

    monkeypatch.setattr(google_server.Headers, "of", noting)
    headers = watched.headers("practitioner")

    assert attacker.execute("list_budgets", {"customerId": USD}, headers=headers).is_success
    assert [call["authorization"] for call in seen] == [
        "Bearer " + watched.world.google_token("practitioner")
    ]
    assert headers["Authorization"].removeprefix("Bearer ") not in repr(seen)


@pytest.mark.parametrize("where", ["header", "body", "absent"])
def test_a13_our_token_never_goes_to_google(
    attacker: Api, watched: WatchedSandbox, where: str
) -> None:
    headers: dict[str, str | None] = dict(watched.headers("practitioner"))
    ours = str(headers["Authorization"]).removeprefix("Bearer ")
    headers["X-Google-Access-Token"] = ours if where == "header" else None
    body = {"googleOAuthToken": ours} if where == "body" else {}

    answer = attacker.execute("list_budgets", {"customerId": USD}, headers=headers, **body)

    assert answer.status_code == (424 if where == "absent" else 400)
    assert attacker.calls("google-ads") == {}
    assert ours not in answer.text


CLAIMED = {
    "email": "other-practitioner@south.example",
    "email_verified": True,
    "username": "other-practitioner@south.example",
    "cognito:username": "other-practitioner@south.example",
    "preferred_username": "WPP-1002",
    "custom:employeeId": "WPP-1002",
    "sub": "sandbox-WPP-1002",
    "userId": "other-practitioner@south.example",
    "agency": "south",
}


def test_a16_attributes_that_a_user_can_write_change_nothing(attacker: Api, forge: Forge) -> None:
    headers = forge.bearer(CLAIMED)

    listed = attacker.send("GET", "/mcp/tools/list", role="practitioner", headers=headers).json()
    only = {"api": "Google Ads"}
    own = attacker.execute("list_accessible_accounts", only, headers=headers).json()["data"]
    foreign = attacker.execute("list_budgets", {"customerId": "1000000201"}, headers=headers)

    assert listed["caller"] == {
        "userId": "practitioner@north.example",
        "name": "Paula North",
        "role": "practitioner",
        "agency": "north",
    }
    assert [row["accountId"] for row in own["rows"]] == OWN
    assert foreign.json()["error"]["code"] == "ACCOUNT_NOT_AUTHORIZED"


def test_a16_a_written_address_does_not_stand_in_for_the_employee_id(
    attacker: Api, watched: WatchedSandbox, forge: Forge
) -> None:
    mark = watched.mark()
    headers = forge.bearer(CLAIMED | {"employeeId": REMOVED})
    answer = attacker.execute("list_accessible_accounts", headers=headers)
    assert_stranger(attacker, watched, answer, mark, body=BODY_401)


MISSING = {
    "no token": {"Authorization": None},
    "empty": {"Authorization": ""},
    "no value": {"Authorization": "Bearer"},
    "wrong key": {"X-OMA-API-Key": "guessed"},
    "empty key": {"X-OMA-API-Key": ""},
    "key of non-ASCII": {"X-OMA-API-Key": "sch\u00e4tzung".encode("latin-1")},
}


@pytest.mark.parametrize("missing", MISSING)
@pytest.mark.parametrize("route", USER_ROUTES, ids=lambda route: route.key)
def test_credentials_are_asked_of_every_route(
    attacker: Api, watched: WatchedSandbox, route: Any, missing: str
) -> None:
    """A wrong API key is refused also where none is needed."""
    mark = watched.mark()
    answer = attacker.send(
        route.method, route.path, role="practitioner", headers=MISSING[missing], content=b"{}"
    )
    body = RPC_401 if route.path == "/mcp" else BODY_401
    assert_stranger(attacker, watched, answer, mark, body=body)


@pytest.mark.parametrize("path", ["/mcp/execute-tool", "/mcp/tools/list", "/mcp/audit-logs"])
def test_omas_routes_need_its_key(attacker: Api, watched: WatchedSandbox, path: str) -> None:
    method = "POST" if path.endswith("tool") else "GET"
    mark = watched.mark()
    answer = attacker.send(method, path, role="agent", content=b'{"tool":"list_budgets"}')
    assert_stranger(attacker, watched, answer, mark, body=BODY_401)
