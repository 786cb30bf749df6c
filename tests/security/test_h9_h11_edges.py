"""H9 and H11: who comes round the edge, and who reaches the sandbox's controls."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.controls import Controls
from tests.security.watched import WatchedSandbox
from tests.support.api import USD, Api
from wpp_mcp.access.edge import ORIGIN_HEADER
from wpp_mcp.config import NO_EDGE
from wpp_mcp.models.caller import Scope
from wpp_mcp.models.strict_json import dumps
from wpp_mcp.routes import BY_KEY, PREFLIGHTS, ROUTES
from wpp_mcp.secret_store import SecretName

ROOT = Path(__file__).resolve().parents[2]
NAME = SecretName.ORIGIN_HEADER.value
ORIGIN_HEADER_NAME = ORIGIN_HEADER.title()


@pytest.fixture(scope="module")
def edgeless() -> Iterator[WatchedSandbox]:
    """The API without the edge in front of it; secrets are read anew on each call."""
    with WatchedSandbox(edge=False, environ={"WPP_SECRET_TTL_SECONDS": "0"}) as running:
        yield running


@pytest.fixture(scope="module")
def direct(edgeless: WatchedSandbox) -> Iterator[Api]:
    """A client that speaks to the API directly."""
    with Api(edgeless) as client:
        yield client


@pytest.fixture(autouse=True)
def nothing_called_yet(direct: Api) -> None:
    """Count the calls of each test alone."""
    direct.box.calls.clear()


def call(api: Api, route: Any, offered: str | None) -> Any:
    """Call a route as somebody who may, and who does everything else right."""
    headers = {ORIGIN_HEADER_NAME: offered}
    body = {"tool": "list_budgets", "params": {"customerId": USD}}
    own = Scope.ACCESS_MANAGE not in route.scopes or Scope.TOOLS_WRITE in route.scopes
    role = "practitioner" if own else "admin"
    return api.send(route.method, route.path, role=role, headers=headers, json=body)


def offers(secret: str) -> dict[str, str | None]:
    """What somebody who goes round the edge could send."""
    return {
        "nothing": None,
        "empty": "",
        "guessed": "guessed",
        "cut": secret[:-1],
        "longer": secret + "x",
        "other case": secret.swapcase(),
        "two": f"{secret},{secret}",
    }


@pytest.mark.parametrize("offer", offers(""))
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.key)
def test_h9_every_route_is_closed_to_who_comes_round_the_edge(
    direct: Api, edgeless: WatchedSandbox, route: Any, offer: str
) -> None:
    answer = call(direct, route, offers(edgeless.secrets[NAME])[offer])

    assert answer.status_code == 403
    assert direct.calls("dynamodb") == {}
    assert direct.calls("google-ads") == {}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.key)
def test_h9_the_edges_value_opens(direct: Api, edgeless: WatchedSandbox, route: Any) -> None:
    assert call(direct, route, edgeless.secrets[NAME]).status_code != 403


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.key)
def test_h9_the_previous_value_serves_while_it_is_kept(
    direct: Api, edgeless: WatchedSandbox, route: Any
) -> None:
    first, second, third = edgeless.secrets[NAME], "rotated-once", "rotated-twice"
    manager = edgeless.aws.plain("secretsmanager")
    name = edgeless.environ()["WPP_SECRET_PREFIX"] + NAME

    def outcomes(**values: str) -> list[bool]:
        manager.put_secret_value(SecretId=name, SecretString=dumps(values))
        return [call(direct, route, v).status_code != 403 for v in (first, second, third)]

    try:
        assert outcomes(current=second, previous=first) == [True, True, False]
        assert outcomes(current=third, previous=second) == [False, True, True]
        assert outcomes(current=third) == [False, False, True]
    finally:
        assert outcomes(current=first) == [True, False, False]


@pytest.mark.parametrize("value", ["", "{}", '{"current":""}', '{"current":1}', '{"previous":"x"}'])
@pytest.mark.parametrize("route", [ROUTES[0], ROUTES[-1]], ids=lambda route: route.key)
def test_h9_without_a_usable_secret_nobody_comes_in(
    direct: Api, edgeless: WatchedSandbox, route: Any, value: str
) -> None:
    manager = edgeless.aws.plain("secretsmanager")
    name = edgeless.environ()["WPP_SECRET_PREFIX"] + NAME
    manager.put_secret_value(SecretId=name, SecretString=value or " ")
    try:
        for offered in ("", None, edgeless.secrets[NAME]):
            assert call(direct, route, offered).status_code in (403, 500)
        assert direct.calls("dynamodb") == {}
    finally:
        usual = dumps({"current": edgeless.secrets[NAME]})
        manager.put_secret_value(SecretId=name, SecretString=usual)


@pytest.mark.parametrize("offered", [None, "guessed"])
@pytest.mark.parametrize("route", PREFLIGHTS, ids=lambda route: route.key)
def test_h9_a_browsers_question_comes_through_the_edge_too(
    direct: Api, edgeless: WatchedSandbox, route: Any, offered: str | None
) -> None:
    assert call(direct, route, offered).status_code == 403
    assert call(direct, route, edgeless.secrets[NAME]).status_code == 204


@pytest.mark.parametrize("environment", ["sandbox", "staging", "prod", "dev2", "Dev"])
def test_h9_only_dev_may_do_without_an_edge(environment: str) -> None:
    """Anywhere else the function does not start, so it answers nobody."""
    said = {"WPP_ENVIRONMENT": environment, "WPP_EDGE": NO_EDGE}
    with WatchedSandbox(edge=False, environ=said) as box, Api(box) as api:
        for route in BY_KEY.values():
            assert call(api, route, box.secrets[NAME]).status_code == 500, route.key
        assert api.calls() == {}


@pytest.mark.parametrize("said", ["no", "NONE", "none ", "false", "0"])
def test_h9_nothing_else_takes_the_edge_away(said: str) -> None:
    environ = {"WPP_ENVIRONMENT": "dev", "WPP_EDGE": said}
    with WatchedSandbox(edge=False, environ=environ) as box, Api(box) as api:
        assert call(api, ROUTES[0], None).status_code == 500


def test_h9_dev_without_an_edge_asks_for_everything_else() -> None:
    environ = {"WPP_ENVIRONMENT": "dev", "WPP_EDGE": NO_EDGE}
    with WatchedSandbox(edge=False, environ=environ) as box, Api(box) as api:
        assert api.send("GET", "/health").status_code == 200
        assert api.execute("list_budgets", {"customerId": USD}).status_code == 200
        nobody = {"Authorization": None}
        refused = api.execute("list_budgets", {"customerId": USD}, headers=nobody)
        assert refused.status_code == 401


def test_h9_the_edge_writes_over_what_a_viewer_sends(attacker: Api) -> None:
    headers = {ORIGIN_HEADER_NAME: "guessed"}
    answer = attacker.execute("list_budgets", {"customerId": USD}, headers=headers)
    assert answer.status_code == 200


CONTROLS = [
    ("GET", "/world"),
    ("POST", "/faults"),
    ("GET", "/faults"),
    ("DELETE", "/faults"),
    ("POST", "/clock"),
    ("GET", "/outbox"),
    ("GET", "/calls"),
    ("DELETE", "/calls"),
    ("GET", "/headers?as=admin"),
    ("GET", "/environment?as=admin"),
    ("GET", "/issuer/.well-known/jwks.json"),
    ("GET", "/issuer/oauth2/authorize"),
    ("POST", "/issuer/oauth2/login"),
    ("POST", "/issuer/oauth2/token"),
    ("POST", "/issuer/oauth2/revoke"),
    ("GET", "/google/authorize"),
    ("POST", "/google/consent"),
    ("POST", "/google/token"),
    ("POST", "/google/revoke"),
    ("POST", "/oma/{webhook}"),
    ("GET", "/oma"),
    ("POST", "/google-ads/{customer}/budgets/{budget}"),
    ("POST", "/google-ads/{customer}/campaigns/{campaign}"),
]


@pytest.mark.parametrize(("method", "path"), CONTROLS)
def test_h11_controls_from_elsewhere(
    attacker: Api, watched: WatchedSandbox, method: str, path: str
) -> None:
    port = watched.port
    for headers, status in (
        ({"Host": "attacker.example"}, 421),
        ({"Host": f"attacker.example:{port}"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Origin": "https://attacker.example"}, 403),
        ({"Origin": f"http://attacker.example:{port}"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": f"http://127.0.0.1:{port}.attacker.example"}, 403),
    ):
        answer = attacker.send(method, f"/_sandbox{path}", headers=headers)
        assert answer.status_code == status
        assert set(answer.json()) == {"error"}


def test_h11_every_control_is_tried_above(watched: WatchedSandbox) -> None:
    found = {
        (method, route.path.removeprefix("/_sandbox"))
        for route in Controls(watched).routes()
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert found == {(method, path.partition("?")[0]) for method, path in CONTROLS}


@pytest.mark.parametrize("folder", ["layers", "lambdas"])
def test_h11_no_trace_of_the_sandbox_in_what_is_deployed(folder: str) -> None:
    files = [
        path
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".py", ".txt", ".json", ".toml", ".in"}
    ]
    traces = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in files
        for line in path.read_text().splitlines()
        if re.search("sandbox|emulat|moto", line, re.IGNORECASE)
    ]
    assert files
    assert traces == []
