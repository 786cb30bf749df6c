"""A15 and B14: a tool that is not in the caller's list is refused when it is called by name."""

from typing import Any

import pytest

from tests.security.forging import Forge
from tests.security.watched import WatchedSandbox, directory_says, modern_meta
from tests.support.api import USD, Api
from wpp_mcp.models.accounts import Api as Product
from wpp_mcp.models.caller import Role, Scope
from wpp_mcp.tools.registry import OneAccount, catalogue

CALL: dict[str, Any] = {"name": "list_budgets", "arguments": {"customerId": USD}}
ERAS = ["rpc", "modern"]


def challenge(box: WatchedSandbox, needed: str, held: str = "") -> str:
    """What tells a client which scope to sign in for: the one that lacks, and what it has."""
    scope = " ".join(sorted({needed, *held.split()} & {scope.value for scope in Scope}))
    metadata = f'resource_metadata="{box.url}/.well-known/oauth-protected-resource/mcp"'
    return f'Bearer error="insufficient_scope", scope="{scope}", {metadata}'


def latest(api: Api, role: str = "practitioner") -> tuple[Any, ...]:
    """What the audit says of the last call."""
    entry = api.audit(role)[0]
    return entry["tool"], entry["result"], entry["error"]


def names(answer: Any) -> list[str]:
    """The tools in a list, of either kind."""
    body = answer.json()
    return [tool["name"] for tool in body.get("result", body)["tools"]]


WITHOUT = ["", "audit/read", "tools/readx", "xtools/read", "TOOLS/READ", "tools/read,tools/write"]


@pytest.mark.parametrize("scope", WITHOUT)
@pytest.mark.parametrize("path", ["/mcp/execute-tool", "/mcp/tools/list", "/mcp"])
def test_a15_a_route_without_any_of_its_scopes(
    attacker: Api, watched: WatchedSandbox, forge: Forge, path: str, scope: str
) -> None:
    method = "GET" if path.endswith("list") else "POST"
    bodies = {"/mcp": {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}}
    body = bodies.get(path, {"tool": CALL["name"], "params": CALL["arguments"]})
    headers = forge.bearer({"scope": scope})

    answer = attacker.send(method, path, role="practitioner", headers=headers, json=body)

    assert answer.status_code == 403
    assert answer.headers["WWW-Authenticate"] == challenge(watched, "tools/read", scope)
    error = answer.json()["error"]
    assert (error.get("data") or error)["code"] == "FORBIDDEN"
    assert "tools" not in answer.json()
    assert attacker.calls("google-ads") == {}
    assert latest(attacker) == (f"{method} {path}", "blocked", "FORBIDDEN")


@pytest.mark.parametrize("scope", ["tools/read tools/write", "", "access/manage"])
def test_a15_the_audit_needs_its_scope(
    attacker: Api, watched: WatchedSandbox, forge: Forge, scope: str
) -> None:
    headers = forge.bearer({"scope": scope})

    answer = attacker.send("GET", "/mcp/audit-logs", role="practitioner", headers=headers)

    assert answer.status_code == 403
    assert answer.headers["WWW-Authenticate"] == challenge(watched, "audit/read", scope)
    assert "entries" not in answer.json()
    assert latest(attacker) == ("GET /mcp/audit-logs", "blocked", "FORBIDDEN")


WRITING = sorted(t.name for t in catalogue().values() if t.scope is Scope.TOOLS_WRITE)


@pytest.mark.parametrize("era", ERAS)
def test_a15_the_scope_of_another_tool_is_not_enough_over_mcp(
    attacker: Api, watched: WatchedSandbox, forge: Forge, era: str
) -> None:
    """The route lets write scope in; a tool that reads needs its own."""
    headers = forge.bearer({"scope": "tools/write"}, role="agent")
    send = getattr(attacker, era)

    listed = send("tools/list", headers=headers)
    called = send("tools/call", CALL, headers=headers)

    assert listed.status_code == 200
    assert names(listed) == WRITING
    assert called.status_code == 403
    assert called.headers["WWW-Authenticate"] == challenge(watched, "tools/read", "tools/write")
    assert called.json()["result"]["isError"] is True
    assert called.json()["result"]["structuredContent"]["error"]["code"] == "FORBIDDEN"
    assert attacker.calls("google-ads") == {}
    assert latest(attacker) == ("list_budgets", "blocked", "FORBIDDEN")


def test_a15_the_scope_of_another_tool_is_not_enough_as_plain_json(
    attacker: Api, watched: WatchedSandbox, forge: Forge
) -> None:
    headers = forge.bearer({"scope": "tools/write"})

    listed = attacker.send("GET", "/mcp/tools/list", role="practitioner", headers=headers)
    called = attacker.execute(CALL["name"], CALL["arguments"], headers=headers)

    assert names(listed) == WRITING
    assert called.status_code == 403
    assert called.headers["WWW-Authenticate"] == challenge(watched, "tools/read", "tools/write")
    assert called.json()["error"]["requiredScope"] == "tools/read"
    assert latest(attacker) == ("list_budgets", "blocked", "FORBIDDEN")


def test_b14_every_tool_is_listed_and_callable_with_all_it_needs(attacker: Api) -> None:
    """What the refusals below are measured against."""
    everything = sorted(catalogue())

    assert names(attacker.rpc("tools/list")) == everything
    assert names(attacker.modern("tools/list")) == everything
    assert names(attacker.send("GET", "/mcp/tools/list", role="practitioner")) == everything
    assert attacker.rpc("tools/call", CALL).json()["result"]["isError"] is False


@pytest.mark.parametrize("role", [Role.AUDITOR])
@pytest.mark.parametrize("tool", sorted(catalogue()))
def test_b14_a_role_without_tools(
    attacker: Api, watched: WatchedSandbox, role: Role, tool: str
) -> None:
    """With a token, from before the change, that says otherwise, and with grants."""
    given = {"name": tool, "arguments": {"customerId": USD}}
    with directory_says(watched, "practitioner", role=role):
        answers = [
            attacker.execute(tool, given["arguments"]),
            attacker.rpc("tools/call", given),
            attacker.modern("tools/call", given),
        ]
        recorded = [(e["tool"], e["result"], e["error"]) for e in attacker.audit(limit="3")]
        listed = [attacker.rpc("tools/list"), attacker.modern("tools/list")]
        listed.append(attacker.send("GET", "/mcp/tools/list", role="practitioner"))

    assert answers[0].status_code == 403
    assert answers[0].json()["error"]["code"] == "FORBIDDEN"
    for answer in answers[1:]:
        assert answer.json()["result"]["structuredContent"]["error"]["code"] == "FORBIDDEN"
    assert recorded == [(tool, "blocked", "FORBIDDEN")] * 3
    assert ["inputSchema" in answer.text for answer in listed] == [False] * 3
    assert attacker.calls("google-ads") == {}


ALWAYS = [
    *("cancel_operation", "confirm_operation", "get_operation"),
    *("list_operations", "preview_rollback"),
]
"""Tools of no product: whatever was changed with others, they show it and take it back."""
CHOICES = [("?toolsets=", None), ("", ""), ("", ","), ("?toolsets=ads", "")]


@pytest.mark.parametrize(("query", "header"), CHOICES)
@pytest.mark.parametrize("era", ERAS)
def test_b14_a_toolset_that_was_not_chosen(
    attacker: Api, era: str, query: str, header: str | None
) -> None:
    """Both ways to choose have to allow a family."""

    def post(method: str, params: dict[str, Any]) -> Any:
        headers = {"X-MCP-Toolsets": header}
        if era == "modern":
            params = params | modern_meta()
            headers |= {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method}
            headers |= {"Mcp-Name": params.get("name")}
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return attacker.send("POST", f"/mcp{query}", role="agent", headers=headers, json=body)

    assert names(post("tools/list", {})) == ALWAYS
    refused = post("tools/call", CALL).json()["result"]
    assert refused["structuredContent"]["error"]["code"] == "FORBIDDEN"
    assert attacker.calls("google-ads") == {}
    assert latest(attacker) == ("list_budgets", "blocked", "FORBIDDEN")


@pytest.mark.parametrize(("query", "header"), CHOICES)
def test_b14_a_toolset_that_was_not_chosen_as_plain_json(
    attacker: Api, query: str, header: str | None
) -> None:
    headers = {"X-MCP-Toolsets": header}
    body = {"tool": CALL["name"], "params": CALL["arguments"]}

    listed = attacker.send("GET", f"/mcp/tools/list{query}", role="practitioner", headers=headers)
    called = attacker.send(
        "POST", f"/mcp/execute-tool{query}", role="practitioner", headers=headers, json=body
    )

    assert names(listed) == ALWAYS
    assert (called.status_code, called.json()["error"]["code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize("choice", ["everything", "ads,nothing", "ADS", "*", "ads;"])
@pytest.mark.parametrize("where", ["query", "header"])
@pytest.mark.parametrize("path", ["/mcp", "/mcp/execute-tool", "/mcp/tools/list"])
def test_b14_a_toolset_that_does_not_exist(
    attacker: Api, path: str, where: str, choice: str
) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": CALL}
    plain = {"tool": CALL["name"], "params": CALL["arguments"]}
    answer = attacker.send(
        "GET" if path.endswith("list") else "POST",
        path,
        role="practitioner",
        headers={"X-MCP-Toolsets": choice if where == "header" else None},
        params={"toolsets": choice} if where == "query" else {},
        json=message if path == "/mcp" else plain,
    )

    assert answer.status_code == 400
    assert "Unknown toolset" in answer.text
    assert attacker.calls("google-ads") == {}


OPEN = sorted(n for n, t in catalogue().items() if not isinstance(t.reach, OneAccount))
NAMES = {Product.GOOGLE_ADS: {"customerId": USD}, Product.ANALYTICS: {"propertyId": "300000001"}}
SITE = {"siteUrl": "sc-domain:aster.example"}


@pytest.mark.parametrize("tool", sorted(set(catalogue()) - set(OPEN)))
def test_b14_somebody_without_grants(attacker: Api, tool: str) -> None:
    listed = names(attacker.send("GET", "/mcp/tools/list", role="manager"))
    account = NAMES.get(catalogue()[tool].api, SITE)
    called = attacker.execute(tool, account, role="manager")

    assert listed == OPEN
    assert called.status_code == 403
    assert called.json()["error"]["code"] == "ACCOUNT_NOT_AUTHORIZED"
    assert attacker.calls("google") == attacker.calls("search-console") == {}
