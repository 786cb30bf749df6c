import json
from typing import Any

import pytest

from tests.unit.support import tokens
from tests.unit.support.aws import ENVIRON, Aws
from tests.unit.support.surroundings import Surroundings
from tests.unit.support.tokens import CONSOLE, ISSUER, MCP, OMA
from wpp_mcp.access import context
from wpp_mcp.access.authorizer import Authorizer
from wpp_mcp.config import ConfigurationError
from wpp_mcp.models.caller import ClientKind
from wpp_mcp.runtime import Endpoints

CONFIGURED = ENVIRON | {
    "WPP_USER_POOL_ID": "us-east-1_Test",
    "WPP_OMA_CLIENT_IDS": OMA,
    "WPP_CONSOLE_CLIENT_IDS": CONSOLE,
    "WPP_MCP_CLIENT_IDS": f"{MCP}, another-client",
}
EDGE = {"X-Origin-Verify": "from the edge"}


class Asked:
    def __init__(self, aws: Aws, around: Surroundings) -> None:
        self.fetched: list[str] = []
        self._authorizer = Authorizer(around.runtime(CONFIGURED, aws=aws, fetch=self._fetch))

    def _fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        return tokens.key_set()

    def __call__(self, headers: dict[str, str] | None) -> dict[str, Any]:
        return self._authorizer({"headers": headers}, None)

    def absence(self, **headers: str) -> str:
        answer = self(EDGE | {name.replace("_", "-"): v for name, v in headers.items()})
        assert answer["isAuthorized"] is True
        event = {"requestContext": {"authorizer": {"lambda": answer["context"]}}}
        assert context.principal_in(event) is None
        return context.absence_in(event)


@pytest.fixture
def asked(aws: Aws, around: Surroundings) -> Asked:
    rotating = json.dumps({"current": "from the edge", "previous": "from the old edge"})
    aws.put_secret("origin-header", rotating)
    aws.put_secret("oma-api-key", "the key of OMA")
    return Asked(aws, around)


@pytest.mark.parametrize("origin", ["from the edge", "from the old edge"])
def test_a_caller_is_named(asked: Asked, origin: str) -> None:
    headers = {"x-origin-verify": origin, "AUTHORIZATION": f"bearer {tokens.token(client_id=MCP)}"}
    answer = asked(headers)
    event = {"requestContext": {"authorizer": {"lambda": answer["context"]}}}
    principal = context.principal_in(event)
    assert answer["isAuthorized"] is True
    assert principal is not None
    assert (principal.client_kind, principal.oma_key) == (ClientKind.MCP, False)
    assert asked.fetched == [f"{ISSUER}/.well-known/jwks.json"]


def test_the_key_of_oma_is_noted(asked: Asked) -> None:
    headers = {"Authorization": f"Bearer {tokens.token()}", "X-OMA-API-Key": "the key of OMA"}
    assert asked(EDGE | headers)["context"]["omaKey"] == "valid"


@pytest.mark.parametrize("headers", [None, {}, {"X-Origin-Verify": ""}, {"X-Origin-Verify": "x"}])
def test_what_did_not_come_through_the_edge_is_denied(
    asked: Asked, headers: dict[str, str] | None
) -> None:
    good = {"Authorization": f"Bearer {tokens.token()}"}
    found = asked(None if headers is None else headers | good)
    assert found == {"isAuthorized": False, "context": {}}
    assert asked.fetched == []


def test_who_is_nobody_is_said_to_be(asked: Asked) -> None:
    assert asked.absence() == "no token"
    assert asked.absence(authorization="Bearer") == "no token"
    assert asked.absence(authorization="Basic dXNlcg==") == "bad token: scheme"
    assert asked.absence(authorization="Bearer x.y.z") == "bad token: malformed"
    assert asked.absence(authorization=f"Bearer {tokens.token(exp=1)}") == "bad token: expired"
    good = f"Bearer {tokens.token()}"
    assert asked.absence(authorization=good, x_oma_api_key="wrong") == "bad API key"
    assert asked.absence(authorization=good, x_oma_api_key="") == "bad API key"
    assert asked.absence(authorization=f"{good},{good}") == "bad token: not a JWT"


def test_a_google_token_is_nobody(asked: Asked) -> None:
    assert asked.absence(authorization="Bearer ya29.not-a-token") == "bad token: not a JWT"


def test_without_its_secrets_it_denies_everything(aws: Aws, around: Surroundings) -> None:
    found = Asked(aws, around)(EDGE | {"Authorization": f"Bearer {tokens.token()}"})
    assert found == {"isAuthorized": False, "context": {}}


def test_one_client_id_of_two_kinds_does_not_start(around: Surroundings) -> None:
    environ = CONFIGURED | {"WPP_MCP_CLIENT_IDS": f"{MCP},{OMA}"}
    with pytest.raises(ConfigurationError, match="two kinds"):
        Authorizer(around.runtime(environ))


def test_the_issuer_of_the_runtime_replaces_the_pools(aws: Aws, around: Surroundings) -> None:
    aws.put_secret("origin-header", "from the edge")
    local = "http://127.0.0.1:9000/pool"
    fetched: list[str] = []

    def fetch(url: str) -> bytes:
        fetched.append(url)
        return tokens.key_set()

    endpoints = Endpoints(issuer=local)
    authorizer = Authorizer(around.runtime(CONFIGURED, aws=aws, fetch=fetch, endpoints=endpoints))
    bearer = {"Authorization": f"Bearer {tokens.token(iss=local)}"}
    assert authorizer({"headers": EDGE | bearer}, None)["context"]["caller"] == "user"
    assert fetched == [f"{local}/.well-known/jwks.json"]
