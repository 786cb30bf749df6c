"""The routes as a stranger to them finds them: what is open, what is not there, what is refused."""

from typing import Any

import pytest

from sandbox.settings import OMA_ORIGIN
from tests.security.watched import WatchedSandbox
from tests.support.api import USD, Api
from wpp_mcp import __version__
from wpp_mcp.routes import ROUTES
from wpp_mcp.tools.registry import catalogue

METADATA = "/.well-known/oauth-protected-resource"


@pytest.mark.parametrize("path", ["/health", "/mcp/health"])
def test_health_tells_three_things(attacker: Api, watched: WatchedSandbox, path: str) -> None:
    watched.cold_start()
    expected = {"status": "healthy", "version": __version__, "tools": len(catalogue())}
    assert attacker.send("GET", path).json() == expected


@pytest.mark.parametrize("path", ["/health", "/mcp/health"])
def test_health_is_degraded_without_the_tables_and_asks_them_rarely(
    attacker: Api, watched: WatchedSandbox, path: str
) -> None:
    watched.cold_start()
    attacker.control(
        "POST",
        "/faults",
        json={"target": "dynamodb:BatchGetItem", "kind": "unavailable", "count": 1},
    )
    with watched.held():
        for _ in range(5):
            answer = attacker.http.get(path)
            assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
        assert attacker.calls("dynamodb") == {"dynamodb:BatchGetItem": 1}
        watched.step(11)
        assert attacker.http.get(path).json()["status"] == "healthy"


@pytest.mark.parametrize("path", [METADATA, f"{METADATA}/mcp"])
def test_metadata_leads_to_the_token_issuer(
    attacker: Api, watched: WatchedSandbox, path: str
) -> None:
    assert attacker.send("GET", path).json() == {
        "resource": f"{watched.url}/mcp",
        "resource_name": "WPP marketing accounts",
        "authorization_servers": [watched.url],
        "scopes_supported": ["tools/read", "tools/write"],
        "bearer_methods_supported": ["header"],
    }
    assert attacker.calls("dynamodb") == {}


def test_metadata_of_the_token_issuer(attacker: Api, watched: WatchedSandbox) -> None:
    answer = attacker.send("GET", "/.well-known/oauth-authorization-server")

    assert answer.json() == {
        "issuer": watched.url,
        "authorization_endpoint": f"{watched.url}/oauth/authorize",
        "token_endpoint": f"{watched.url}/oauth/token",
        "revocation_endpoint": f"{watched.url}/oauth/revoke",
        "jwks_uri": f"{watched.issuer.url}/.well-known/jwks.json",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "scopes_supported": ["tools/read", "tools/write"],
        "client_id_metadata_document_supported": True,
        "authorization_response_iss_parameter_supported": True,
        "protected_resources": [f"{watched.url}/mcp"],
    }
    assert attacker.calls("dynamodb") == {}


def test_the_challenge_leads_to_the_metadata(attacker: Api) -> None:
    challenge = attacker.rpc("tools/list", headers={"Authorization": None})
    address = challenge.headers["WWW-Authenticate"].partition('resource_metadata="')[2][:-1]
    assert attacker.http.get(address).json()["resource"] == f"{attacker.box.url}/mcp"


UNKNOWN = [
    ("GET", "/"),
    ("GET", "/mcp/execute-tool"),
    ("POST", "/mcp/execute-tool/"),
    ("POST", "/MCP"),
    ("POST", "/mcp/"),
    ("POST", "/mcp//execute-tool"),
    ("POST", "/mcp/../mcp/confirm"),
    ("PUT", "/mcp"),
    ("PATCH", "/mcp"),
    ("POST", "/health"),
    ("DELETE", "/mcp/audit-logs"),
    ("POST", "/mcp/tools/list"),
    ("GET", "/tools/list"),
    ("GET", "/.env"),
    ("GET", "/.well-known/oauth-protected-resource/other"),
    ("GET", "/.well-known/openid-configuration"),
    ("POST", "/oauth/register"),
    ("POST", "/oauth/authorize"),
    ("GET", "/oauth/consent"),
    ("GET", "/oauth/token"),
    ("GET", "/mcp%2Fhealth%00"),
]


@pytest.mark.parametrize(("method", "path"), UNKNOWN)
def test_what_is_not_in_the_table_is_not_there(attacker: Api, method: str, path: str) -> None:
    assert (method, path) not in {(route.method, route.path) for route in ROUTES}
    answer = attacker.send(method, path, role="practitioner", content=b"{}")
    assert answer.status_code == 404
    assert attacker.calls() == {}


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_mcp_answers_one_method(attacker: Api, method: str) -> None:
    answer = attacker.send(method, "/mcp", role="agent", headers={"Origin": OMA_ORIGIN})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert answer.json()["error"]["data"]["code"] == "METHOD_NOT_ALLOWED"
    assert attacker.calls("dynamodb") == {}


def test_a_plain_body_on_mcp_is_told_where_to_go(attacker: Api) -> None:
    body = {"tool": "list_budgets", "params": {"customerId": USD}}
    answer = attacker.send("POST", "/mcp", role="practitioner", json=body)
    assert answer.status_code == 400
    assert "/mcp/execute-tool" in answer.json()["error"]["message"]
    assert attacker.calls("dynamodb") == {}


NOT_STRICT = {
    "two keys": b'{"tool":"list_campaigns","tool":"list_budgets","params":{"customerId":"%s"}}',
    "two keys, one escaped": b'{"to\\u006fl":"a","tool":"list_budgets","params":{}}',
    "two keys deep inside": b'{"tool":"list_budgets","params":{"a":{"b":1,"b":"%s"}}}',
    "NaN": b'{"tool":"list_budgets","params":{"customerId":"%s","pageSize":NaN}}',
    "Infinity": b'{"tool":"list_budgets","params":{"customerId":"%s","pageSize":Infinity}}',
    "-Infinity": b'{"tool":"list_budgets","params":{"pageSize":-Infinity}}',
    "1e999": b'{"tool":"list_budgets","params":{"pageSize":1e999}}',
    "a long number": b'{"tool":"list_budgets","params":{"pageSize":' + b"9" * 5_000 + b"}}",
    "a lone surrogate": b'{"tool":"list_budgets","params":{"customerId":"\\ud800"}}',
    "not UTF-8": b'{"tool":"list_budgets","params":{"customerId":"\xff"}}',
    "UTF-16": '{"tool":"list_budgets","params":{}}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"tool":"list_budgets","params":{}}',
    "two values": b'{"tool":"list_budgets","params":{}}{}',
    "a comment": b'{"tool":"list_budgets"/**/,"params":{}}',
    "a trailing comma": b'{"tool":"list_budgets","params":{},}',
    "single quotes": b"{'tool':'list_budgets','params':{}}",
    "a control character": b'{"tool":"list_budgets\x01","params":{}}',
    "nothing": b"",
}


@pytest.mark.parametrize("body", NOT_STRICT)
@pytest.mark.parametrize("path", ["/mcp", "/mcp/execute-tool"])
def test_bodies_that_are_not_strict_json(attacker: Api, path: str, body: str) -> None:
    content = NOT_STRICT[body].replace(b"%s", USD.encode())
    if path == "/mcp":
        content = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":' + content + b"}"
    answer = attacker.send("POST", path, role="practitioner", content=content)

    error: dict[str, Any] = answer.json()["error"]
    assert answer.status_code == 400
    assert (error.get("data") or error)["code"] == "INVALID_REQUEST"
    assert "The body is not valid" in error["message"]
    assert attacker.calls("dynamodb") == {}
    assert attacker.calls("google-ads") == {}
