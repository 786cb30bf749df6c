"""Stored connections: what is written reads back, what is damaged or replaced gives nothing."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.support.connections import FULL
from wpp_mcp.storage.dynamo import Dynamo, StorageError
from wpp_mcp.storage.google_connections import (
    ConnectionRecord,
    GoogleConnections,
    ReplacedError,
    Status,
    connection_of,
)

LEAST = replace(FULL, status=Status.REVOKED, refresh_token=None, access=None, renewal_until=None)


@pytest.mark.parametrize("record", [FULL, LEAST])
def test_a_connection_reads_back(dynamo: Dynamo, record: ConnectionRecord) -> None:
    connections = GoogleConnections(dynamo)
    dynamo.write(GoogleConnections.connecting(record))
    assert connections.find(record.user_id) == record
    dynamo.transact([GoogleConnections.disconnecting(record.user_id)])
    assert connections.find(record.user_id) is None


def test_only_the_version_that_was_seen_is_replaced(dynamo: Dynamo) -> None:
    connections = GoogleConnections(dynamo)
    second = replace(FULL, version="2")
    with pytest.raises(ReplacedError) as lost:
        connections.replace(FULL, second)
    assert lost.value.record is None
    assert connections.find(FULL.user_id) is None

    dynamo.write(GoogleConnections.connecting(FULL))
    connections.replace(FULL, second)
    with pytest.raises(ReplacedError) as lost:
        connections.replace(FULL, replace(FULL, version="3"))
    assert lost.value.record == second


@pytest.mark.parametrize(
    "damage",
    [
        {"status": "ODD"},
        {"version": None},
        {"scopes": None},
        {"connectedAt": "yesterday"},
        {"dataKey": None},
        {"accessExpiresAt": None},
        {"renewalUntil": "2026-11-21T15:30:20"},
    ],
    ids=str,
)
def test_a_damaged_record_gives_no_token(damage: dict[str, Any]) -> None:
    item = {"userId": FULL.user_id, **FULL.item(), **damage}
    whole = {name: value for name, value in item.items() if value is not None}
    with pytest.raises(StorageError, match="damaged"):
        connection_of(whole)


def test_a_connection_shows_no_token() -> None:
    shown = repr(FULL)
    assert [part for part in ("b'refresh'", "b'access'", "b'key'") if part in shown] == []
