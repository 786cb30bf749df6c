"""The sample events: one per function, as API Gateway sends them, and the functions take them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.box import Sandbox
from sandbox.events import HttpRequest, authorizer_event, base_event, integration_event
from sandbox.functions import Functions
from sandbox.invoke import filled
from tests.support.answers import answered, is_good
from wpp_mcp.functions import TRIGGERED, Function
from wpp_mcp.models import strict_json
from wpp_mcp.routes import BY_KEY, Credentials

FOLDER = Path(__file__).resolve().parents[2] / "events"
WITH_ROUTES = sorted(set(Function) - TRIGGERED)


def text_of(function: Function) -> str:
    return (FOLDER / f"{function.value}.json").read_text(encoding="utf-8")


def event_of(function: Function) -> dict[str, Any]:
    event: dict[str, Any] = strict_json.loads(text_of(function))
    return event


def built(event: Mapping[str, Any], function: Function) -> dict[str, Any]:
    """The sandbox's event for the same request."""
    http = event["requestContext"]["http"]
    authorizer = event["requestContext"].get("authorizer")
    body = event.get("body", "").encode()
    cookies = {"cookie": "; ".join(event["cookies"])} if "cookies" in event else {}
    request = HttpRequest(
        method=http["method"],
        path=http["path"],
        query=event["rawQueryString"],
        headers=list((event["headers"] | cookies).items()),
        body=body,
        source_ip=http["sourceIp"],
        at=datetime.fromtimestamp(event["requestContext"]["timeEpoch"] / 1000, UTC),
        request_id=event["requestContext"]["requestId"],
    )
    base = base_event(request, event["routeKey"])
    if function is Function.AUTHORIZER:
        return authorizer_event(base)
    return integration_event(base, body, authorizer["lambda"] if authorizer else None)


def test_every_function_has_a_sample_and_there_are_no_others() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.json" for name in Function}


@pytest.mark.parametrize("function", WITH_ROUTES)
def test_a_sample_is_what_the_sandbox_builds_for_its_request(function: Function) -> None:
    event = event_of(function)

    assert event == built(event, function)


@pytest.mark.parametrize("function", WITH_ROUTES)
def test_the_route_key_is_a_route_of_the_function(function: Function) -> None:
    event = event_of(function)
    route = BY_KEY[event["routeKey"]]
    http = event["requestContext"]["http"]

    assert event["routeKey"] == f"{http['method']} {http['path']}"
    if function is Function.AUTHORIZER:
        assert route.credentials is not Credentials.NONE
    else:
        assert route.function is function


@pytest.mark.parametrize("function", WITH_ROUTES)
def test_credentials_are_placeholders(function: Function) -> None:
    secret = ("authorization", "x-origin-verify", "x-oma-api-key", "x-google-access-token")
    values = [v for n, v in event_of(function)["headers"].items() if n in secret]

    assert values
    assert all(v.removeprefix("Bearer ").startswith("<") and v.endswith(">") for v in values)


@pytest.fixture
def functions(box: Sandbox) -> Iterator[Functions]:
    running = Functions(box.runtime())
    yield running
    running.stop()


@pytest.mark.parametrize("function", list(Function))
def test_a_function_takes_its_sample(
    box: Sandbox, functions: Functions, function: Function
) -> None:
    answer = answered(lambda: functions.invoke(function, filled(text_of(function), box)))

    assert is_good(function, answer), answer
