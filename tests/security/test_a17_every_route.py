"""A17: no route, no function and no folder without the wrapper."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.functions import entry_of
from stacks.functions import FUNCTIONS
from tests.security.watched import BODY_401, RPC_401, WatchedSandbox
from wpp_mcp.functions import TRIGGERED, Function
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.gateway.http import HttpFunction
from wpp_mcp.routes import ROUTES, Credentials

FOLDER = Path(__file__).resolve().parents[2] / "lambdas"
HTTP_FUNCTIONS = sorted(set(Function) - TRIGGERED - {Function.AUTHORIZER})
NOBODY: list[Any] = [
    None,
    {},
    {"lambda": None},
    {"lambda": {}},
    {"lambda": "user"},
    {"lambda": {"caller": "user"}},
    {"lambda": {"v": "1", "caller": "none"}},
    {"lambda": {"v": "1", "caller": "user", "employeeId": "WPP-1001"}},
    {"lambda": {"v": "2", "caller": "user", "employeeId": "WPP-1001", "scopes": "tools/read"}},
    {"jwt": {"claims": {"employeeId": "WPP-1001"}}},
]


def event(key: str, **context: Any) -> dict[str, Any]:
    """An event as API Gateway sends it, as far as the wrapper looks."""
    return {
        "version": "2.0",
        "routeKey": key,
        "headers": {"content-type": "application/json", "authorization": "Bearer x"},
        "requestContext": {"requestId": "r", **context},
        "body": '{"tool":"list_budgets"}',
        "isBase64Encoded": False,
    }


def test_every_folder_is_a_function_and_every_function_a_folder() -> None:
    folders = {p.name for p in FOLDER.iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert folders == {function.value for function in Function}
    assert {p.name for p in FOLDER.rglob("*.py")} == {"handler.py"}


def test_every_function_but_those_that_aws_calls_has_routes() -> None:
    assert {route.function for route in ROUTES} == set(HTTP_FUNCTIONS)


def test_every_route_is_there_once() -> None:
    keys = [route.key for route in ROUTES]
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("function", sorted(Function))
def test_the_handler_is_an_entry_of_ours(function: Function) -> None:
    assert type(entry_of(function)) is LambdaEntry


@pytest.mark.parametrize("function", HTTP_FUNCTIONS)
def test_what_the_entry_makes_is_the_wrapper(function: Function, watched: WatchedSandbox) -> None:
    made = entry_of(function)._create(watched.runtime())
    assert type(made) is HttpFunction
    assert made._function is function


LOADED = {
    Function.MCP_ENDPOINT: "before_mcp",
    Function.EXECUTE_TOOL: "before_calls",
}
"""What a snapshot is taken after."""


@pytest.mark.parametrize("function", sorted(Function))
def test_a_handler_module_defines_nothing_else_that_lambda_could_call(function: Function) -> None:
    tree = ast.parse((FOLDER / function.value / "handler.py").read_text())
    defined = [n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    assigned = [ast.unparse(n) for n in tree.body if isinstance(n, ast.Assign)]
    imported = {name.name for n in tree.body if isinstance(n, ast.ImportFrom) for name in n.names}
    if defined:
        assert defined == ["create"]
        made = "create"
    else:
        # The class itself, where there is nothing to put together; never behind a route.
        assert function not in HTTP_FUNCTIONS
        (made,) = imported - {"LambdaEntry"}
    ready = f", before_snapshot={LOADED[function]}" if FUNCTIONS[function].snap_start else ""
    assert assigned == [f"handler = LambdaEntry({made}{ready})"]


@pytest.mark.parametrize("authorizer", NOBODY, ids=repr)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.key)
def test_no_route_answers_a_call_that_nobody_vouched_for(
    route: Any, authorizer: Any, watched: WatchedSandbox
) -> None:
    watched.calls.clear()
    handler = entry_of(route.function).with_runtime(watched.runtime())

    answer = handler(event(route.key, authorizer=authorizer), None)

    if route.credentials is Credentials.NONE:
        assert answer["statusCode"] == 403
        assert "This caller may not do that" in answer["body"]
    elif route.credentials is Credentials.SESSION and route.method == "GET":
        assert (answer["statusCode"], answer["body"]) == (303, "")
        assert answer["headers"]["Location"].startswith("/console/sign-in?next=")
    else:
        assert answer["statusCode"] == 401
        assert answer["headers"]["WWW-Authenticate"].startswith("Bearer resource_metadata=")
        if not route.page:
            assert json.loads(answer["body"]) == (RPC_401 if route.path == "/mcp" else BODY_401)
    assert watched.calls.snapshot().keys() <= {"secretsmanager:GetSecretValue"}


@pytest.mark.parametrize("function", HTTP_FUNCTIONS)
@pytest.mark.parametrize("key", ["GET /", "POST /other", "", "$default", "PUT /mcp"])
def test_a_function_answers_no_route_but_its_own(
    function: Function, key: str, watched: WatchedSandbox
) -> None:
    handler = entry_of(function).with_runtime(watched.runtime())
    foreign = next(route.key for route in ROUTES if route.function is not function)
    for asked in (key, foreign):
        assert handler(event(asked), None)["statusCode"] == 404
