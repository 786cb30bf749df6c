"""H4, H6 and H8: what an answer may be kept by, and what answers and logs may never hold."""

import json
import logging
import re
import socket
from typing import Any

import pytest

from tests.security.forging import Forge
from tests.security.watched import WatchedSandbox
from tests.support.api import FOREIGN, USD, Api
from tests.support.connecting import connected, forget
from wpp_mcp.routes import ROUTES, Body

CALL: dict[str, Any] = {"name": "list_budgets", "arguments": {"customerId": USD}}
ROUTE_IDS = [route.key for route in ROUTES]
JWT = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}\.")
BODIES = {
    "tool": {"tool": CALL["name"], "params": CALL["arguments"]},
    "foreign": {"tool": CALL["name"], "params": {"customerId": FOREIGN}},
    "call": {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": CALL},
    "list": {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
    "unknown": {"jsonrpc": "2.0", "id": 1, "method": "no/such"},
    "nothing": {},
    "array": [],
}


def held_secrets(answer: Any, box: WatchedSandbox) -> list[str]:
    """What an answer holds of secrets and tokens, its headers included."""
    text = f"{answer.headers!r} {answer.text}"
    found = [name for name, value in box.secrets.items() if value in text]
    found += [role for role in box.world.users if box.world.google_token(role) in text]
    return found + (["a signed token"] if JWT.search(text) else [])


SENT = [
    pytest.param(route, body, id=f"{route.key} {body}")
    for route in ROUTES
    for body in (BODIES if route.method == "POST" else ["tool"])
]


@pytest.mark.parametrize("role", ["practitioner", "agent", "auditor", "outsider", None])
@pytest.mark.parametrize(("route", "body"), SENT)
def test_h4_h6_no_answer_is_cached_or_holds_a_secret(
    attacker: Api, watched: WatchedSandbox, route: Any, role: str | None, body: str
) -> None:
    answer = attacker.send(route.method, route.path, role=role, json=BODIES[body])

    assert answer.headers["Cache-Control"] == "no-store"
    assert held_secrets(answer, watched) == []
    # The one page that a stranger gets a cookie from: it binds the sign-in to the browser.
    assert ("Set-Cookie" in answer.headers) is (route.key == "GET /console/sign-in")


@pytest.mark.parametrize("route", ROUTES, ids=ROUTE_IDS)
def test_h4_h6_nor_does_an_answer_to_a_session(
    attacker: Api, watched: WatchedSandbox, route: Any
) -> None:
    with connected(watched) as person:
        cookie, token = next(iter(person.cookies.items())), person.forms[0].fields["formToken"]
        sent = {"data": {"formToken": token}} if route.body is Body.FORM else {}
        headers = {"Cookie": "=".join(cookie), "X-Google-Access-Token": None}
        answer = attacker.send(route.method, route.path, headers=headers, **sent)
    forget(watched)

    assert answer.headers["Cache-Control"] == "no-store"
    # Our client id at Google is in every consent's address.
    assert set(held_secrets(answer, watched)) <= {"google-client-id"}
    assert not JWT.search(f"{answer.headers!r} {answer.text}")
    for held in (cookie[1], "1//sandbox", "sandbox-google-token"):
        assert held not in f"{answer.headers!r} {answer.text}"


FAULTS = ["dynamodb:BatchGetItem", "dynamodb:TransactWriteItems", "dynamodb:UpdateItem"]


@pytest.mark.parametrize("fault", [*FAULTS, "dynamodb:Query", "google-ads:Search"])
@pytest.mark.parametrize("way", ["execute", "rpc", "list", "audit", "health"])
def test_h4_h6_answers_to_failures(
    attacker: Api, watched: WatchedSandbox, way: str, fault: str
) -> None:
    watched.cold_start()
    attacker.control("POST", "/faults", json={"target": fault, "kind": "unavailable", "count": 20})
    paths = {"list": "/mcp/tools/list", "audit": "/mcp/audit-logs", "health": "/health"}
    if way == "execute":
        answer = attacker.execute(CALL["name"], CALL["arguments"])
    elif way == "rpc":
        answer = attacker.rpc("tools/call", CALL)
    else:
        answer = attacker.send("GET", paths[way], role="practitioner")

    assert answer.headers["Cache-Control"] == "no-store"
    assert held_secrets(answer, watched) == []
    assert "ordered fault" not in answer.text
    assert "Traceback" not in answer.text


def test_h4_lists_are_private(attacker: Api) -> None:
    result = attacker.modern("tools/list").json()["result"]
    assert result["cacheScope"] == "private"
    assert result["ttlMs"] == 60_000


@pytest.mark.parametrize("route", ROUTES, ids=ROUTE_IDS)
def test_h4_methods_and_limits_are_not_cached_either(attacker: Api, route: Any) -> None:
    answer = attacker.send(route.method, route.path, role="practitioner", content=b" " * 1_000_001)
    assert answer.headers["Cache-Control"] == "no-store"


WAYS = ["execute", "rpc", "modern", "list", "audit"]


@pytest.mark.parametrize("way", WAYS)
def test_h6_an_exception_with_tokens_in_it(
    attacker: Api, watched: WatchedSandbox, forge: Forge, way: str
) -> None:
    """Its text reaches the log without them, and the caller not at all."""
    ours, google, refresh = forge.token(), "ya29.not-a-real-token", "1//not-a-real-token"
    mark = watched.mark()

    def fail() -> None:
        raise RuntimeError(f"marked {ours} and {google} and {refresh} and Bearer abc.d")

    watched.before["batch_get_item"] = fail
    if way == "execute":
        answer = attacker.execute(CALL["name"], CALL["arguments"])
    elif way in ("rpc", "modern"):
        answer = getattr(attacker, way)("tools/call", CALL)
    else:
        path = "/mcp/tools/list" if way == "list" else "/mcp/audit-logs"
        answer = attacker.send("GET", path, role="practitioner")

    assert watched.before == {}
    assert "marked" not in answer.text
    assert "Traceback" not in answer.text
    logged = watched.log_since(mark)
    assert "RuntimeError" in logged
    for secret in (ours, google, refresh, "abc.d", ours.split(".")[1]):
        assert secret not in logged


HOSTILE = [
    'x\n{"level":"INFO","message":"forged"}',
    "x\r\nforged",
    '"},{"message":"forged"}',
    "\x1b[2J\x1b[31mforged",
    "\u2028forged\u2029",
    "\u202eforged",
    "\x00forged",
    "a" * 50_000,
]


def one_line_each(text: str) -> list[dict[str, Any]]:
    """Every line of a log, each one JSON object without a control character."""
    lines = [line for line in text.split("\n") if line]
    assert len(text.splitlines()) == len(lines)
    assert not [c for c in text if c != "\n" and not c.isprintable()]
    parsed = [json.loads(line) for line in lines]
    assert all(isinstance(line, dict) for line in parsed)
    assert all(str(line.get("message", "")) != "forged" for line in parsed)
    return parsed


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda v: repr(v[:12]))
@pytest.mark.parametrize("where", ["tool", "param", "value", "userId", "omaRequestId", "method"])
def test_h8_a_callers_text_makes_no_line(
    attacker: Api, watched: WatchedSandbox, where: str, hostile: str
) -> None:
    mark = watched.mark()
    params = {"customerId": USD}
    if where == "tool":
        attacker.execute(hostile, params)
        attacker.rpc("tools/call", {"name": hostile, "arguments": params})
    elif where == "param":
        attacker.execute(CALL["name"], {**params, hostile: 1})
        attacker.rpc("tools/call", {"name": CALL["name"], "arguments": {**params, hostile: 1}})
    elif where == "value":
        attacker.execute(CALL["name"], {"customerId": hostile})
        attacker.execute("search_google_ads", {**params, "query": hostile})
    elif where == "method":
        attacker.rpc(hostile)
    else:
        attacker.execute(CALL["name"], params, **{where: hostile})

    lines = one_line_each(watched.log_since(mark))
    assert bool(lines) == (where != "method")  # an unknown method is nobody's call


JSON_LINE = '{"level":"INFO","message":"forged"}'
HEADERS = ["User-Agent", "X-Amzn-Trace-Id", "X-Correlation-Id", "Mcp-Session-Id", "X-Request-Id"]


@pytest.mark.parametrize("name", [*HEADERS, "Authorization", "X-OMA-API-Key", "Mcp-Name"])
def test_h8_json_in_a_header_makes_no_line(
    attacker: Api, watched: WatchedSandbox, name: str
) -> None:
    mark = watched.mark()
    answer = attacker.rpc("tools/call", CALL, role="practitioner", headers={name: JSON_LINE})
    lines = one_line_each(watched.log_since(mark))
    assert lines
    assert "forged" not in watched.log_since(mark)
    assert "forged" not in answer.headers["X-Correlation-Id"]


@pytest.mark.parametrize(
    "raw", [b"a\x1b[31mforged", b"a\tforged", b"\xff\xfeforged", b"\x85forged"]
)
@pytest.mark.parametrize("name", [b"User-Agent", b"X-OMA-API-Key", b"Authorization", b"Origin"])
def test_h8_raw_bytes_in_a_header_make_no_line(
    attacker: Api, watched: WatchedSandbox, name: bytes, raw: bytes
) -> None:
    mark = watched.mark()
    host = f"127.0.0.1:{watched.port}".encode()
    head = b"GET /mcp/tools/list HTTP/1.1\r\nHost: %b\r\n%b: %b\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", watched.port), timeout=20) as connection:
        connection.sendall(head % (host, name, raw))
        assert connection.recv(15).startswith((b"HTTP/1.1 401", b"HTTP/1.1 400"))
    one_line_each(watched.log_since(mark))
    assert "forged" not in watched.log_since(mark)


def test_h6_h8_the_protocol_library_logs_through_the_same_filter(
    attacker: Api, watched: WatchedSandbox
) -> None:
    watched.cold_start()
    attacker.rpc("tools/list")
    mark = watched.mark()

    logging.getLogger("mcp.server").error("got ya29.not-a-real-token\n%s", JSON_LINE)

    (line,) = one_line_each(watched.log_since(mark))
    assert line["message"].startswith("got [hidden] {")
