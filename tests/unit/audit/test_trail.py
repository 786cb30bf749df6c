from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.support.aws import PREFIX, Scripted, refusal
from tests.unit.support.people import ANN, entry
from tests.unit.support.surroundings import NOW, Surroundings
from wpp_mcp.audit.chain import ChainKey, follow, genesis, linked
from wpp_mcp.audit.trail import MAX_RETRIES, AuditTrail, LinkedWriteRefusedError
from wpp_mcp.config import ConfigurationError
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.time import day_of
from wpp_mcp.secret_store import SecretUnavailableError
from wpp_mcp.storage.audit_logs import AuditLogs
from wpp_mcp.storage.dynamo import Dynamo, Key, Write
from wpp_mcp.storage.items import encode
from wpp_mcp.storage.tables import Table

KEY = ChainKey(b"the key of a test")
KEYS = {KEY.key_id: KEY}
DAY = day_of(NOW)
HELD, LOST = {"Code": "None"}, {"Code": "ConditionalCheckFailed"}
CONFLICT = refusal("TransactionCanceledException", [{"Code": "TransactionConflict"}, HELD])


def trail(around: Surroundings, client: Any) -> AuditTrail:
    runtime = around.runtime(aws=client)
    return AuditTrail(runtime, Dynamo(runtime, PREFIX), lambda: KEY)


def lost(head: dict[str, Any] | None, *others: dict[str, Any]) -> Exception:
    """Refuse on the head's condition; the item that stands comes along."""
    reason = LOST | ({"Item": encode(head)} if head else {})
    return refusal("TransactionCanceledException", [HELD, reason, *others])


def test_entries_of_a_day_make_one_chain(dynamo: Dynamo, around: Surroundings) -> None:
    audit = AuditTrail(around.runtime(), dynamo, lambda: KEY)
    logs = AuditLogs(dynamo)
    found = [
        audit.record(entry(tool=f"t{n}"), logs.head(ANN.user_id, DAY)).audit_log_id
        for n in range(3)
    ]
    stored = list(logs.day(ANN.user_id, DAY))
    link, broken = follow(KEYS, ANN.user_id, DAY, stored)
    head = logs.head(ANN.user_id, DAY)
    assert broken is None
    assert head is not None
    assert (head["sequence"], head["mac"]) == (3, link.mac)
    assert found == [f"{ANN.user_id}/{DAY}#{n:010d}" for n in (1, 2, 3)]
    assert [item["tool"] for item in stored] == ["t0", "t1", "t2"]
    assert around.sleeps == []


@pytest.mark.parametrize("stale", [0, 1, 2])
def test_a_stale_head_costs_a_retry_and_never_a_fork(
    dynamo: Dynamo, around: Surroundings, stale: int
) -> None:
    audit = AuditTrail(around.runtime(), dynamo, lambda: KEY)
    logs = AuditLogs(dynamo)
    heads = [None]
    for _ in range(3):
        audit.record(entry(), heads[-1])
        heads.append(logs.head(ANN.user_id, DAY))
    assert audit.record(entry(operation_id="op_2"), heads[stale]).retries == 1
    assert follow(KEYS, ANN.user_id, DAY, logs.day(ANN.user_id, DAY))[0].sequence == 4


def test_the_head_of_yesterday_does_not_count_today(dynamo: Dynamo, around: Surroundings) -> None:
    audit = AuditTrail(around.runtime(), dynamo, lambda: KEY)
    logs = AuditLogs(dynamo)
    yesterday = NOW - timedelta(days=1)
    audit.record(entry(yesterday), None)
    audit.record(entry(), logs.head(ANN.user_id, day_of(yesterday)))
    assert follow(KEYS, ANN.user_id, DAY, logs.day(ANN.user_id, DAY))[0].sequence == 1


@pytest.mark.parametrize("failure", ["conflict", "lost"])
def test_at_most_eight_retries(around: Surroundings, failure: str) -> None:
    head = {"userId": ANN.user_id, "daySequence": f"HEAD#{DAY}", "sequence": 5, "mac": "a" * 64}
    client = Scripted(CONFLICT if failure == "conflict" else lost(head))
    with pytest.raises(WppError) as caught:
        trail(around, client).record(entry(), None)
    assert caught.value.code is ErrorCode.AUDIT_UNAVAILABLE
    assert caught.value.retry_after == 1
    assert len(client.calls) == 1 + MAX_RETRIES == 9
    assert len(around.sleeps) == MAX_RETRIES
    assert 0 <= min(around.sleeps) <= max(around.sleeps) <= 1.5


def test_the_last_retry_still_counts(around: Surroundings) -> None:
    client = Scripted(*[CONFLICT] * MAX_RETRIES, {})
    assert trail(around, client).record(entry(), None).retries == MAX_RETRIES


def test_a_retry_goes_on_top_of_the_winner(around: Surroundings) -> None:
    head = {"userId": ANN.user_id, "daySequence": f"HEAD#{DAY}", "sequence": 5, "mac": "a" * 64}
    client = Scripted(lost(head), {})
    recorded = trail(around, client).record(entry(), None)
    assert recorded.audit_log_id.endswith("#0000000006")
    advance = client.calls[1][1]["TransactItems"][1]["Update"]
    assert advance["ExpressionAttributeValues"][":previous"] == {"N": "5"}


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerError", "AccessDenied"])
def test_what_cannot_be_recorded_is_refused_at_once(around: Surroundings, code: str) -> None:
    client = Scripted(refusal(code))
    with pytest.raises(WppError) as caught:
        trail(around, client).record(entry(), None)
    assert caught.value.code is ErrorCode.AUDIT_UNAVAILABLE
    assert len(client.calls) == 1


def own_entry() -> dict[str, Any]:
    return linked(KEY, genesis(ANN.user_id, DAY), ANN.user_id, DAY, entry().attributes())


def test_our_own_first_try_is_recognised(around: Surroundings) -> None:
    ours = own_entry()
    head = {"sequence": 1, "mac": ours["mac"]}
    reasons = [LOST | {"Item": encode(ours)}, LOST | {"Item": encode(head)}, LOST]
    client = Scripted(CONFLICT, refusal("TransactionCanceledException", reasons))
    recorded = trail(around, client).record(entry(), None, [own_write()])
    assert recorded.audit_log_id == f"{ANN.user_id}/{ours['daySequence']}"
    assert len(client.calls) == 2


def test_our_own_first_try_is_recognised_below_a_later_entry(around: Surroundings) -> None:
    ours = own_entry()
    head = {"sequence": 2, "mac": "b" * 64}
    reasons = [LOST | {"Item": encode(ours)}, LOST | {"Item": encode(head)}]
    client = Scripted(CONFLICT, refusal("TransactionCanceledException", reasons), {})
    recorded = trail(around, client).record(entry(), None)
    assert recorded.audit_log_id == f"{ANN.user_id}/{ours['daySequence']}"
    assert len(client.calls) == 2, "one call would have two entries"


def own_write() -> Write:
    key = Key(Table.IDEMPOTENCY, "counter")
    return Write(key, item={"n": 1}, condition="attribute_not_exists(id)")


def test_a_linked_write_stands_and_falls_with_the_entry(
    dynamo: Dynamo, around: Surroundings
) -> None:
    audit = AuditTrail(around.runtime(), dynamo, lambda: KEY)
    logs = AuditLogs(dynamo)
    free = replace(own_write(), key=Key(Table.IDEMPOTENCY, "free"))
    audit.record(entry(), None, [own_write()])
    with pytest.raises(LinkedWriteRefusedError) as caught:
        audit.record(entry(), logs.head(ANN.user_id, DAY), [free, own_write()])
    assert caught.value.index == 1
    assert caught.value.item == {"id": "counter", "n": 1}
    assert len(list(logs.day(ANN.user_id, DAY))) == 1
    assert dynamo.batch_get([free.key]) == {}


def test_a_lost_head_goes_before_a_refused_write(around: Surroundings) -> None:
    head = {"sequence": 5, "mac": "a" * 64}
    refused = refusal("TransactionCanceledException", [HELD, HELD, LOST])
    client = Scripted(lost(head, LOST), refused)
    with pytest.raises(LinkedWriteRefusedError) as caught:
        trail(around, client).record(entry(), None, [own_write()])
    assert (caught.value.index, caught.value.item) == (0, {})
    assert len(client.calls) == 2


@pytest.mark.parametrize("error", [SecretUnavailableError("down"), ConfigurationError("wrong")])
def test_without_the_key_nothing_is_written(around: Surroundings, error: Exception) -> None:
    client = Scripted({})

    def no_key() -> ChainKey:
        raise error

    runtime = around.runtime(aws=client)
    with pytest.raises(WppError) as caught:
        AuditTrail(runtime, Dynamo(runtime, PREFIX), no_key).record(entry(), None)
    assert caught.value.code is ErrorCode.AUDIT_UNAVAILABLE
    assert client.calls == []


def test_an_entry_says_what_happened_and_leaves_out_what_did_not() -> None:
    attributes = entry(account=None, error="FORBIDDEN").attributes()
    assert attributes["timestamp"] == "2026-11-21T15:30:20.000Z"
    assert attributes["error"] == "FORBIDDEN"
    assert attributes["expirationTime"] == int((NOW + timedelta(days=731)).timestamp())
    assert "accountId" not in attributes
    assert None not in attributes.values()
