"""H7 and B12: every protocol revision enforces the same, and headers say what the body says."""

from typing import Any

import pytest

from tests.security.forging import Forge
from tests.security.watched import (
    RPC_401,
    WatchedSandbox,
    assert_stranger,
    directory_says,
    modern_meta,
)
from tests.support.api import FOREIGN, USD, Api
from wpp_mcp.models.caller import Role

GRANTED: dict[str, Any] = {"name": "list_budgets", "arguments": {"customerId": USD}}
REFUSED: dict[str, Any] = {"name": "list_budgets", "arguments": {"customerId": FOREIGN}}
OLD = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", None]
GARBAGE = ["", "1999-01-01", "2026-07-28x", "latest", "2026-07-28,2025-06-18", "9" * 500]
SPOKEN = [*OLD, "2026-07-28"]


def send(api: Api, version: str | None, method: str, params: dict[str, Any], **how: Any) -> Any:
    """A message in a revision."""
    if version == "2026-07-28":
        return api.modern(method, params, **how)
    headers = {"MCP-Protocol-Version": version, **how.pop("headers", {})}
    return api.rpc(method, params, headers=headers, **how)


def refusal(answer: Any) -> Any:
    """The code of the error in a tool's result."""
    result = answer.json()["result"]
    assert result["isError"] is True
    return result["structuredContent"]["error"]["code"]


@pytest.mark.parametrize("version", SPOKEN)
def test_h7_every_revision_reads_what_is_granted(attacker: Api, version: str | None) -> None:
    result = send(attacker, version, "tools/call", GRANTED).json()["result"]
    assert result["structuredContent"]["data"]["account"] == USD


@pytest.mark.parametrize("version", SPOKEN)
def test_h7_accounts(attacker: Api, version: str | None) -> None:
    answer = send(attacker, version, "tools/call", REFUSED)
    assert refusal(answer) == "ACCOUNT_NOT_AUTHORIZED"
    assert attacker.calls("google-ads") == {}
    assert attacker.audit()[0]["result"] == "blocked"


@pytest.mark.parametrize("version", [*SPOKEN, *GARBAGE])
@pytest.mark.parametrize("method", ["tools/call", "tools/list", "initialize"])
def test_h7_strangers(
    attacker: Api, watched: WatchedSandbox, version: str | None, method: str
) -> None:
    mark = watched.mark()
    params = GRANTED if method == "tools/call" else {}
    answer = send(attacker, version, method, params, headers={"Authorization": None})
    assert_stranger(attacker, watched, answer, mark, body=RPC_401)


@pytest.mark.parametrize("version", SPOKEN)
def test_h7_scopes_and_roles(
    attacker: Api, watched: WatchedSandbox, forge: Forge, version: str | None
) -> None:
    narrow = forge.bearer({"scope": "tools/write"}, role="agent")
    for none in (narrow, forge.bearer({"scope": "audit/read"}, role="agent")):
        answer = send(attacker, version, "tools/call", GRANTED, headers=none)
        assert answer.status_code == 403
        assert "insufficient_scope" in answer.headers["WWW-Authenticate"]
    listed = send(attacker, version, "tools/list", {}, headers=narrow).json()["result"]["tools"]
    assert {tool["annotations"]["readOnlyHint"] for tool in listed} == {False}
    with directory_says(watched, "practitioner", role=Role.AUDITOR):
        assert refusal(send(attacker, version, "tools/call", GRANTED)) == "FORBIDDEN"
    assert attacker.calls("google-ads") == {}


@pytest.mark.parametrize("version", GARBAGE)
@pytest.mark.parametrize("params", [GRANTED, GRANTED | modern_meta()], ids=["plain", "modern"])
def test_h7_a_revision_that_does_not_exist_reads_nothing(
    attacker: Api, version: str, params: dict[str, Any]
) -> None:
    headers = {"MCP-Protocol-Version": version}
    answer = attacker.rpc("tools/call", params, headers=headers)

    assert answer.status_code == 400
    assert attacker.calls("dynamodb") == {}
    assert attacker.calls("google-ads") == {}


@pytest.mark.parametrize("version", [v for v in OLD if v])
def test_h7_a_revision_that_the_body_contradicts_reads_nothing(attacker: Api, version: str) -> None:
    params = GRANTED | modern_meta()
    answer = attacker.rpc("tools/call", params, headers={"MCP-Protocol-Version": version})

    assert answer.status_code == 400
    assert attacker.calls("dynamodb") == {}


OTHER = [
    {"Mcp-Name": "list_campaigns"},
    {"Mcp-Name": "LIST_BUDGETS"},
    {"Mcp-Name": "list_budgets,list_campaigns"},
    {"Mcp-Name": ""},
    {"Mcp-Method": "tools/list"},
    {"Mcp-Method": "TOOLS/CALL"},
    {"Mcp-Method": ""},
    {"Mcp-Method": "initialize", "Mcp-Name": "list_budgets"},
]


@pytest.mark.parametrize("headers", OTHER, ids=repr)
@pytest.mark.parametrize("version", SPOKEN)
def test_b12_a_header_that_names_something_else_reads_nothing(
    attacker: Api, version: str | None, headers: dict[str, str]
) -> None:
    answer = send(attacker, version, "tools/call", GRANTED, headers=headers)

    assert answer.status_code == 400
    assert attacker.calls("dynamodb") == {}
    assert attacker.calls("google-ads") == {}


@pytest.mark.parametrize("missing", ["Mcp-Method", "Mcp-Name"])
def test_b12_the_newest_revision_demands_the_headers(attacker: Api, missing: str) -> None:
    answer = attacker.modern("tools/call", GRANTED, headers={missing: None})
    assert answer.status_code == 400
    assert attacker.calls("dynamodb") == {}


@pytest.mark.parametrize("version", OLD)
def test_b12_headers_that_agree_are_taken(attacker: Api, version: str | None) -> None:
    headers = {"Mcp-Method": "tools/call", "Mcp-Name": "list_budgets"}
    answer = send(attacker, version, "tools/call", GRANTED, headers=headers)
    assert answer.json()["result"]["isError"] is False


CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": GRANTED}


@pytest.mark.parametrize("version", SPOKEN)
@pytest.mark.parametrize("message", [[CALL], [CALL, CALL], [], 1, None, "tools/call"], ids=repr)
def test_h7_one_message_at_a_time(attacker: Api, version: str | None, message: Any) -> None:
    headers = {"MCP-Protocol-Version": version}
    answer = attacker.send("POST", "/mcp", role="agent", headers=headers, json=message)

    assert answer.status_code == 400
    assert attacker.calls("dynamodb") == {}


@pytest.mark.parametrize("session", ["1", "a" * 32, "../x"])
def test_h7_a_session_id_means_nothing(attacker: Api, session: str) -> None:
    for role, account in (("agent", USD), ("other-practitioner", "1000000201")):
        params = {"name": "list_budgets", "arguments": {"customerId": account}}
        headers = {"Mcp-Session-Id": session}
        answer = attacker.rpc("tools/call", params, role=role, headers=headers)
        assert answer.json()["result"]["structuredContent"]["data"]["account"] == account
        assert "Mcp-Session-Id" not in answer.headers
