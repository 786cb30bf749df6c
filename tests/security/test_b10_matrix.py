"""B10: every tool, for every role, scope and state of the grant, against a table.

The table says what has to come out. A tool that it does not name fails the test.
"""

from collections.abc import Iterator, Mapping
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
    put_grant,
    set_role,
    stored,
)
from tests.support.api import USD, Api
from wpp_mcp.models.accounts import Api as Product
from wpp_mcp.models.caller import Role, Scope
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
    forget_audit(box)


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
    set_role(api.box, PERSON, role)
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
    set_role(api.box, PERSON, role)
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
