"""Every tool that writes: what does not change anything at Google, and what one yes does.

Generated from the catalogue; a tool without a sample call fails.
"""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError

import wpp_mcp
from sandbox.box import Sandbox
from tests.security.stored import PRACTITIONER, drop, entries, grant_key, items, stored
from tests.support.api import USD, Api
from tests.support.write_journeys import confirm, decide
from tests.support.write_samples import SAMPLES, SITE
from tests.support.writing import OVER, job
from tests.support.writing import stored as record_of
from wpp_mcp.models import accounts
from wpp_mcp.operations.states import Status
from wpp_mcp.storage.tables import Table
from wpp_mcp.tools.registry import Kind, catalogue

TOOLS: Final = [name for name, tool in catalogue().items() if tool.kind is Kind.WRITE]
CHANGES: Final = (
    "google-ads:Mutate",
    "search-console:sitemaps.submit",
    "search-console:sitemaps.delete",
)
"""Every call to Google that changes something."""


def test_every_tool_that_writes_has_a_sample() -> None:
    assert set(SAMPLES) == set(TOOLS)
    assert len(TOOLS) > 15


def changes(api: Api) -> int:
    """How many calls that change something Google has got."""
    return sum(api.calls().get(target, 0) for target in CHANGES)


def previewed(api: Api, tool: str) -> dict[str, Any]:
    """Preview a sample, as the practitioner in OMA."""
    answer = api.execute(tool, SAMPLES[tool](api.box))
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.json()
    return body


def agreed(api: Api, preview: dict[str, Any]) -> dict[str, Any]:
    """Let those say yes whom its risk asks for; return it with a token."""
    if preview["preview"]["riskLevel"] != "HIGH":
        return preview
    operation_id = preview["operationId"]
    assert decide(api, operation_id)["success"] is True
    return {**preview, **decide(api, operation_id, role="practitioner")}


def code(answer: dict[str, Any]) -> str:
    """The code of a refusal."""
    assert answer["success"] is False, answer
    return str(answer["error"]["code"])


def by_agent(api: Api, **arguments: str) -> dict[str, Any]:
    """Confirm as an assistant does."""
    answer = api.modern("tools/call", {"name": "confirm_operation", "arguments": arguments})
    body: dict[str, Any] = answer.json()["result"]["structuredContent"]
    return body


@contextmanager
def no_grant(box: Sandbox, tool: str) -> Iterator[None]:
    """Take the practitioner's approval of the sample's account away for a while."""
    ads = catalogue()[tool].api is accounts.Api.GOOGLE_ADS
    account, product = (
        (USD, accounts.Api.GOOGLE_ADS) if ads else (SITE, accounts.Api.SEARCH_CONSOLE)
    )
    key = grant_key(account, PRACTITIONER, product)
    usual = {k: v for k, v in stored(box, key).items() if k not in key.attributes()}
    assert usual
    drop(box, key)
    try:
        yield
    finally:
        box.seeder.put(key, usual)


@contextmanager
def not_written(box: Sandbox, table: Table) -> Iterator[None]:
    """Let each transaction fail for a while that has something for a table."""
    client = box.aws.client("dynamodb")._client
    usual = client.transact_write_items

    def transact(**given: Any) -> Any:
        tables = [next(iter(one.values()))["TableName"] for one in given["TransactItems"]]
        if box.table_prefix + table.value in tables:
            fault: Any = {"Error": {"Code": "InternalServerError", "Message": "ordered"}}
            raise ClientError(fault, "TransactWriteItems")
        return usual(**given)

    with patch.object(client, "transact_write_items", transact):
        yield


@pytest.mark.parametrize("tool", TOOLS)
def test_without_a_grant_nothing_is_changed(api: Api, tool: str) -> None:
    preview = agreed(api, previewed(api, tool))

    with no_grant(api.box, tool):
        refused = api.execute(tool, SAMPLES[tool](api.box))
        assert refused.status_code == 403
        assert code(refused.json()) == "ACCOUNT_NOT_AUTHORIZED"
        assert code(confirm(api, preview)) == "ACCOUNT_NOT_AUTHORIZED"

    assert changes(api) == 0
    assert record_of(api.box, preview["operationId"]).status in (
        Status.PREVIEWED,
        Status.APPROVED,
    )


@pytest.mark.parametrize("tool", TOOLS)
def test_without_consent_nothing_is_changed(api: Api, tool: str) -> None:
    preview = previewed(api, tool)
    operation_id, risk = preview["operationId"], preview["preview"]["riskLevel"]
    missing = "SECOND_APPROVAL_REQUIRED" if risk == "HIGH" else "CONFIRMATION_INVALID"
    before = record_of(api.box, operation_id)
    assert ("confirmationToken" in preview) is (risk != "HIGH")

    assert code(confirm(api, preview, confirmationToken="not-that-one")) == missing
    assert code(by_agent(api, operationId=operation_id)) == missing
    if risk == "MEDIUM":
        token = preview["confirmationToken"]
        tried = by_agent(api, operationId=operation_id, confirmationToken=token)
        assert code(tried) == "CONFIRMATION_INVALID"
    if risk == "HIGH":
        own = decide(api, operation_id, role="practitioner")
        assert code(own) == "SECOND_APPROVAL_REQUIRED"
        assert decide(api, operation_id)["success"] is True
        assert code(by_agent(api, operationId=operation_id)) == "CONFIRMATION_INVALID"
    else:
        assert record_of(api.box, operation_id) == before
    assert changes(api) == 0


@pytest.mark.parametrize("tool", TOOLS)
def test_what_cannot_be_written_down_is_not_done(api: Api, tool: str) -> None:
    preview = agreed(api, previewed(api, tool))
    operation_id = preview["operationId"]
    operations = len(items(api.box, Table.OPERATIONS))

    with not_written(api.box, Table.SNAPSHOTS):
        assert code(confirm(api, preview)) == "AUDIT_UNAVAILABLE"
    assert record_of(api.box, operation_id).status in (Status.PREVIEWED, Status.APPROVED)
    with not_written(api.box, Table.AUDIT_LOGS):
        assert code(api.execute(tool, SAMPLES[tool](api.box)).json()) == "AUDIT_UNAVAILABLE"
        assert code(confirm(api, preview)) == "AUDIT_UNAVAILABLE"

    assert changes(api) == 0
    assert len(items(api.box, Table.OPERATIONS)) == operations
    assert [i for i in items(api.box, Table.SNAPSHOTS) if i["operationId"] == operation_id] == []
    # It is put back, and can be confirmed with the same token.
    api.box.clock.advance(OVER)
    assert job(api.box, "reconciliation")["released"] == 1
    assert confirm(api, preview)["success"] is True
    assert changes(api) == 1


@pytest.mark.parametrize("tool", TOOLS)
def test_a_yes_changes_it_once_and_everything_is_written_down(api: Api, tool: str) -> None:
    preview = agreed(api, previewed(api, tool))
    operation_id = preview["operationId"]
    assert changes(api) == 0

    done = confirm(api, preview)

    assert done["success"] is True, done
    assert changes(api) == 1
    outcomes = done["data"]["changes"]
    assert outcomes
    assert {one["outcome"] for one in outcomes} == {"done"}
    assert {one["readBack"] for one in outcomes} == {"as asked"}, outcomes
    snapshot = [i for i in items(api.box, Table.SNAPSHOTS) if i["operationId"] == operation_id]
    assert len(snapshot) == len(outcomes) == len(record_of(api.box, operation_id).changes)
    mine = [e for e in entries(api.box, PRACTITIONER) if e["operationId"] == operation_id]
    steps = [e["step"] for e in mine if "step" in e and e["step"] != "decision"]
    assert steps == ["preview", "intent", "outcome"]
    last = mine[-1]
    assert done["auditLogId"] == f"{last['userId']}/{last['daySequence']}"
    told = [m["to"][0] for m in api.box.post.mails() if operation_id in m["text"]]
    assert set(done["notificationsSent"]) <= set(told)
    assert done["notificationsSent"]
    again = confirm(api, preview)
    assert again["data"] == done["data"]
    assert changes(api) == 1


def test_the_executor_alone_comes_by_what_writes() -> None:
    """What ``make check`` holds the imports to, read from the source."""
    writers = {
        "wpp_mcp.google.ads.writer": {"wpp_mcp.operations.writers"},
        "wpp_mcp.google.search_console.writer": {"wpp_mcp.operations.writers"},
        "wpp_mcp.google.ads.write_channel": {"wpp_mcp.google.ads.writer"},
        "wpp_mcp.google.search_console.write_once": {"wpp_mcp.google.search_console.writer"},
        "wpp_mcp.operations.writers": {"wpp_mcp.operations.confirmations"},
    }
    root = Path(wpp_mcp.__path__[0])
    found: dict[str, set[str]] = {name: set() for name in writers}
    for path in root.rglob("*.py"):
        module = ".".join(path.relative_to(root.parent).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            for name in _imported(node) & set(found):
                found[name].add(module)

    assert found == writers


def _imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module:
        return {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return set()
