"""I1: every allow, deny, breach and export leaves exactly one entry, with the right fields."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import pytest

from sandbox.box import Sandbox
from sandbox.faults import FaultKind
from sandbox.roles import MCP_CLIENT, OMA_CLIENT
from tests.security.stored import POLICY, bearer, drop, entries
from tests.support.api import NOT_GRANTED, USD, Api
from wpp_mcp.models.caller import Scope

ALWAYS: Final = {
    "userId", "day", "daySequence", "sequence", "keyId", "mac", "timestamp", "operationId",
    "correlationId", "role", "agency", "clientId", "channel", "tool", "action", "result",
    "policyVersion", "durationMs", "expirationTime",
}  # fmt: skip
SOMETIMES: Final = {"api", "accountId", "error", "requestDigest", "rows", "omaRequestId"}
TWO_YEARS: Final = timedelta(days=731)


def added(api: Api, act: Callable[[Api], Any]) -> list[dict[str, Any]]:
    """What an act adds to the audit."""
    before = {(e["userId"], e["daySequence"]) for e in entries(api.box)}
    act(api)
    return [e for e in entries(api.box) if (e["userId"], e["daySequence"]) not in before]


@dataclass(frozen=True)
class Outcome:
    """One way that a call ends, and what its entry must say."""

    act: Callable[[Api], Any]
    result: str
    tool: str
    error: str | None = None
    account: str | None = None
    user: str = "practitioner"
    more: dict[str, Any] = field(default_factory=dict)


def on_mcp(era: str) -> Callable[[Api], Any]:
    call = {"name": "list_budgets", "arguments": {"customerId": USD}}
    return lambda api: getattr(api, era)("tools/call", call)


def with_fault(kind: FaultKind) -> Callable[[Api], Any]:
    def act(api: Api) -> Any:
        api.box.faults.arm("google-ads:Search", kind)
        return api.execute("list_budgets", {"customerId": USD})

    return act


def limited(api: Api) -> Any:
    api.box.seeder.put(POLICY, {"policyVersion": "limit", "callsPerMinute": 1})
    answer = api.execute("list_budgets", {"customerId": USD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    return answer


def account_limited(api: Api) -> Any:
    api.box.seeder.put(POLICY, {"policyVersion": "limit", "accountCallsPerMinute": 1})
    answer = api.execute("list_budgets", {"customerId": USD})
    assert answer.status_code == 429
    return answer


def log(query: dict[str, str], role: str = "practitioner") -> Callable[[Api], Any]:
    return lambda api: api.send("GET", "/mcp/audit-logs", role=role, params=query)


def tool_call(tool: str, params: dict[str, Any], **body: Any) -> Callable[[Api], Any]:
    return lambda api: api.execute(tool, params, **body)


_LIST_ROUTE: Final = "GET /mcp/tools/list"
OUTCOMES: Final[dict[str, Outcome]] = {
    "read": Outcome(
        tool_call("list_budgets", {"customerId": USD}), "success", "list_budgets", None, USD
    ),
    "read with id": Outcome(
        tool_call("list_budgets", {"customerId": USD}, omaRequestId="oma_req_i1"),
        "success", "list_budgets", None, USD, more={"omaRequestId": "oma_req_i1"},
    ),
    "read over mcp": Outcome(
        on_mcp("rpc"), "success", "list_budgets", None, USD, more={"clientId": MCP_CLIENT}
    ),
    "read over newest mcp": Outcome(
        on_mcp("modern"), "success", "list_budgets", None, USD, more={"clientId": MCP_CLIENT}
    ),
    "own list": Outcome(
        tool_call("list_accessible_accounts", {"api": "Google Ads"}),
        "success", "list_accessible_accounts",
        more={"rows": 3},
    ),
    "no account": Outcome(
        tool_call("get_resource_metadata", {"resource": "campaign"}),
        "success", "get_resource_metadata",
    ),
    "foreign account": Outcome(
        tool_call("list_budgets", {"customerId": NOT_GRANTED}),
        "blocked", "list_budgets", "ACCOUNT_NOT_AUTHORIZED", NOT_GRANTED,
    ),
    "foreign account in a query": Outcome(
        tool_call("search_google_ads", {
            "customerId": USD,
            "query": f"SELECT campaign.id FROM campaign WHERE customer.id = {NOT_GRANTED}",
        }),
        "blocked", "search_google_ads", "ACCOUNT_NOT_AUTHORIZED", NOT_GRANTED,
    ),
    "bad sealed list": Outcome(
        tool_call("list_budgets", {"customerId": USD}, approvedAccounts={}),
        "blocked", "list_budgets", "APPROVED_ACCOUNTS_INVALID", USD,
    ),
    "somebody else's name": Outcome(
        tool_call("list_budgets", {"customerId": USD}, userId="manager@north.example"),
        "blocked", "list_budgets", "FORBIDDEN", USD,
    ),
    "wrong parameters": Outcome(
        tool_call("list_budgets", {"customerId": USD, "pageSize": 0}),
        "failure", "list_budgets", "INVALID_REQUEST", USD,
    ),
    "no such tool": Outcome(
        tool_call("drop_everything\x1b[2J", {}), "failure", "unknown", "INVALID_REQUEST"
    ),
    "google refuses": Outcome(
        with_fault(FaultKind.DENIED), "failure", "list_budgets", "GOOGLE_ACCESS_DENIED", USD
    ),
    "google sign-in over": Outcome(
        with_fault(FaultKind.AUTH_EXPIRED), "failure", "list_budgets", "GOOGLE_AUTH_EXPIRED", USD
    ),
    "too many of a user": Outcome(
        limited, "blocked", "list_budgets", "RATE_LIMITED", USD, more={"policyVersion": "limit"}
    ),
    "too many on an account": Outcome(
        account_limited, "blocked", "list_budgets", "RATE_LIMITED", USD
    ),
    "no scope on execute-tool": Outcome(
        lambda api: api.execute(
            "list_budgets", {"customerId": USD},
            headers=bearer(api.box, "practitioner", Scope.AUDIT_READ),
        ),
        "blocked", "POST /mcp/execute-tool", "FORBIDDEN",
    ),
    "no scope on the list": Outcome(
        lambda api: api.send(
            "GET", "/mcp/tools/list", role="practitioner",
            headers=bearer(api.box, "practitioner", Scope.AUDIT_READ),
        ),
        "blocked", _LIST_ROUTE, "FORBIDDEN",
    ),
    "no scope on mcp": Outcome(
        lambda api: api.rpc("tools/list", headers=bearer(api.box, "practitioner")),
        "blocked", "POST /mcp", "FORBIDDEN",
    ),
    "wrong scope for the tool": Outcome(
        lambda api: api.execute(
            "list_budgets", {"customerId": USD},
            headers=bearer(api.box, "practitioner", Scope.TOOLS_WRITE)
        ),
        "blocked", "list_budgets", "FORBIDDEN", USD,
    ),
    "auditor calls a tool": Outcome(
        lambda api: api.execute(
            "list_accessible_accounts", {}, role="auditor",
            headers=bearer(api.box, "auditor", Scope.TOOLS_READ)
        ),
        "blocked", "list_accessible_accounts", "FORBIDDEN", user="auditor",
    ),
    "export": Outcome(log({}), "success", "audit_logs", more={"channel": "person"}),
    "export with its chain": Outcome(
        log({"verify": "true"}, "auditor"), "success", "audit_logs", user="auditor",
        more={"channel": "person"},
    ),
    "export of another's": Outcome(
        log({"userId": "manager@north.example"}), "blocked", "audit_logs", "FORBIDDEN",
        more={"channel": "person"},
    ),
    "export wrongly asked": Outcome(
        log({"limit": "0"}), "failure", "audit_logs", "INVALID_REQUEST", more={"channel": "person"}
    ),
    "no scope on the log": Outcome(
        lambda api: api.send(
            "GET", "/mcp/audit-logs", role="practitioner",
            headers=bearer(api.box, "practitioner", Scope.TOOLS_READ),
        ),
        "blocked", "GET /mcp/audit-logs", "FORBIDDEN", more={"channel": "person"},
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def usual_limits(box: Sandbox) -> Iterator[None]:
    """Leave no policy behind."""
    yield
    drop(box, POLICY)


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_outcome_leaves_exactly_one_entry_that_says_it(api: Api, name: str) -> None:
    outcome = OUTCOMES[name]
    if outcome.error == "RATE_LIMITED":
        api.box.clock.advance(timedelta(seconds=59 - api.box.clock().second % 60 + 1))
        api.execute("list_budgets", {"customerId": USD})
    began = api.box.clock()

    found = added(api, outcome.act)

    assert len(found) == 1, found
    (entry,) = found
    user = api.box.world.users[outcome.user]
    expected = {
        "userId": user.email,
        "role": user.role,
        "agency": user.agency,
        "clientId": OMA_CLIENT,
        "channel": "agent",
        "tool": outcome.tool,
        "action": "read",
        "result": outcome.result,
        "policyVersion": entry["policyVersion"],
        **outcome.more,
    }
    assert {name: entry[name] for name in expected} == expected
    assert entry.get("error") == outcome.error
    assert entry.get("accountId") == (f"Google Ads:{outcome.account}" if outcome.account else None)
    assert entry.get("api") == ("Google Ads" if outcome.account else None)
    assert set(entry) >= ALWAYS
    assert set(entry) <= ALWAYS | SOMETIMES
    assert ("rows" in entry) is (outcome.result == "success")
    assert entry["timestamp"][:16] >= began.isoformat()[:16]
    assert entry["day"] == entry["timestamp"][:10]
    assert 0 <= entry["durationMs"] < 30_000
    kept = entry["expirationTime"] - began.timestamp()
    assert abs(kept - TWO_YEARS.total_seconds()) < 120


def test_rows_and_digest_say_what_left_and_what_was_asked(api: Api) -> None:
    asked = {"customerId": USD, "pageSize": 2}
    (first,) = added(api, tool_call("list_campaigns", asked))
    (same,) = added(api, tool_call("list_campaigns", {"page_size": 2, "customer_id": USD}))
    (other,) = added(api, tool_call("list_campaigns", {**asked, "pageSize": 3}))

    assert (first["rows"], other["rows"]) == (2, 3)
    assert first["requestDigest"] == same["requestDigest"] != other["requestDigest"]
    assert len(first["requestDigest"]) == 64


def test_an_entry_holds_no_content_of_the_call(api: Api) -> None:
    query = "SELECT campaign.name FROM campaign WHERE campaign.name != 'wolpertinger'"
    (entry,) = added(api, tool_call("search_google_ads", {"customerId": USD, "query": query}))

    assert "wolpertinger" not in repr(entry)
    assert api.box.world.google_token("practitioner") not in repr(entry)


def test_a_stranger_leaves_no_entry(api: Api) -> None:
    def act(api: Api) -> None:
        for headers in (
            {"Authorization": None},
            {"Authorization": "Bearer x"},
            {"X-OMA-API-Key": "x"},
        ):
            answer = api.execute("list_budgets", {"customerId": USD}, headers=headers)
            assert answer.status_code == 401
        answer = api.execute("list_budgets", {"customerId": USD}, role="outsider")
        assert answer.status_code == 401

    assert added(api, act) == []


def test_the_entry_is_named_by_the_answer(api: Api) -> None:
    answer = api.execute("list_budgets", {"customerId": USD})

    found = api.send(
        "GET", "/mcp/audit-logs", role="auditor",
        params={"operationId": answer.json()["operationId"]},
    ).json()["entries"]  # fmt: skip

    assert [e["correlationId"] for e in found] == [answer.headers["X-Correlation-Id"]]
