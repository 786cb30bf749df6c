"""Firehose's limits are kept, whatever is sent, and what it does not take is sent again."""

from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.aws import Scripted, refusal
from tests.unit.support.surroundings import Surroundings
from wpp_mcp.audit.delivery import LARGEST_RECORD, MOST_BYTES, MOST_RECORDS, Delivery, batches

SIZES = st.lists(
    st.integers(1, 2_000) | st.integers(1, LARGEST_RECORD) | st.just(LARGEST_RECORD), max_size=60
)
_BLOCK = bytes(LARGEST_RECORD)


def line(size: int) -> memoryview:
    return memoryview(_BLOCK)[:size]


@given(SIZES, st.integers(0, 1_200))
def test_batches_are_within_the_limits_and_hold_each_line_once(
    sizes: list[int], small: int
) -> None:
    lines: Any = [line(size) for size in sizes] + [b"x"] * small
    found = list(batches(lines))

    assert [place for batch in found for place in batch] == list(range(len(lines)))
    for batch in found:
        assert 0 < len(batch) <= MOST_RECORDS == 500
        assert sum(len(lines[place]) for place in batch) <= MOST_BYTES == 4_194_304
    for one, other in pairwise(found):
        together = sum(len(lines[place]) for place in [*one, other[0]])
        assert len(one) == MOST_RECORDS or together > MOST_BYTES, "a batch was cut too early"


def test_a_line_that_firehose_takes_in_no_batch_is_refused() -> None:
    with pytest.raises(ValueError, match="larger"):
        list(batches([bytes(LARGEST_RECORD + 1)]))


def answer(*codes: str | None) -> dict[str, Any]:
    told = [{"ErrorCode": code} if code else {"RecordId": "1"} for code in codes]
    return {"FailedPutCount": sum(code is not None for code in codes), "RequestResponses": told}


def sent(firehose: Scripted) -> list[list[bytes]]:
    return [[one["Data"] for one in call["Records"]] for _, call in firehose.calls]


def test_only_what_was_not_taken_is_sent_again(around: Surroundings) -> None:
    firehose = Scripted(
        answer(None, "ServiceUnavailableException", None, "InternalFailure"),
        answer("ServiceUnavailableException", None),
        answer(None),
    )
    delivery = Delivery(around.runtime(aws=firehose), "stream")

    assert delivery.send([b"a", b"b", b"c", b"d"]) == set()
    assert sent(firehose) == [[b"a", b"b", b"c", b"d"], [b"b", b"d"], [b"b"]]
    assert {call["DeliveryStreamName"] for _, call in firehose.calls} == {"stream"}
    assert len(around.sleeps) == 2
    assert all(0 <= seconds <= 0.4 for seconds in around.sleeps)


@pytest.mark.parametrize(
    ("failure", "problem"),
    [
        (refusal("ServiceUnavailableException"), "ServiceUnavailableException"),
        (refusal("AccessDeniedException"), "AccessDeniedException"),
        (ReadTimeoutError(endpoint_url="x"), "ReadTimeoutError"),
        (answer("InternalFailure", "InternalFailure"), "InternalFailure"),
    ],
    ids=str,
)
def test_what_is_never_taken_is_told(around: Surroundings, failure: Any, problem: str) -> None:
    firehose = Scripted(failure)
    delivery = Delivery(around.runtime(aws=firehose), "stream")

    assert delivery.send([b"a", b"b"]) == {0, 1}
    assert len(firehose.calls) == 5
    assert delivery.problem == problem


def test_a_batch_that_fails_does_not_take_the_others_along(around: Surroundings) -> None:
    def firehose_of(first: bytes) -> Any:
        def told(arguments: dict[str, Any]) -> Any:
            records = [one["Data"] for one in arguments["Records"]]
            failed = first in records
            return answer(*["InternalFailure" if failed else None] * len(records))

        return told

    lines = [b"%d" % number for number in range(1_200)]
    delivery = Delivery(around.runtime(aws=Scripted(firehose_of(b"600"))), "stream")

    assert delivery.send(lines) == set(range(500, 1_000))
