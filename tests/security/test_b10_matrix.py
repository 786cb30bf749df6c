"""B10: every tool, for every role, scope and state of the grant, against a table.

The table says what has to come out. A tool that it does not name fails the test.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any, Final

import pytest

from sandbox.box import Sandbox
from tests.security.stored import (
    bearer,
    drop,
    entries,
    forget_audit,
    grant_key,
    items,
    put_grant,
    set_role,
    stored,
)
from tests.security.tool_table import ONE, PREVIEW, SUCCESS, TOOLS, came_out
from tests.support.api import USD, Api
from wpp_mcp.models.accounts import Api as Product
from wpp_mcp.models.caller import Role, Scope
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.operations import Operations
from wpp_mcp.storage.tables import Table
from wpp_mcp.tools.registry import catalogue

ACCOUNT, SOUTH = USD, "1000000201"
PERSON: Final = "practitioner"
MANAGER: Final = "manager@north.example"
MAY_CALL: Final = {Role.PRACTITIONER, Role.MANAGER, Role.ADMIN}
HELD: Final = {
    Product.GOOGLE_ADS: ACCOUNT,
    Product.ANALYTICS: "300000001",
    Product.SEARCH_CONSOLE: "sc-domain:aster.example",
}
"""The account of each product whose grant is put into a state."""
CHANGES: Final = {
    "google-ads:Mutate",
    "search-console:sitemaps.submit",
    "search-console:sitemaps.delete",
}
"""Every call to Google that changes something."""

GRANTS: Final = {
    "active": True,
    "none": False,
    "expired": False,
    "revoked": False,
    "pending": False,
    "another account's": False,
    "another person's": False,
    "another product's": False,
    "an earlier version": False,
}
SCOPES: Final = ("", "tools/read", "tools/write", "tools/read tools/write", "audit/read")
CALLS: Final = {Scope.TOOLS_READ, Scope.TOOLS_WRITE}
"""Any of these lets a call through to the tools."""


def test_the_table_names_every_tool_and_nothing_else() -> None:
    assert set(TOOLS) == set(catalogue())


def set_grant(box: Sandbox, state: str) -> None:
    """Bring the grant of the account into a state."""
    later = box.clock() + timedelta(days=1)
    for api, account in HELD.items():
        drop(box, grant_key(account, api=api))
        if state == "active":
            put_grant(box, account, later, api=api)
        elif state == "expired":
            put_grant(box, account, box.clock(), api=api)
        elif state in ("revoked", "pending"):
            put_grant(box, account, later, api=api, status=state.upper())
        elif state == "another person's":
            put_grant(box, account, later, api=api, user_id=MANAGER)
        elif state == "an earlier version":
            moved(box, api, account, f"{api.value}:{account}#1")
    if state == "another account's":
        put_grant(box, SOUTH, later)
    elif state == "another product's":
        moved(
            box, Product.GOOGLE_ADS, ACCOUNT, f"Business Profile:{ACCOUNT}", api="Business Profile"
        )


def moved(box: Sandbox, product: Product, account: str, sort: str, **changes: str) -> None:
    """Put a grant of the account that lies under another sort key."""
    put_grant(box, account, box.clock() + timedelta(days=1), api=product)
    key = grant_key(account, api=product)
    grant = stored(box, key) | {"accountKey": sort, **changes}
    drop(box, key)
    box.seeder.put(Key(Table.APPROVED_ACCOUNTS, key.partition, sort), grant)


@pytest.fixture(autouse=True)
def as_it_was(box: Sandbox) -> Iterator[None]:
    """Leave grants and directory as the world has them."""
    yield
    drop(box, grant_key(SOUTH))
    for api, account in HELD.items():
        drop(box, grant_key(f"{account}#1", api=api))
        drop(box, grant_key(account, MANAGER, api))
    drop(
        box,
        Key(Table.APPROVED_ACCOUNTS, grant_key(ACCOUNT).partition, f"Business Profile:{ACCOUNT}"),
    )
    box.seeder.world(box.world)
    for item in items(box, Table.OPERATIONS):
        drop(box, Operations.key(item["operationId"]))
    forget_audit(box)


def expected(tool: str, role: Role, scopes: set[Scope], *, granted: bool) -> str:
    """What the table says of one call."""
    row = TOOLS[tool]
    if not scopes & CALLS or row.scope not in scopes or role not in MAY_CALL:
        return "FORBIDDEN"
    if row.touches == "account" and not granted:
        return "ACCOUNT_NOT_AUTHORIZED"
    return row.gives


def matters(tool: str, scope: str, state: str) -> bool:
    """Whether a scope is tried: the others matter where the grant would let the call through."""
    return state == "active" or scope == TOOLS[tool].scope.value


def serves(tool: str, scope: str) -> str:
    """Return the scope whose parameters are tried: its own, where it may use them up."""
    needed = TOOLS[tool].scope.value
    return scope if needed in scope.split() else needed


def prepared(api: Api, tool: str) -> dict[str, Any]:
    """Make the parameters of a call, as long as everything is granted."""
    # Many previews are made for a table: no more than a person may ask for in a minute.
    api.box.clock.advance(timedelta(seconds=3))
    return dict(TOOLS[tool].params(api))


def check_google(api: Api, tool: str, code: str, *, granted: bool) -> None:
    """Google is asked where the call went well and needs it; only a yes changes anything."""
    calls = {**api.calls("google"), **api.calls("search-console")}
    touches, asked = TOOLS[tool].touches, sum(calls.values())
    changed = sum(n for name, n in calls.items() if name in CHANGES)
    assert changed == int(tool == "confirm_operation" and code == SUCCESS), (tool, code)
    if code not in (SUCCESS, PREVIEW) or touches == "operation":
        assert asked == 0, (tool, code, asked)
    elif touches == "asked":  # as often as there are granted properties and their accounts
        assert granted or asked == 0, (tool, code, asked)
    elif TOOLS[tool].scope is Scope.TOOLS_WRITE:
        assert asked > changed, (tool, code, asked)
    else:
        assert asked == int(touches != "own"), (tool, code, asked)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("state", GRANTS)
def test_every_tool_in_every_scope(api: Api, role: Role, state: str) -> None:
    tried = [case for case in product(TOOLS, SCOPES) if matters(*case, state)]
    params = {case: prepared(api, case[0]) for case in {(t, serves(t, s)) for t, s in tried}}
    set_grant(api.box, state)
    set_role(api.box, PERSON, role)
    found, wanted = {}, {}
    for tool, scope in tried:
        scopes = {Scope(name) for name in scope.split()}
        api.box.clock.advance(timedelta(seconds=3))
        api.box.calls.clear()
        answer = api.execute(
            tool,
            params[tool, serves(tool, scope)],
            headers=bearer(api.box, PERSON, *scopes, role=role.value),
        )
        body = answer.json()
        found[tool, scope] = code = came_out(body)
        wanted[tool, scope] = expected(tool, role, scopes, granted=GRANTS[state])
        check_google(api, tool, code, granted=GRANTS[state])
        assert (answer.status_code == 202) is (code == PREVIEW)
        assert ("data" in body) is (code == SUCCESS)
        if TOOLS[tool].touches == "own" and code == SUCCESS:
            listed = {value for row in body["data"]["rows"] for value in row.values()}
            assert bool(set(HELD.values()) & listed) is GRANTS[state]

    assert found == wanted


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("era", ["rpc", "modern"])
def test_every_tool_over_mcp(api: Api, role: Role, era: str) -> None:
    found, wanted = {}, {}
    for state in ("active", "revoked"):
        params = {tool: prepared(api, tool) for tool in TOOLS}
        set_grant(api.box, state)
        set_role(api.box, PERSON, role)
        for tool in TOOLS:
            api.box.clock.advance(timedelta(seconds=3))
            called = {"name": tool, "arguments": params[tool]}
            body = getattr(api, era)("tools/call", called).json()["result"]["structuredContent"]
            found[tool, state] = came_out(body)
            wanted[tool, state] = expected(tool, role, CALLS, granted=GRANTS[state])
        api.box.seeder.world(api.box.world)

    assert found == wanted


@pytest.mark.parametrize("claimed", list(Role))
@pytest.mark.parametrize("role", list(Role))
def test_the_directorys_role_counts_and_not_the_tokens(api: Api, role: Role, claimed: Role) -> None:
    set_role(api.box, PERSON, role)

    answer = api.execute(
        "list_budgets", ONE, headers=bearer(api.box, PERSON, Scope.TOOLS_READ, role=claimed.value)
    )

    assert (answer.status_code == 200) is (role in MAY_CALL)


@pytest.mark.parametrize("path", ["/mcp", "/mcp/tools/list"])
def test_a_role_without_tools_is_refused_the_list_and_that_is_recorded(api: Api, path: str) -> None:
    set_role(api.box, PERSON, Role.AUDITOR)

    if path == "/mcp":
        error = api.modern("tools/list").json()["error"]["data"]
    else:
        error = api.send("GET", path, role=PERSON).json()["error"]
    entry = entries(api.box, api.box.world.users[PERSON].email)[-1]

    assert error["code"] == "FORBIDDEN"
    assert (entry["tool"], entry["result"], entry["error"]) == (
        "tools/list",
        "blocked",
        "FORBIDDEN",
    )
