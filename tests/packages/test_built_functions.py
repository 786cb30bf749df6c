"""Each function as it was built, started by Lambda's runtime client, without this checkout.

On its path are its package, its layers, the standard library and what the runtime has by itself.
"""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from sandbox.aws_endpoint import AwsEndpoint
from sandbox.box import Sandbox
from sandbox.invoke import environ_of, filled, started
from sandbox.lambda_process import LambdaProcess
from stacks.functions import FUNCTIONS, Layer
from tests.packages.conftest import Build
from tests.support import operations
from tests.support.answers import is_good
from tests.support.connecting import connect_at_once
from wpp_mcp.functions import TRIGGERED, Function
from wpp_mcp.operations.states import Status

ROOT: Final = Path(__file__).resolve().parents[2]
MEASURING: Final = Path(__file__).parent / "measuring"
SECONDS: Final = 60.0
TOOLS: Final = {
    "get_campaign_performance": {"customerId": "1000000101"},
    "get_property_details": {"propertyId": "300000001"},
    "list_analytics_accounts": {},
    "list_sitemaps": {"siteUrl": "sc-domain:aster.example"},
    "search_google_ads": {"customerId": "1000000101", "query": "SELECT campaign.id FROM campaign"},
}
"""Calls that reach each of Google's libraries, and the parser."""


def sample(function: Function) -> str:
    return (ROOT / f"events/{function}.json").read_text(encoding="utf-8")


def of_tool(event: dict[str, Any], function: Function, tool: str) -> dict[str, Any]:
    """The sample of a function that runs tools, for another tool."""
    body = json.loads(event["body"])
    if function is Function.MCP_ENDPOINT:
        body["params"] |= {"name": tool, "arguments": TOOLS[tool]}
        event = {**event, "headers": {**event["headers"], "mcp-name": tool}}
    else:
        del body["omaRequestId"]
        body |= {"tool": tool, "params": TOOLS[tool]}
    return {**event, "body": json.dumps(body)}


def events(function: Function, box: Sandbox) -> Iterator[dict[str, Any]]:
    own = filled(sample(function), box)
    if function is Function.OPERATION_JOBS:
        # Something to settle, and a way to the account.
        connect_at_once(box)
        past = box.clock() - timedelta(hours=1)
        unknown = operations.operation(box, status=Status.UNKNOWN, intent_at=past)
        operations.put(box, replace(unknown, expires_at=past))
    yield own
    if function in {Function.MCP_ENDPOINT, Function.EXECUTE_TOOL}:
        yield from (of_tool(own, function, tool) for tool in TOOLS)


def layers_of(files: list[str], folder: Path) -> set[Layer]:
    """The layers that files were loaded from."""
    found = {Path(f).relative_to(folder).parts[0] for f in files if f.startswith(f"{folder}/")}
    return {Layer(name) for name in found}


@pytest.mark.parametrize("function", list(Function))
def test_a_function_answers_with_its_layers_and_needs_each_of_them(
    built: Build, box: Sandbox, aws: AwsEndpoint, function: Function
) -> None:
    handler = "measured_handler.handler"
    with started(built.target, function, box, aws, handler, (MEASURING,)) as process:
        times = []
        for event in events(function, box):
            told = process.invoke(event, SECONDS)
            answer = told["answer"]
            times.append(process.age)
            assert is_good(function, answer), f"{answer}\n{process.log()}"
        loaded = process.init_seconds or 0

    used = layers_of(told["files"], built.target.layers)
    foreign = [f for f in told["files"] if f.startswith(f"{ROOT}/") and "/build/" not in f]
    print(f"\n{function:16} loaded {loaded:5.2f} s, first answer {times[0]:5.2f} s after its start")
    assert used == set(FUNCTIONS[function].layers), told["answer"]
    assert {Path(f).parent for f in foreign} <= {MEASURING, ROOT / "sandbox/in_lambda"}


@pytest.fixture(scope="module")
def nowhere() -> Iterator[str]:
    """An address of loopback where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@pytest.mark.parametrize("function", sorted(set(Function) - TRIGGERED))
def test_a_function_as_deployed_refuses_a_stranger_while_aws_is_away(
    built: Build, box: Sandbox, aws: AwsEndpoint, nowhere: str, function: Function
) -> None:
    """Its own handler, its own variables, and nothing to check a caller with."""
    environ = environ_of(function, box, aws) | {"AWS_ENDPOINT_URL": nowhere}
    if "WPP_ALLOWED_HOSTS" in environ:
        environ["WPP_ALLOWED_HOSTS"] = "mcp.agency.example"
    with LambdaProcess(built.target, function, environ) as process:
        answer = process.invoke(json.loads(sample(function)), SECONDS)
        log = process.log()

    if function is Function.AUTHORIZER:
        assert answer["isAuthorized"] is False
    elif function is Function.MCP_ENDPOINT:
        assert '"isError":true' in answer["body"]
    else:
        assert answer["statusCode"] in {403, 500, 503}, log
        assert "Traceback" not in answer["body"]
        assert nowhere not in answer["body"]
    assert "Unable to import module" not in log
