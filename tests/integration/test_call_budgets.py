"""What each route and tool costs in calls, warm and without contention. A table, and printed.

What changes something is in test_change_budgets.py.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest

from sandbox.browsing import Person
from tests.support.api import NOT_GRANTED, USD, Api
from tests.support.connecting import NO_TOKEN, connect, connected, forget
from tests.support.sign_in import Client, stopped, tokens_of

BATCH, TRANSACT = "dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"
QUERY, UPDATE = "dynamodb:Query", "dynamodb:UpdateItem"
PUT, TAKE = "dynamodb:PutItem", "dynamodb:DeleteItem"
SEARCH, FIELDS = "google-ads:Search", "google-ads:SearchGoogleAdsFields"
GA, SC = "google-analytics", "search-console"
READ: Final = {BATCH: 1, TRANSACT: 1}
PROPERTY: Final = {"propertyId": "300000001"}
SITE: Final = {"siteUrl": "sc-domain:aster.example"}
DAYS: Final = {"startDate": "2026-08-01", "endDate": "2026-08-28"}

TOOLS: Final[dict[str, tuple[dict[str, Any], dict[str, int]]]] = {
    "get_analytics_metadata": (PROPERTY, {**READ, f"{GA}:GetMetadata": 1}),
    "get_campaign_performance": ({"customerId": USD}, {**READ, SEARCH: 1}),
    "get_property": (SITE, {**READ, f"{SC}:sites.get": 1}),
    "get_property_details": (PROPERTY, {**READ, f"{GA}:GetProperty": 1}),
    "get_realtime_users": (PROPERTY, {**READ, f"{GA}:RunRealtimeReport": 1}),
    "get_resource_metadata": ({"resource": "campaign"}, {**READ, FIELDS: 1}),
    "get_search_terms_report": ({"customerId": USD}, {**READ, SEARCH: 1}),
    "get_sitemap": (
        {**SITE, "sitemapUrl": "https://www.aster.example/sitemap.xml"},
        {**READ, f"{SC}:sitemaps.get": 1},
    ),
    "inspect_url": (
        {**SITE, "inspectionUrl": "https://www.aster.example/"},
        {**READ, f"{SC}:urlInspection.index.inspect": 1},
    ),
    "list_accessible_accounts": ({}, {**READ, QUERY: 1}),
    "list_analytics_accounts": (
        {},
        {**READ, QUERY: 1, f"{GA}:GetProperty": 1, f"{GA}:GetAccount": 1},
    ),
    "list_analytics_properties": ({}, {**READ, QUERY: 1}),
    "list_budgets": ({"customerId": USD}, {**READ, SEARCH: 1}),
    "list_campaigns": ({"customerId": USD}, {**READ, SEARCH: 1}),
    "list_properties": ({}, {**READ, QUERY: 1}),
    "list_sitemaps": (SITE, {**READ, f"{SC}:sitemaps.list": 1}),
    "query_search_analytics": (
        {**SITE, **DAYS, "dimensions": ["query"]},
        {**READ, f"{SC}:searchanalytics.query": 1},
    ),
    "run_analytics_report": (
        {**PROPERTY, "dimensions": ["date"], "metrics": ["sessions"], "dateRanges": [DAYS]},
        {**READ, f"{GA}:RunReport": 1},
    ),
    "search_google_ads": (
        {"customerId": USD, "query": "SELECT campaign.name FROM campaign"},
        {**READ, SEARCH: 1},
    ),
}
ROUTE_COSTS: Final[dict[str, dict[str, int]]] = {
    "POST /mcp": {BATCH: 1, QUERY: 1, UPDATE: 1},  # tools/list
    "GET /mcp": {},
    "DELETE /mcp": {},
    "POST /mcp/execute-tool": {**READ, SEARCH: 1},
    "GET /mcp/tools/list": {BATCH: 1, QUERY: 1, UPDATE: 1},
    "GET /mcp/audit-logs": {**READ, QUERY: 1},
    "GET /health": {BATCH: 1},
    "GET /mcp/health": {BATCH: 1},
    "GET /.well-known/oauth-protected-resource": {},
    "GET /.well-known/oauth-protected-resource/mcp": {},
    "GET /.well-known/oauth-authorization-server": {},
    "GET /oauth/authorize": {},
    "POST /oauth/consent": {PUT: 1},
    "GET /oauth/callback": {BATCH: 1, TAKE: 1, PUT: 1},
    "POST /oauth/token": {BATCH: 2, TAKE: 1, "cognito:Token": 1, TRANSACT: 1},
    "POST /oauth/revoke": {},
    # With a session the authorizer reads one item first.
    "GET /console/sign-in": {PUT: 1},
    "GET /console/callback": {BATCH: 2, TAKE: 1, "cognito:Token": 1, TRANSACT: 1},
    "POST /console/sign-out": {BATCH: 2, TAKE: 1},
    "GET /console/google/connect": {BATCH: 2},
    "POST /console/google/connect": {BATCH: 2, PUT: 1},
    "GET /console/google/callback": {
        BATCH: 3,
        TAKE: 1,
        "google-oauth:token": 1,
        "kms:GenerateDataKey": 1,
        TRANSACT: 1,
    },
    "POST /console/google/disconnect": {
        BATCH: 2,
        "kms:Decrypt": 1,
        TRANSACT: 1,
        "google-oauth:revoke": 1,
    },
}


TRIGGER: Final = {BATCH: 1, QUERY: 1}
"""What the pool's trigger reads for a token. The pool waits for it, no function does, so it is in
none of the costs above."""


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("way", ["execute", "rpc", "modern"])
def test_what_a_tool_costs(api: Api, tool: str, way: str) -> None:
    params, cost = TOOLS[tool]

    def call() -> bool:
        if way == "execute":
            return bool(api.execute(tool, params).json()["success"])
        answer = getattr(api, way)("tools/call", {"name": tool, "arguments": params})
        return bool(answer.json()["result"]["structuredContent"]["success"])

    assert call()
    api.box.calls.clear()
    assert call()

    print(f"\n{tool} over {way}: {api.calls()}")
    assert api.calls() == cost


def test_what_a_tool_costs_with_a_connection(api: Api) -> None:
    """As much as with a token of its own; the first time in a process, KMS opens the token."""
    found = {}
    with connected(api.box):
        api.execute("list_budgets", {"customerId": USD}, headers=NO_TOKEN)
        for tool, (params, _) in TOOLS.items():
            api.box.calls.clear()
            assert api.execute(tool, params, headers=NO_TOKEN).json()["success"]
            found[tool] = api.calls()
    forget(api.box)

    assert found == {tool: cost for tool, (_, cost) in TOOLS.items()}


def send(api: Api, route: str) -> int:
    method, path = route.split(" ")
    if route == "POST /mcp":
        return api.rpc("tools/list").status_code
    if route == "POST /mcp/execute-tool":
        return api.execute("list_budgets", {"customerId": USD}).status_code
    return api.send(method, path, role="practitioner").status_code


BUTTONS: Final = {
    "POST /console/sign-out": "Sign out",
    "POST /console/google/connect": "Connect",
    "POST /console/google/disconnect": "Disconnect",
}


def visit(person: Person, route: str) -> None:
    """Take the step of a route."""
    if route == "GET /console/sign-in":
        person.open("/console/sign-in", follow=False)
    elif route == "GET /console/callback":
        person.open(person.headers["Location"], follow=False)
    elif route == "GET /console/google/callback":
        person.open(person.headers["Location"])
    elif route in BUTTONS:
        person.submit(BUTTONS[route], follow=False)
    else:
        person.open(route.split(" ")[1])


def before(person: Person, route: str) -> None:
    """Do what comes before the step of a route."""
    if route == "GET /console/callback":
        person.open("/console/sign-in").submit("practitioner", follow=False)
    elif route != "GET /console/sign-in":
        person.open("/console/sign-in").submit("practitioner")
    if route == "GET /console/google/callback":
        person.submit("Connect").submit("Allow", follow=False)
    elif route == "POST /console/google/disconnect":
        connect(person)


@pytest.mark.parametrize("route", [r for r in ROUTE_COSTS if "/console/" in r])
def test_what_a_page_costs(api: Api, route: str) -> None:
    with Person(api.box.url) as person:
        for _ in range(2):
            before(person, route)
            api.box.calls.clear()
            visit(person, route)
            forget(api.box)

    print(f"\n{route}: {api.calls()}")
    assert person.status in (200, 303)
    assert api.calls() == ROUTE_COSTS[route]


def test_what_a_sign_in_costs(api: Api) -> None:
    found: dict[str, dict[str, int]] = {}

    def counted(route: str, act: Callable[[], Any]) -> Any:
        api.box.calls.clear()
        done = act()
        found[route] = dict(api.calls())
        print(f"\n{route}: {found[route]}")
        return done

    with Person(api.box.url) as person:
        for _ in range(2):  # the second is warm
            client = Client(api.box)
            counted("GET /oauth/authorize", lambda: person.open(client.query()))  # noqa: B023
            counted("POST /oauth/consent", lambda: person.submit("allow", follow=False))
            person.open(str(person.seen.onward)).submit("practitioner", follow=False)
            back = person.headers["Location"]
            said = counted("GET /oauth/callback", lambda: stopped(lambda: person.open(back)))  # noqa: B023
            code = said["code"]
            tokens = counted("POST /oauth/token", lambda: client.exchange(code)).json()  # noqa: B023
            token = tokens["refresh_token"]
            counted("POST /oauth/revoke", lambda: client.revoke(token))  # noqa: B023

    assert found == {route: cost for route, cost in ROUTE_COSTS.items() if "/oauth/" in route}


def test_what_a_token_costs_at_the_pool(api: Api) -> None:
    client = Client(api.box)
    with Person(api.box.url) as person:
        for _ in range(2):
            api.box.trigger_calls.clear()
            tokens = tokens_of(person, client)
            at_sign_in = api.box.trigger_calls.snapshot()
    api.box.trigger_calls.clear()
    assert client.refresh(tokens["refresh_token"]).status_code == 200

    print(f"\ntrigger: {at_sign_in}")
    assert at_sign_in == api.box.trigger_calls.snapshot() == TRIGGER


@pytest.mark.parametrize(
    "route", [r for r in ROUTE_COSTS if "/console/" not in r and "/oauth/" not in r]
)
def test_what_a_route_costs(api: Api, route: str) -> None:
    send(api, route)
    api.box.clock.advance(timedelta(seconds=11))  # health remembers for ten seconds
    api.box.calls.clear()

    status = send(api, route)

    print(f"\n{route}: {api.calls()}")
    assert status == (405 if route in ("GET /mcp", "DELETE /mcp") else 200)
    assert api.calls() == ROUTE_COSTS[route]


@pytest.mark.parametrize(
    ("params", "cost"),
    [
        ({"customerId": NOT_GRANTED}, {**READ, QUERY: 1}),
        ({"customerId": USD, "pageSize": 0}, READ),
    ],
    ids=["foreign account", "wrong parameter"],
)
def test_what_a_refusal_costs(api: Api, params: dict[str, Any], cost: dict[str, int]) -> None:
    api.execute("list_budgets", {"customerId": USD})
    api.box.calls.clear()

    api.execute("list_budgets", params)

    assert api.calls() == cost


def test_a_stranger_costs_no_storage_at_all(api: Api) -> None:
    answer = api.execute("list_budgets", {"customerId": USD}, headers={"Authorization": "Bearer x"})

    assert answer.status_code == 401
    assert api.calls("dynamodb") == {}
