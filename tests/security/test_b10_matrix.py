"""B10: every tool and route, for every role, scope and state of the grant, against a table.

The table says what has to come out. A tool or a route that it does not name fails the test.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import product
from typing import Any, Final

import pytest

from sandbox.box import Sandbox
from tests.security.stored import bearer, drop, entries, forget_audit, grant_key, put_grant, stored
from tests.support.api import USD, Api
from wpp_mcp.models.accounts import Api as Product
from wpp_mcp.models.caller import Role, Scope
from wpp_mcp.routes import ROUTES
from wpp_mcp.storage.directory import Directory
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.tables import Table
from wpp_mcp.tools.registry import catalogue

ACCOUNT, SOUTH = USD, "1000000201"
PERSON: Final = "practitioner"
MANAGER: Final = "manager@north.example"
MAY_CALL: Final = {Role.PRACTITIONER, Role.MANAGER, Role.ADMIN}
ONE: Final = {"customerId": ACCOUNT}
PROPERTY: Final = {"propertyId": "300000001"}
SITE: Final = {"siteUrl": "sc-domain:aster.example"}
DAYS: Final = {"startDate": "2026-08-01", "endDate": "2026-08-28"}
HELD: Final = {
    Product.GOOGLE_ADS: ACCOUNT,
    Product.ANALYTICS: "300000001",
    Product.SEARCH_CONSOLE: "sc-domain:aster.example",
}
"""The account of each product whose grant is put into a state."""

# name -> (parameters, what it touches, the scope that it needs)
TOOLS: Final[dict[str, tuple[Mapping[str, Any], str, Scope]]] = {
    "get_analytics_metadata": (PROPERTY, "account", Scope.TOOLS_READ),
    "get_property": (SITE, "account", Scope.TOOLS_READ),
    "get_property_details": (PROPERTY, "account", Scope.TOOLS_READ),
    "get_realtime_users": (PROPERTY, "account", Scope.TOOLS_READ),
    "get_sitemap": (
        {**SITE, "sitemapUrl": "https://www.aster.example/sitemap.xml"},
        "account",
        Scope.TOOLS_READ,
    ),
    "inspect_url": (
        {**SITE, "inspectionUrl": "https://www.aster.example/"},
        "account",
        Scope.TOOLS_READ,
    ),
    "list_analytics_accounts": ({}, "asked", Scope.TOOLS_READ),
    "list_analytics_properties": ({}, "own", Scope.TOOLS_READ),
    "list_properties": ({}, "own", Scope.TOOLS_READ),
    "list_sitemaps": (SITE, "account", Scope.TOOLS_READ),
    "query_search_analytics": (
        {**SITE, **DAYS, "dimensions": ["query"]},
        "account",
        Scope.TOOLS_READ,
    ),
    "run_analytics_report": (
        {**PROPERTY, "dimensions": ["date"], "metrics": ["sessions"], "dateRanges": [DAYS]},
        "account",
        Scope.TOOLS_READ,
    ),
    "get_campaign_performance": (ONE, "account", Scope.TOOLS_READ),
    "get_resource_metadata": ({"resource": "campaign"}, "nothing", Scope.TOOLS_READ),
    "get_search_terms_report": (ONE, "account", Scope.TOOLS_READ),
    "list_accessible_accounts": ({}, "own", Scope.TOOLS_READ),
    "list_budgets": (ONE, "account", Scope.TOOLS_READ),
    "list_campaigns": (ONE, "account", Scope.TOOLS_READ),
    "search_google_ads": (
        {**ONE, "query": "SELECT campaign.id FROM campaign"},
        "account",
        Scope.TOOLS_READ,
    ),
}
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

# route -> (scopes of which one is needed, roles that get something, needs the API key)
ROUTE_TABLE: Final[dict[str, tuple[set[Scope], set[Role], bool]]] = {
    "POST /mcp": (CALLS, MAY_CALL, False),
    "GET /mcp": (set(), set(), False),
    "DELETE /mcp": (set(), set(), False),
    "POST /mcp/execute-tool": (CALLS, MAY_CALL, True),
    "GET /mcp/tools/list": (CALLS, MAY_CALL, True),
    "GET /mcp/audit-logs": ({Scope.AUDIT_READ}, set(Role), True),
    "GET /health": (set(), set(Role), False),
    "GET /mcp/health": (set(), set(Role), False),
    "GET /.well-known/oauth-protected-resource": (set(), set(Role), False),
    "GET /.well-known/oauth-protected-resource/mcp": (set(), set(Role), False),
    # Pages: a token opens none of them (test_a_console_sessions.py has what a session opens).
    "GET /console/sign-in": (set(), set(), False),
    "GET /console/callback": (set(), set(), False),
    "POST /console/sign-out": (set(), set(), False),
    "GET /console/google/connect": (set(), set(), False),
    "POST /console/google/connect": (set(), set(), False),
    "GET /console/google/callback": (set(), set(), False),
    "POST /console/google/disconnect": (set(), set(), False),
}


def test_the_table_names_every_tool_and_route_and_nothing_else() -> None:
    assert set(TOOLS) == set(catalogue())
    assert set(ROUTE_TABLE) == {route.key for route in ROUTES}


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
    forget_audit(box)


def set_role(box: Sandbox, role: Role) -> None:
    key = Directory.user_key(box.world.users[PERSON].email)
    box.seeder.put(key, stored(box, key) | {"role": role.value})


def expected(tool: str, role: Role, scopes: set[Scope], *, granted: bool) -> str:
    """What the table says of one call."""
    _, touches, needed = TOOLS[tool]
    if not scopes & CALLS or needed not in scopes or role not in MAY_CALL:
        return "FORBIDDEN"
    if touches == "account" and not granted:
        return "ACCOUNT_NOT_AUTHORIZED"
    return "SUCCESS"


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("state", GRANTS)
def test_every_tool_in_every_scope(api: Api, role: Role, state: str) -> None:
    set_grant(api.box, state)
    set_role(api.box, role)
    found, wanted = {}, {}
    for tool, scope in product(TOOLS, SCOPES):
        scopes = {Scope(name) for name in scope.split()}
        # The other scopes matter where the grant would let the call through.
        if scope != "tools/read" and state != "active":
            continue
        api.box.calls.clear()
        answer = api.execute(
            tool, TOOLS[tool][0], headers=bearer(api.box, PERSON, *scopes, role=role.value)
        )
        body = answer.json()
        code = "SUCCESS" if body["success"] else body["error"]["code"]
        found[tool, scope] = code
        wanted[tool, scope] = expected(tool, role, scopes, granted=GRANTS[state])
        google = sum(api.calls("google").values()) + sum(api.calls("search-console").values())
        touches = TOOLS[tool][1]
        if touches != "asked":  # as often as there are granted properties and their accounts
            needs = code == "SUCCESS" and touches != "own"
            assert google == int(needs), (tool, scope, google)
        elif code != "SUCCESS" or not GRANTS[state]:
            assert google == 0, (tool, scope, google)
        assert ("data" in body) is (code == "SUCCESS")
        if touches == "own" and code == "SUCCESS":
            listed = {value for row in body["data"]["rows"] for value in row.values()}
            assert bool(set(HELD.values()) & listed) is GRANTS[state]

    assert found == wanted


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("era", ["rpc", "modern"])
def test_every_tool_over_mcp(api: Api, role: Role, era: str) -> None:
    set_role(api.box, role)
    found, wanted = {}, {}
    for tool, state in product(TOOLS, ("active", "revoked")):
        set_grant(api.box, state)
        answer = getattr(api, era)("tools/call", {"name": tool, "arguments": dict(TOOLS[tool][0])})
        body = answer.json()["result"]["structuredContent"]
        found[tool, state] = "SUCCESS" if body["success"] else body["error"]["code"]
        scopes = {Scope.TOOLS_READ, Scope.TOOLS_WRITE}
        wanted[tool, state] = expected(tool, role, scopes, granted=GRANTS[state])

    assert found == wanted


@pytest.mark.parametrize("claimed", list(Role))
@pytest.mark.parametrize("role", list(Role))
def test_the_directorys_role_counts_and_not_the_tokens(api: Api, role: Role, claimed: Role) -> None:
    set_role(api.box, role)

    answer = api.execute(
        "list_budgets", ONE, headers=bearer(api.box, PERSON, Scope.TOOLS_READ, role=claimed.value)
    )

    assert (answer.status_code == 200) is (role in MAY_CALL)


@pytest.mark.parametrize("path", ["/mcp", "/mcp/tools/list"])
def test_a_role_without_tools_is_refused_the_list_and_that_is_recorded(api: Api, path: str) -> None:
    set_role(api.box, Role.AUDITOR)

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


def gets_something(answer: Any, route: str) -> bool:
    """Whether an answer holds what the route is for."""
    if answer.status_code != 200:
        return False
    body = answer.json()
    if route in ("POST /mcp", "GET /mcp/tools/list"):
        return bool(body.get("result", body).get("tools"))
    return True


@pytest.mark.parametrize("route", ROUTE_TABLE)
@pytest.mark.parametrize("role", list(Role))
def test_every_route_in_every_scope_with_and_without_the_key(
    api: Api, route: str, role: Role
) -> None:
    needed, roles, key = ROUTE_TABLE[route]
    set_role(api.box, role)
    method, path = route.split(" ")
    bodies = {
        "/mcp": {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}},
        "/mcp/execute-tool": {"tool": "list_budgets", "params": ONE},
    }
    found, wanted = {}, {}
    for scope, with_key in product(SCOPES if needed else SCOPES[:2], (True, False)):
        if not with_key and role is not Role.PRACTITIONER:
            continue
        scopes = {Scope(name) for name in scope.split()}
        headers: dict[str, str | None] = dict(bearer(api.box, PERSON, *scopes, role=role.value))
        if not with_key:
            headers["X-OMA-API-Key"] = None
        more = {"json": bodies.get(path, {})} if method == "POST" else {}
        answer = api.send(method, path, role=PERSON, headers=headers, **more)
        found[scope, with_key] = gets_something(answer, route)
        enough = not needed or bool(scopes & needed)
        if route in ("POST /mcp/execute-tool", "POST /mcp", "GET /mcp/tools/list"):
            enough = Scope.TOOLS_READ in scopes  # all tools so far only read
        wanted[scope, with_key] = enough and role in roles and (with_key or not key)

    assert found == wanted


@pytest.mark.parametrize("route", ROUTE_TABLE)
def test_a_stranger_gets_only_what_is_open(api: Api, route: str) -> None:
    method, path = route.split(" ")

    answer = api.send(method, path, headers={"Content-Type": "application/json"}, content=b"{}")

    is_open = path.startswith(("/health", "/mcp/health", "/.well-known/"))
    if route == "GET /console/callback":
        assert answer.status_code == 400
    elif path.startswith("/console/") and method == "GET":
        assert answer.status_code == 303  # to the sign-in
    else:
        assert answer.status_code == (200 if is_open else 401)
    assert api.calls("google-ads") == {}
