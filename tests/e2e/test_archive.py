"""Governed calls end in the archive: every entry of the audit log, exactly as it is stored."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.box import Sandbox
from sandbox.functions import Functions
from sandbox.seed import AUDIT_FOLDER
from tests.support.api import NOT_GRANTED, USD, Api
from tests.unit.support.streaming import archived, event, record
from wpp_mcp.audit.chain import ChainKey, follow
from wpp_mcp.audit.columns import restored
from wpp_mcp.functions import Function
from wpp_mcp.models.time import day_of
from wpp_mcp.secret_store import SecretName
from wpp_mcp.storage.audit_logs import AuditLogs
from wpp_mcp.storage.items import decode
from wpp_mcp.storage.tables import Table


@pytest.fixture
def functions(box: Sandbox) -> Iterator[Functions]:
    running = Functions(box.runtime())
    yield running
    running.stop()


def audit_log(box: Sandbox) -> list[dict[str, Any]]:
    """Every item of the audit log's table, in the order of its keys."""
    name = box.table_prefix + Table.AUDIT_LOGS.value
    pages = box.aws.plain("dynamodb").get_paginator("scan").paginate(TableName=name)
    return sorted((decode(item) for page in pages for item in page["Items"]), key=place)


def place(item: dict[str, Any]) -> tuple[str, str]:
    return item["userId"], item["daySequence"]


def test_what_is_in_the_audit_log_is_in_the_archive_and_its_chain_holds(
    api: Api, box: Sandbox, functions: Functions
) -> None:
    for account in (USD, NOT_GRANTED, USD):
        api.execute("get_campaign_performance", {"customerId": account})
    items = audit_log(box)

    answer = functions.invoke(Function.ARCHIVE_AUDIT, event(*map(record, items)))

    assert answer == {"batchItemFailures": []}
    stored = [one for one in items if not AuditLogs.is_head(one["daySequence"])]
    assert len(stored) < len(items), "the heads are told of too"
    results = [one["result"] for one in stored]
    assert "success" in results
    assert "blocked" in results
    lines = archived(box.aws.plain("s3"), box.bucket, AUDIT_FOLDER)
    found = [restored(line) for line in lines]
    assert sorted(found, key=place) == stored

    key = ChainKey(box.secrets[SecretName.AUDIT_KEY.value].encode())
    user, day = stored[0]["userId"], day_of(box.clock())
    link, broken = follow({key.key_id: key}, user, day, found)
    assert broken is None
    assert link.sequence == len(stored)
