"""DynamoDB failing in every way: refused, nothing leaves, nothing is doubled."""

from typing import Any, Final

import pytest

from sandbox.box import Sandbox
from sandbox.faults import FaultKind
from tests.support.api import NOT_GRANTED, USD, Api
from wpp_mcp.storage.items import decode

EVERY_WAY: Final = list(FaultKind)
BATCH, TRANSACT = "dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"
QUERY, UPDATE = "dynamodb:Query", "dynamodb:UpdateItem"
WAYS: Final = ("execute", "rpc", "modern")


def items(box: Sandbox) -> list[dict[str, Any]]:
    """Everything in the audit table."""
    pages = (
        box.aws.plain("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=f"{box.table_prefix}audit-logs")
    )
    return [decode(item) for page in pages for item in page["Items"]]


def entries_of(box: Sandbox, operation: str | None = None) -> list[dict[str, Any]]:
    """The audit entries, of one operation or all, from the table itself."""
    found = [item for item in items(box) if "operationId" in item]
    return [entry for entry in found if operation in (None, entry["operationId"])]


def read(api: Api, way: str, tool: str = "list_budgets", **params: Any) -> dict[str, Any]:
    """Call a tool over one of the channels; the answer's body."""
    given = params or {"customerId": USD}
    if way == "execute":
        answer = api.execute(tool, given)
        body: dict[str, Any] = answer.json()
        assert answer.status_code == (200 if body["success"] else answer.status_code)
        return body
    answer = getattr(api, way)("tools/call", {"name": tool, "arguments": given})
    result: dict[str, Any] = answer.json()["result"]["structuredContent"]
    return result


def nothing_left(body: dict[str, Any], code: str) -> None:
    assert body["success"] is False
    assert body["error"]["code"] == code
    assert "data" not in body
    assert "rows" not in repr(body)


@pytest.fixture(autouse=True)
def a_fresh_audit(box: Sandbox) -> None:
    """Start with an empty audit: moto copies its tables for each transaction."""
    for item in items(box):
        key = {"userId": {"S": item["userId"]}, "daySequence": {"S": item["daySequence"]}}
        box.aws.plain("dynamodb").delete_item(TableName=f"{box.table_prefix}audit-logs", Key=key)


@pytest.fixture(scope="module")
def paired(box: Sandbox) -> None:
    """Let every function know the pairing of employee and person."""
    with Api(box) as client:
        for way in WAYS:
            read(client, way)


@pytest.fixture
def warm(api: Api, paired: None) -> Api:
    """A client of functions that have been called before."""
    return api


@pytest.mark.parametrize("kind", EVERY_WAY)
@pytest.mark.parametrize("way", WAYS)
def test_what_cannot_be_checked_is_refused_before_google(
    warm: Api, kind: FaultKind, way: str
) -> None:
    before = len(entries_of(warm.box))
    warm.box.faults.arm(BATCH, kind)

    body = read(warm, way)

    nothing_left(body, "STORAGE_UNAVAILABLE")
    assert warm.calls("google-ads") == {}
    assert warm.calls("dynamodb") == {BATCH: 1}
    assert len(entries_of(warm.box)) == before


@pytest.mark.parametrize("kind", EVERY_WAY)
@pytest.mark.parametrize("way", WAYS)
def test_what_cannot_be_recorded_gives_no_answer(warm: Api, kind: FaultKind, way: str) -> None:
    before = entries_of(warm.box)
    warm.box.faults.arm(TRANSACT, kind)

    body = read(warm, way)

    nothing_left(body, "AUDIT_UNAVAILABLE")
    assert warm.calls("dynamodb")[TRANSACT] == 1
    added = len(entries_of(warm.box)) - len(before)
    assert added == (1 if kind is FaultKind.TIMEOUT_AFTER_APPLY else 0)
    warm.box.faults.clear()
    assert read(warm, way)["success"] is True
    assert intact(warm)


@pytest.mark.parametrize("kind", EVERY_WAY)
def test_a_refusal_that_cannot_be_recorded_says_nothing_of_the_account(
    warm: Api, kind: FaultKind
) -> None:
    before = len(entries_of(warm.box))
    warm.box.faults.arm(TRANSACT, kind)

    answer = warm.execute("list_budgets", {"customerId": NOT_GRANTED})

    assert answer.status_code == 503
    nothing_left(answer.json(), "AUDIT_UNAVAILABLE")
    assert "approvedAccounts" not in answer.text
    assert len(entries_of(warm.box)) - before == (kind is FaultKind.TIMEOUT_AFTER_APPLY)
    assert intact(warm)


@pytest.mark.parametrize("kind", EVERY_WAY)
def test_a_refusal_is_recorded_even_where_the_own_accounts_cannot_be_listed(
    warm: Api, kind: FaultKind
) -> None:
    warm.box.faults.arm(QUERY, kind)

    answer = warm.execute("list_budgets", {"customerId": NOT_GRANTED})

    body = answer.json()
    nothing_left(body, "ACCOUNT_NOT_AUTHORIZED")
    assert "approvedAccounts" not in body["error"]
    (entry,) = entries_of(warm.box, body["operationId"])
    assert (entry["result"], entry["error"]) == ("blocked", "ACCOUNT_NOT_AUTHORIZED")


@pytest.mark.parametrize("kind", EVERY_WAY)
def test_a_list_of_own_accounts_that_cannot_be_read_is_refused(warm: Api, kind: FaultKind) -> None:
    warm.box.faults.arm(QUERY, kind)

    answer = warm.execute("list_accessible_accounts")

    assert answer.status_code == 503
    nothing_left(answer.json(), "STORAGE_UNAVAILABLE")
    (entry,) = entries_of(warm.box, answer.json()["operationId"])
    assert (entry["result"], entry["error"]) == ("failure", "STORAGE_UNAVAILABLE")


@pytest.mark.parametrize("kind", EVERY_WAY)
@pytest.mark.parametrize("target", [BATCH, QUERY, UPDATE])
def test_the_list_of_tools_needs_the_tables(warm: Api, kind: FaultKind, target: str) -> None:
    warm.send("GET", "/mcp/tools/list", role="practitioner")
    warm.box.faults.arm(target, kind)

    answer = warm.send("GET", "/mcp/tools/list", role="practitioner")

    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "STORAGE_UNAVAILABLE"
    assert "tools" not in answer.json()


@pytest.mark.parametrize("kind", EVERY_WAY)
@pytest.mark.parametrize("era", ["rpc", "modern"])
def test_the_list_of_tools_over_mcp_needs_the_tables(warm: Api, kind: FaultKind, era: str) -> None:
    warm.box.faults.arm(BATCH, kind)

    message = getattr(warm, era)("tools/list").json()

    assert "result" not in message
    assert message["error"]["data"]["code"] == "STORAGE_UNAVAILABLE"


@pytest.mark.parametrize("kind", EVERY_WAY)
@pytest.mark.parametrize(
    ("target", "code"),
    [
        (BATCH, "STORAGE_UNAVAILABLE"),
        (QUERY, "STORAGE_UNAVAILABLE"),
        (TRANSACT, "AUDIT_UNAVAILABLE"),
    ],
)
def test_the_audit_log_is_not_shown_unchecked_or_unrecorded(
    warm: Api, kind: FaultKind, target: str, code: str
) -> None:
    warm.send("GET", "/mcp/audit-logs", role="auditor")
    before = len(entries_of(warm.box))
    warm.box.calls.clear()
    warm.box.faults.arm(target, kind)

    answer = warm.send("GET", "/mcp/audit-logs", role="auditor")

    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == code
    assert "entries" not in answer.json()
    recorded = target == QUERY or (target, kind) == (TRANSACT, FaultKind.TIMEOUT_AFTER_APPLY)
    assert len(entries_of(warm.box)) - before == recorded


@pytest.mark.parametrize("kind", EVERY_WAY)
def test_health_says_degraded_and_nothing_else(api: Api, kind: FaultKind) -> None:
    api.box.faults.arm(BATCH, kind)

    answer = api.send("GET", "/health")

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"


def intact(api: Api) -> bool:
    """Whether the practitioner's chain of today holds."""
    answer = api.send(
        "GET",
        "/mcp/audit-logs",
        role="auditor",
        params={"userId": "practitioner@north.example", "verify": "true"},
    )
    assert answer.status_code == 200
    return bool(answer.json()["chain"]["status"] == "intact")
