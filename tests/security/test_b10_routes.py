"""B10: every route, for every role, scope and with and without the API key, against a table.

The table says what has to come out. A route that it does not name fails the test.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any, Final

import pytest

from sandbox.box import Sandbox
from tests.security.stored import bearer, forget_audit, set_role
from tests.support.api import USD, Api
from wpp_mcp.models.caller import Role, Scope
from wpp_mcp.routes import ROUTES

PERSON: Final = "practitioner"
ONE: Final = {"customerId": USD}
MAY_CALL: Final = {Role.PRACTITIONER, Role.MANAGER, Role.ADMIN}
CALLS: Final = {Scope.TOOLS_READ, Scope.TOOLS_WRITE}
SCOPES: Final = (
    *("", "tools/read", "tools/write", "tools/read tools/write", "audit/read"),
    "access/manage",
)

# route -> (scopes of which one is needed, roles that get something, needs the API key)
ROUTE_TABLE: Final[dict[str, tuple[set[Scope], set[Role], bool]]] = {
    "POST /mcp": (CALLS, MAY_CALL, False),
    "GET /mcp": (set(), set(), False),
    "DELETE /mcp": (set(), set(), False),
    "POST /mcp/execute-tool": (CALLS, MAY_CALL, True),
    "GET /mcp/tools/list": (CALLS, MAY_CALL, True),
    "GET /mcp/audit-logs": ({Scope.AUDIT_READ}, set(Role), True),
    # Of a confirmation that names nothing (test_d_*.py have the others).
    "POST /mcp/confirm-operation": ({Scope.TOOLS_WRITE}, set(), True),
    "GET /operations": (CALLS, MAY_CALL, False),
    # Of an operation that there is not, nobody gets anything (test_c_decisions.py has the others).
    "GET /operations/{operationId}": (CALLS, set(), False),
    "POST /operations/{operationId}/decision": (
        {Scope.TOOLS_WRITE, Scope.ACCESS_MANAGE},
        set(),
        True,
    ),
    "POST /operations/{operationId}/settlement": ({Scope.ACCESS_MANAGE}, set(), True),
    "GET /policies": ({Scope.ACCESS_MANAGE}, {Role.ADMIN}, True),
    # Without a policy in it (test_e9_policies.py has those with one).
    "PUT /policies": ({Scope.ACCESS_MANAGE}, set(), True),
    "GET /health": (set(), set(Role), False),
    "GET /mcp/health": (set(), set(Role), False),
    "GET /.well-known/oauth-protected-resource": (set(), set(Role), False),
    "GET /.well-known/oauth-protected-resource/mcp": (set(), set(Role), False),
    "GET /.well-known/oauth-authorization-server": (set(), set(Role), False),
    # Signing in: a token adds nothing (test_sign_in_*.py has what these give to whom).
    "GET /oauth/authorize": (set(), set(), False),
    "POST /oauth/consent": (set(), set(), False),
    "GET /oauth/callback": (set(), set(), False),
    "POST /oauth/token": (set(), set(), False),
    "POST /oauth/revoke": (set(), set(), False),
    # Pages: a token opens none of them (test_a_console_sessions.py has what a session opens).
    "GET /console/sign-in": (set(), set(), False),
    "GET /console/callback": (set(), set(), False),
    "POST /console/sign-out": (set(), set(), False),
    "GET /console/google/connect": (set(), set(), False),
    "POST /console/google/connect": (set(), set(), False),
    "GET /console/google/callback": (set(), set(), False),
    "POST /console/google/disconnect": (set(), set(), False),
    "GET /console/operations/{operationId}": (set(), set(), False),
    "POST /console/operations/{operationId}": (set(), set(), False),
}


def test_the_table_names_every_route_and_nothing_else() -> None:
    assert set(ROUTE_TABLE) == {route.key for route in ROUTES}


@pytest.fixture(autouse=True)
def as_it_was(box: Sandbox) -> Iterator[None]:
    """Leave the directory as the world has it."""
    yield
    box.seeder.world(box.world)
    forget_audit(box)


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
    set_role(api.box, PERSON, role)
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
        if route == "POST /mcp/execute-tool":
            enough = Scope.TOOLS_READ in scopes  # the tool that is called only reads
        wanted[scope, with_key] = enough and role in roles and (with_key or not key)

    assert found == wanted


@pytest.mark.parametrize("route", ROUTE_TABLE)
def test_a_stranger_gets_only_what_is_open(api: Api, route: str) -> None:
    method, path = route.split(" ")

    answer = api.send(method, path, headers={"Content-Type": "application/json"}, content=b"{}")

    is_open = path.startswith(("/health", "/mcp/health", "/.well-known/"))
    if route == "GET /console/callback" or path.startswith("/oauth/"):
        assert answer.status_code == 400
    elif path.startswith("/console/") and method == "GET":
        assert answer.status_code == 303  # to the sign-in
    else:
        assert answer.status_code == (200 if is_open else 401)
    assert api.calls("google-ads") == {}
