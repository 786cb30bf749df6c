"""What each tool and route of governed changes costs in calls, warm and without contention."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest

from sandbox.browsing import Person
from tests.integration.test_call_budgets import (
    BATCH,
    QUERY,
    READ,
    ROUTE_COSTS,
    SC,
    SEARCH,
    TRANSACT,
    UPDATE,
)
from tests.integration.test_call_budgets import TOOLS as READS
from tests.support import operations
from tests.support.api import Api
from tests.support.write_journeys import confirm, digest_of
from tests.support.write_samples import SAMPLES
from wpp_mcp.operations.states import Status
from wpp_mcp.routes import ROUTES
from wpp_mcp.tools.registry import catalogue

PLANNED: Final = {BATCH: 2, TRANSACT: 1}
"""Who calls and may; what the limits say; the operation with its entry."""
DRY, MUTATE = "google-ads:Mutate.validate", "google-ads:Mutate"
SITES, SITEMAPS = f"{SC}:sites.get", f"{SC}:sitemaps.list"

SEARCHES: Final = {
    "add_keywords": 2,
    "add_negative_keywords": 3,
    "apply_label_to_campaign": 3,
    "create_ad_group": 2,
    "create_budget": 2,
    "create_campaign": 3,
    "create_label": 2,
    "create_responsive_search_ad": 2,
    "create_search_campaign": 3,
    "pause_ad": 2,
    "pause_keyword": 2,
    "remove_keywords": 2,
    "remove_negative_keywords": 1,
    "set_keyword_bid": 3,
    "update_ad_group": 2,
    "update_budget": 2,
    "update_campaign": 2,
    "update_campaign_status": 2,
}
"""What a preview reads of Google Ads: what is to be changed, and what it affects."""
PREVIEWS: Final[dict[str, dict[str, int]]] = {
    **{tool: {**PLANNED, SEARCH: n, DRY: 1} for tool, n in SEARCHES.items()},
    "delete_sitemap": {**PLANNED, SITES: 1, SITEMAPS: 2},
    "submit_sitemap": {**PLANNED, SITES: 1, SITEMAPS: 1},
}
CONFIRMING: Final = {
    "update_ad_group": 2,
    "update_budget": 3,
    "update_campaign": 2,
    "update_campaign_status": 3,
}
"""What a confirmation reads of Google Ads: what is changed, before and after; and once, between
lock and intent, what stands behind the changes that a budget stands behind."""
CONFIRMED: Final = {BATCH: 2, TRANSACT: 3, UPDATE: 1, MUTATE: 1, SEARCH: 3}
"""Who confirms what, and whether it may be; the lock, the intent, the outcome; that it was told."""


@pytest.fixture(autouse=True)
def room(api: Api) -> None:
    """Each test previews in a minute of its own."""
    api.box.clock.advance(timedelta(minutes=1))


def previewed(api: Api, tool: str = "create_label") -> dict[str, Any]:
    """Preview a sample; nobody's yes is needed where nothing else is said."""
    answer = api.execute(tool, SAMPLES[tool](api.box))
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.json()
    return body


def named(api: Api) -> dict[str, Any]:
    return {"operationId": previewed(api)["operationId"]}


def low(api: Api) -> dict[str, Any]:
    preview = previewed(api)
    return {name: preview[name] for name in ("operationId", "confirmationToken")}


def done(api: Api) -> dict[str, Any]:
    confirmed = low(api)
    assert api.execute("confirm_operation", confirmed).json()["success"] is True
    return {"operationIds": [confirmed["operationId"]]}


def some(api: Api) -> dict[str, Any]:
    """A list that is not empty."""
    previewed(api)
    return {}


OPERATIONS: Final[dict[str, tuple[Callable[[Api], dict[str, Any]], dict[str, int]]]] = {
    "cancel_operation": (named, READ),
    "confirm_operation": (low, CONFIRMED),
    "get_operation": (named, {BATCH: 2, TRANSACT: 1}),
    "list_operations": (some, {**READ, BATCH: 2, QUERY: 1}),
    "preview_rollback": (done, {BATCH: 3, QUERY: 1, TRANSACT: 1, SEARCH: 1, DRY: 1}),
}


def asked(api: Api) -> dict[str, int]:
    """What was asked of storage and of Google; mails go out beside the answer."""
    calls = api.calls()
    return {name: n for name, n in calls.items() if not name.startswith(("sqs:", "sesv2:"))}


def test_the_tables_name_every_tool_and_every_route() -> None:
    assert {*READS, *PREVIEWS, *OPERATIONS} == set(catalogue())
    assert {*ROUTE_COSTS, *CHANGES} == {route.key for route in ROUTES}


@pytest.mark.parametrize("tool", PREVIEWS)
def test_what_a_preview_costs(api: Api, tool: str) -> None:
    previewed(api, tool)
    params = SAMPLES[tool](api.box)
    api.box.calls.clear()

    answer = api.execute(tool, params)

    print(f"\n{tool}: {asked(api)}")
    assert answer.status_code == 202, answer.text
    assert asked(api) == PREVIEWS[tool]


@pytest.mark.parametrize("tool", CONFIRMING)
def test_what_a_confirmation_asks_google(api: Api, tool: str) -> None:
    preview = previewed(api, tool)
    assert preview["preview"]["riskLevel"] == "MEDIUM"
    api.box.calls.clear()

    assert confirm(api, preview)["success"] is True

    assert api.calls("google-ads") == {SEARCH: CONFIRMING[tool], MUTATE: 1}


@pytest.mark.parametrize("tool", OPERATIONS)
def test_what_moving_an_operation_on_costs(api: Api, tool: str) -> None:
    make, cost = OPERATIONS[tool]
    api.execute(tool, make(api))
    params = make(api)
    api.box.calls.clear()

    answer = api.execute(tool, params)

    print(f"\n{tool}: {asked(api)}")
    assert answer.status_code in (200, 202), answer.text
    assert asked(api) == cost


def confirming(api: Api) -> Callable[[], int]:
    """Confirm as OMA does."""
    body = {**low(api), "userConfirmation": "APPROVED"}
    path = "/mcp/confirm-operation"
    return lambda: api.send("POST", path, role="practitioner", json=body).status_code


def reading(path: str, role: str = "practitioner") -> Callable[[Api], Callable[[], int]]:
    """Read a path; an operation of the practitioner's is in it."""

    def ready(api: Api) -> Callable[[], int]:
        full = path.format(**named(api))
        return lambda: api.send("GET", full, role=role).status_code

    return ready


def deciding(api: Api) -> Callable[[], int]:
    """Agree as the second person."""
    operation_id = previewed(api, "delete_sitemap")["operationId"]
    body = {"decision": "APPROVED", "digest": digest_of(api, operation_id)}
    path = f"/operations/{operation_id}/decision"
    return lambda: api.send("POST", path, role="manager", json=body).status_code


def settling(api: Api) -> Callable[[], int]:
    """Say, as a second person, what became of an operation."""
    record = operations.putting(api.box, status=Status.UNKNOWN)
    body = {"applied": True, "digest": record.digest}
    path = f"/operations/{record.operation_id}/settlement"
    return lambda: api.send("POST", path, role="manager", json=body).status_code


def asking(api: Api) -> Callable[[], int]:
    """Ask for another policy."""
    percent = 400 + api.box.clock().minute
    body = {"scope": "ENVIRONMENT", "document": {"limits": {"percent": percent}}}
    return lambda: api.send("PUT", "/policies", role="admin", json=body).status_code


CHANGES: Final[dict[str, tuple[Any, dict[str, int]]]] = {
    "POST /mcp/confirm-operation": (confirming, CONFIRMED),
    # An index names them, the table says what they are.
    "GET /operations": (reading("/operations"), {**READ, BATCH: 2, QUERY: 1}),
    "GET /operations/{operationId}": (reading("/operations/{operationId}"), READ),
    "POST /operations/{operationId}/decision": (deciding, READ),
    "POST /operations/{operationId}/settlement": (settling, {**READ, UPDATE: 1}),
    "GET /policies": (reading("/policies", "admin"), {BATCH: 2, TRANSACT: 1}),
    "PUT /policies": (asking, {BATCH: 3, TRANSACT: 1}),
    # With a session the authorizer reads one item first.
    "GET /console/operations/{operationId}": (None, {BATCH: 2, TRANSACT: 1}),
    "POST /console/operations/{operationId}": (None, {BATCH: 2, TRANSACT: 1}),
}


@pytest.mark.parametrize("route", [r for r in CHANGES if "/console/" not in r])
def test_what_a_route_costs(api: Api, route: str) -> None:
    ready, cost = CHANGES[route]
    ready(api)()
    api.box.clock.advance(timedelta(minutes=1))
    act = ready(api)
    api.box.calls.clear()

    status = act()

    print(f"\n{route}: {asked(api)}")
    assert status in (200, 202)
    assert asked(api) == cost


def test_what_the_page_of_an_operation_costs(api: Api) -> None:
    found = {}
    with Person(api.box.url) as person:
        person.open("/console/sign-in").submit("manager")
        for _ in range(2):  # the second is warm
            operation_id = previewed(api, "delete_sitemap")["operationId"]
            for method in ("GET", "POST"):
                api.box.calls.clear()
                if method == "GET":
                    person.open(f"/console/operations/{operation_id}")
                else:
                    person.submit("Approve", follow=False)
                found[f"{method} /console/operations/{{operationId}}"] = asked(api)
                assert person.status in (200, 303), person.page

    print(f"\n{found}")
    assert found == {route: cost for route, (_, cost) in CHANGES.items() if "/console/" in route}
