"""H1 and H2: what a browser of another site can do, and what too much of anything does."""

import json
import re
import socket
from typing import Any

import pytest

from sandbox.settings import OMA_ORIGIN
from tests.security.watched import WatchedSandbox, modern_meta
from tests.support.api import NOT_GRANTED, USD, Api
from wpp_mcp.routes import ROUTES

CALL: dict[str, Any] = {"name": "list_budgets", "arguments": {"customerId": USD}}
ALLOWED_HEADERS = (
    "Authorization, Content-Type, X-OMA-API-Key, X-Google-Access-Token, X-MCP-Toolsets,"
    " MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id"
)
ORIGINS = [
    "https://attacker.example",
    "null",
    f"{OMA_ORIGIN}.attacker.example",
    OMA_ORIGIN.replace("https", "http"),
    f"{OMA_ORIGIN}:8443",
    OMA_ORIGIN.upper(),
    "file://",
    "",
]
PAGE = re.compile(r"style-src 'sha256-[\w+/=]+'|form-action 'self'")
"""What a page may, beyond nothing."""
PUBLIC = [route for route in ROUTES if route.public_cors]
PRIVATE = [route for route in ROUTES if not route.public_cors]


def key(route: Any) -> str:
    """The name of a route's test."""
    return str(route.key)


@pytest.mark.parametrize("era", ["rpc", "modern"])
def test_h1_omas_origin_and_none_are_served(attacker: Api, era: str) -> None:
    for origin in (OMA_ORIGIN, None):
        answer = getattr(attacker, era)("tools/call", CALL, headers={"Origin": origin})
        assert answer.json()["result"]["isError"] is False


@pytest.mark.parametrize("origin", [o for o in ORIGINS if o])
@pytest.mark.parametrize("era", ["rpc", "modern"])
def test_h1_mcp_refuses_other_origins_before_anything_is_read(
    attacker: Api, era: str, origin: str
) -> None:
    answer = getattr(attacker, era)("tools/call", CALL, headers={"Origin": origin})

    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert attacker.calls("dynamodb") == {}
    assert attacker.calls("google-ads") == {}


@pytest.mark.parametrize(
    "host", ["attacker.example", "127.0.0.1", "169.254.169.254", "localhost:1"]
)
@pytest.mark.parametrize("era", ["rpc", "modern"])
def test_h1_mcp_refuses_other_hosts_before_anything_is_read(
    attacker: Api, era: str, host: str
) -> None:
    answer = getattr(attacker, era)("tools/call", CALL, headers={"Host": host})

    assert answer.status_code == 421
    assert attacker.calls("dynamodb") == {}


def test_h1_a_path_that_is_not_there_is_not_there_for_a_browser_either(attacker: Api) -> None:
    answer = preflight(attacker, "/other", OMA_ORIGIN)
    assert answer.status_code == 404
    assert "Access-Control-Allow-Origin" not in answer.headers


def preflight(api: Api, path: str, origin: str) -> Any:
    """What a browser asks before the call."""
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return api.send("OPTIONS", path, headers=asked)


@pytest.mark.parametrize("route", PRIVATE, ids=key)
def test_h1_cors_is_for_omas_origin(attacker: Api, route: Any) -> None:
    allowed = preflight(attacker, route.path, OMA_ORIGIN)
    assert allowed.status_code == 204
    assert allowed.headers["Access-Control-Allow-Origin"] == OMA_ORIGIN
    assert allowed.headers["Access-Control-Allow-Headers"] == ALLOWED_HEADERS
    assert allowed.headers["Access-Control-Allow-Methods"] == "DELETE, GET, POST, PUT"
    assert allowed.headers["Access-Control-Max-Age"] == "3600"
    exposed = "WWW-Authenticate, Retry-After, Mcp-Session-Id"
    assert allowed.headers["Access-Control-Expose-Headers"] == exposed
    assert "Access-Control-Allow-Credentials" not in allowed.headers


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("route", PRIVATE, ids=key)
def test_h1_cors_tells_other_origins_nothing(attacker: Api, route: Any, origin: str) -> None:
    simple = attacker.send(
        route.method, route.path, role="practitioner", headers={"Origin": origin}, content=b"{}"
    )
    for answer in (preflight(attacker, route.path, origin), simple):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("origin", ["https://attacker.example", OMA_ORIGIN, "null"])
@pytest.mark.parametrize("route", PUBLIC, ids=key)
def test_h1_metadata_and_what_oauth_clients_call_is_for_everybody(
    attacker: Api, route: Any, origin: str
) -> None:
    for answer in (
        preflight(attacker, route.path, origin),
        attacker.send(route.method, route.path, headers={"Origin": origin}),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers


FORMS = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("path", ["/mcp", "/mcp/execute-tool"])
def test_h1_a_forged_form_brings_no_credentials(
    attacker: Api, watched: WatchedSandbox, path: str, kind: str
) -> None:
    """Credentials are headers that no form sends; a cookie counts for nothing."""
    own = watched.headers("practitioner")
    cookie = "; ".join(f"{name}={value}" for name, value in own.items())
    body = {"tool": CALL["name"], "params": CALL["arguments"], "jsonrpc": "2.0"}
    query = {"access_token": own["Authorization"].removeprefix("Bearer ")}

    for where in ({"headers": {"Cookie": cookie, "Content-Type": kind}}, {"params": query}):
        answer = attacker.send("POST", path, json=body, **where)
        assert answer.status_code == 401
    assert attacker.calls("dynamodb") == {}


@pytest.mark.parametrize("kind", FORMS)
def test_h1_mcp_takes_json_alone(attacker: Api, kind: str) -> None:
    answer = attacker.rpc("tools/call", CALL, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert attacker.calls("dynamodb") == {}


@pytest.mark.parametrize("role", ["practitioner", None])
@pytest.mark.parametrize("route", ROUTES, ids=key)
def test_h1_no_answer_can_be_framed_or_sniffed(attacker: Api, route: Any, role: Any) -> None:
    answer = attacker.send(route.method, route.path, role=role, content=b"{}")
    policy = answer.headers["Content-Security-Policy"].split("; ")
    allowed = {part for part in policy if not part.endswith("'none'")}
    assert {"default-src 'none'", "frame-ancestors 'none'"} <= set(policy)
    assert allowed == ({part for part in policy if PAGE.fullmatch(part)} if route.page else set())
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def body_of(path: str, size: int) -> bytes:
    """A good call of a size, filled up with blanks."""
    plain = {"tool": CALL["name"], "params": CALL["arguments"]}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": CALL}
    return json.dumps(message if path == "/mcp" else plain).encode().ljust(size)


@pytest.mark.parametrize("path", ["/mcp", "/mcp/execute-tool"])
def test_h2_a_megabyte_is_taken_and_no_more(attacker: Api, path: str) -> None:
    def post(size: int, **headers: str) -> Any:
        content = body_of(path, size)
        return attacker.send("POST", path, role="practitioner", headers=headers, content=content)

    assert post(1_000_000).status_code == 200
    attacker.box.calls.clear()
    for headers in ({}, {"Content-Type": "application/octet-stream"}):
        answer = post(1_000_001, **headers)
        error = answer.json()["error"]
        assert answer.status_code == 413
        assert (error.get("data") or error)["code"] == "PAYLOAD_TOO_LARGE"
    assert attacker.calls("dynamodb") == {}


@pytest.mark.parametrize("path", ["/mcp", "/mcp/execute-tool", "/mcp/tools/list", "/health"])
def test_h2_ten_megabytes_stop_at_the_gateway(attacker: Api, path: str) -> None:
    content = b" " * (10 * 1024 * 1024 + 1)
    answer = attacker.send("POST", path, role="practitioner", content=content)
    assert answer.status_code == 413
    assert attacker.calls() == {}


@pytest.mark.parametrize("depth", [33, 100_000])
@pytest.mark.parametrize("shape", ["[", '{"a":'])
@pytest.mark.parametrize("path", ["/mcp", "/mcp/execute-tool"])
def test_h2_deep_nesting(attacker: Api, path: str, shape: str, depth: int) -> None:
    answer = attacker.send("POST", path, role="practitioner", content=(shape * depth).encode())
    assert answer.status_code == 400
    assert "nested deeper than 32" in answer.text
    assert attacker.calls("dynamodb") == {}


def many(what: str) -> dict[str, Any]:
    """Parameters with 10,000 of something."""
    foreign = [f"{number:010}" for number in range(2_000_000_000, 2_000_010_000)]
    return {
        "list": {"customerId": USD, "campaignIds": [str(n) for n in range(1, 10_001)]},
        "accounts": {"customerId": USD, "customerIds": foreign},
        "members": {"customerId": USD, **{f"p{n}": n for n in range(10_000)}},
        "text": {"customerId": USD, "pageToken": f"customers/{NOT_GRANTED} " * 10_000},
    }[what]


@pytest.mark.parametrize("what", ["list", "accounts", "members", "text"])
@pytest.mark.parametrize("era", ["execute", "rpc", "modern"])
def test_h2_ten_thousand_items(attacker: Api, era: str, what: str) -> None:
    attacker.execute("list_accessible_accounts")  # warm: the directory pairing is known
    attacker.box.calls.clear()
    params = many(what)
    given = (CALL["name"], params)
    if era != "execute":
        given = ("tools/call", {"name": CALL["name"], "arguments": params})
    answer = getattr(attacker, era)(*given, role="practitioner").json()
    body = answer if era == "execute" else answer["result"]["structuredContent"]

    expected = "INVALID_REQUEST" if what in ("list", "members") else "ACCOUNT_NOT_AUTHORIZED"
    assert body["error"]["code"] == expected
    assert attacker.calls("google-ads") == {}
    assert attacker.calls("dynamodb").get("dynamodb:BatchGetItem") == 1


def test_h2_a_body_that_never_comes_ends_the_call(attacker: Api, watched: WatchedSandbox) -> None:
    head = (
        f"POST /mcp/execute-tool HTTP/1.1\r\nHost: 127.0.0.1:{watched.port}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )
    with socket.create_connection(("127.0.0.1", watched.port), timeout=20) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 408")
    assert attacker.calls() == {}


def test_h2_modern_messages_are_bounded_too(attacker: Api) -> None:
    params = CALL | modern_meta() | {"padding": "x" * 1_000_000}
    answer = attacker.modern("tools/call", params)
    assert answer.status_code == 413
    assert attacker.calls("dynamodb") == {}
