from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.aws import PREFIX, Scripted, refusal
from tests.unit.support.json_values import json_objects
from tests.unit.support.surroundings import Surroundings
from wpp_mcp.storage.dynamo import (
    ConditionFailedError,
    ContentionError,
    Dynamo,
    Key,
    StorageError,
    Write,
)
from wpp_mcp.storage.items import decode, encode
from wpp_mcp.storage.tables import Table

HELD, LOST = {"Code": "None"}, {"Code": "ConditionalCheckFailed"}
CONFLICT = {"Code": "TransactionConflict"}


def key(name: str) -> Key:
    return Key(Table.IDEMPOTENCY, name)


def put(name: str, condition: str | None = None, **attributes: Any) -> Write:
    return Write(key(name), item=attributes, condition=condition)


def scripted(around: Surroundings, *answers: Any) -> tuple[Dynamo, Scripted]:
    client = Scripted(*answers)
    return Dynamo(around.runtime(aws=client), PREFIX), client


def answer(*names: str, left: tuple[str, ...] = ()) -> dict[str, Any]:
    """A batch read's answer: these items, and these keys unprocessed."""
    table = PREFIX + Table.IDEMPOTENCY.value
    keys = [encode(key(name).attributes()) for name in left]
    return {
        "Responses": {table: [encode({"id": name, "n": 1}) for name in names]},
        "UnprocessedKeys": {table: {"Keys": keys, "ConsistentRead": True}} if left else {},
    }


def test_one_batch_reads_items_of_several_tables(dynamo: Dynamo) -> None:
    policy = Key(Table.POLICIES, "ENVIRONMENT", "CURRENT")
    grant = Key(Table.APPROVED_ACCOUNTS, "ann@agency.example", "Google Ads:1111111111")
    dynamo.transact([Write(policy, item={"a": 1}), Write(grant, item={"b": "x"}), put("c", d=[1])])
    found = dynamo.batch_get([policy, grant, key("c"), key("absent"), key("c")])
    assert found == {
        policy: {"scope": "ENVIRONMENT", "version": "CURRENT", "a": 1},
        grant: {
            "userId": "ann@agency.example",
            "accountKey": "Google Ads:1111111111",
            "b": "x",
        },
        key("c"): {"id": "c", "d": [1]},
    }


def test_reads_are_consistent(around: Surroundings) -> None:
    dynamo, client = scripted(around, answer("a"))
    dynamo.batch_get([key("a")])
    (request,) = client.calls[0][1]["RequestItems"].values()
    assert request["ConsistentRead"] is True
    dynamo, client = scripted(around, {"Items": []})
    dynamo.query(Table.IDEMPOTENCY, "id = :id", {":id": "a"})
    dynamo.query(Table.DIRECTORY, "employeeId = :id", {":id": "a"}, index="employeeId-index")
    assert client.calls[0][1]["ConsistentRead"] is True
    assert "ConsistentRead" not in client.calls[1][1]


def test_unprocessed_keys_are_asked_for_again(around: Surroundings) -> None:
    first = answer("a", left=("b", "c"))
    dynamo, client = scripted(around, first, answer("b", left=("c",)), answer("c"))
    found = dynamo.batch_get([key("a"), key("b"), key("c")])
    assert list(found) == [key("a"), key("b"), key("c")]
    assert [call[1]["RequestItems"] for call in client.calls[1:]] == [
        first["UnprocessedKeys"],
        answer(left=("c",))["UnprocessedKeys"],
    ]
    assert len(around.sleeps) == 2
    assert max(around.sleeps) <= 0.2


def test_keys_that_stay_unprocessed_are_a_failure(around: Surroundings) -> None:
    dynamo, client = scripted(around, answer("a", left=("b",)))
    with pytest.raises(StorageError, match="unprocessed"):
        dynamo.batch_get([key("a"), key("b")])
    assert len(client.calls) == 4
    assert len(around.sleeps) == 3


def test_more_than_a_hundred_keys_are_a_mistake(around: Surroundings) -> None:
    dynamo, client = scripted(around, answer())
    with pytest.raises(ValueError, match="100"):
        dynamo.batch_get([key(str(number)) for number in range(101)])
    assert client.calls == []


def test_a_transaction_is_all_or_nothing(dynamo: Dynamo) -> None:
    dynamo.transact([put("taken", by="first")])
    free = "attribute_not_exists(id)"
    with pytest.raises(ConditionFailedError) as caught:
        dynamo.transact([put("a", free, n=1), put("taken", free, by="second"), put("b", n=2)])
    assert caught.value.lost == (False, True, False)
    assert caught.value.items == ({}, {"id": "taken", "by": "first"}, {})
    assert dynamo.batch_get([key("a"), key("b")]) == {}


def test_a_check_changes_nothing_and_decides_about_the_rest(dynamo: Dynamo) -> None:
    dynamo.transact([put("role", is_="admin")])

    def check(value: str) -> Write:
        names, values = {"#is": "is_"}, {":is": value}
        return Write(key("role"), condition="#is = :is", names=names, values=values, check=True)

    dynamo.transact([check("admin"), put("done", n=1)])
    with pytest.raises(ConditionFailedError) as caught:
        dynamo.transact([put("not done", n=1), check("manager")])
    assert caught.value.lost == (False, True)
    assert dynamo.batch_get([key("role"), key("done"), key("not done")]) == {
        key("role"): {"id": "role", "is_": "admin"},
        key("done"): {"id": "done", "n": 1},
    }


def test_an_update_in_and_out_of_a_transaction(dynamo: Dynamo) -> None:
    count = Write(
        key("counter"),
        update="ADD #n :one",
        condition="attribute_not_exists(#n) OR #n < :most",
        names={"#n": "n"},
        values={":one": 1, ":most": 2},
    )
    dynamo.transact([count])
    dynamo.write(count)
    for apply in (dynamo.write, lambda write: dynamo.transact([write])):
        with pytest.raises(ConditionFailedError) as caught:
            apply(count)
        assert caught.value.lost == (True,)
    assert dynamo.batch_get([key("counter")])[key("counter")] == {"id": "counter", "n": 2}


@pytest.mark.parametrize("together", [True, False])
def test_a_removal_in_and_out_of_a_transaction(dynamo: Dynamo, together: bool) -> None:
    dynamo.transact([put("a", n=1), put("b", n=1)])
    held = Write(key("a"), condition="n = :two", values={":two": 2})
    with pytest.raises(ConditionFailedError) as lost:
        dynamo.transact([held]) if together else dynamo.write(held)
    assert lost.value.items[0]["n"] == 1
    gone = Write(key("a"))
    dynamo.transact([gone, put("c", n=1)]) if together else dynamo.write(gone)
    assert key("a") not in dynamo.batch_get([key("a"), key("b")])


@pytest.mark.parametrize(
    "error",
    [
        refusal("TransactionCanceledException", [HELD, CONFLICT]),
        refusal("TransactionCanceledException", [CONFLICT]),
        refusal("TransactionInProgressException"),
    ],
)
def test_contention(around: Surroundings, error: Exception) -> None:
    dynamo, _ = scripted(around, error)
    with pytest.raises(ContentionError):
        dynamo.transact([put("a")])


def test_an_update_that_meets_a_transaction_is_contention(around: Surroundings) -> None:
    dynamo, _ = scripted(around, refusal("TransactionConflictException"))
    with pytest.raises(ContentionError):
        dynamo.write(Write(key("a"), update="ADD n :one", values={":one": 1}))


def test_a_lost_condition_goes_before_contention(around: Surroundings) -> None:
    reasons = [CONFLICT, LOST | {"Item": encode({"id": "b", "n": 3})}, {}]
    dynamo, _ = scripted(around, refusal("TransactionCanceledException", reasons))
    with pytest.raises(ConditionFailedError) as caught:
        dynamo.transact([put("a"), put("b"), put("c")])
    assert caught.value.lost == (False, True, False)
    assert caught.value.items == ({}, {"id": "b", "n": 3}, {})


@pytest.mark.parametrize(
    "error",
    [
        refusal("ThrottlingException"),
        refusal("TransactionCanceledException", [{"Code": "ThrottlingError"}]),
        refusal("ResourceNotFoundException"),
        refusal(""),
        EndpointConnectionError(endpoint_url="https://dynamodb.example"),
    ],
)
def test_every_other_failure_decides_nothing(around: Surroundings, error: Exception) -> None:
    dynamo, client = scripted(around, error)
    calls = [
        lambda: dynamo.transact([put("a")]),
        lambda: dynamo.batch_get([key("a")]),
        lambda: dynamo.query(Table.IDEMPOTENCY, "id = :id", {":id": "a"}),
        lambda: dynamo.write(Write(key("a"), update="ADD n :one", values={":one": 1})),
    ]
    for call in calls:
        with pytest.raises(StorageError) as caught:
            call()
        assert not isinstance(caught.value, ContentionError)
    assert len(client.calls) == len(calls)


def test_a_query_pages(dynamo: Dynamo) -> None:
    for number in range(5):
        dynamo.transact([Write(Key(Table.POLICIES, "s", f"v{number}"), item={"n": number})])
    names = {"#scope": "scope"}
    seen: list[int] = []
    start = None
    for _ in range(5):
        items, start = dynamo.query(
            Table.POLICIES, "#scope = :s", {":s": "s"}, names=names, limit=2, start=start,
            descending=True,
        )  # fmt: skip
        seen += [item["n"] for item in items]
        if start is None:
            break
    assert seen == [4, 3, 2, 1, 0]


@given(json_objects)
def test_values_read_back_as_they_were_written(value: dict[str, Any]) -> None:
    assert decode(encode(value)) == value


@given(st.decimals(-(10**9), 10**9, places=3))
def test_whole_numbers_come_back_as_int(number: Decimal) -> None:
    back = decode(encode({"n": [{"m": number}]}))["n"][0]["m"]
    assert back == number
    assert isinstance(back, int) is (number == number.to_integral_value())
