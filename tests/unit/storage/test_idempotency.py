from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from tests.unit.support.json_values import json_objects
from tests.unit.support.people import ANN
from tests.unit.support.surroundings import NOW
from wpp_mcp.storage.dynamo import ConditionFailedError, Dynamo
from wpp_mcp.storage.idempotency import Remembered, key_of, remember, remembered
from wpp_mcp.storage.items import decode, encode

ANSWER = {"success": True, "executionTime": 0.5, "rows": [{"name": "é"}]}


def note(
    dynamo: Dynamo, digest: str = "d1", answer: Any = ANSWER, now: datetime = NOW, **who: str
) -> None:
    user, request = who.get("user", ANN.user_id), who.get("request", "r1")
    dynamo.transact([remember(user, request, digest, answer, now)])


def found(dynamo: Dynamo, now: datetime = NOW) -> Remembered | None:
    key = key_of(ANN.user_id, "r1")
    return remembered(dynamo.batch_get([key]).get(key), now)


@given(json_objects)
def test_an_answer_reads_back(answer: dict[str, Any]) -> None:
    write = remember(ANN.user_id, "r1", "d1", answer, NOW)
    assert write.item is not None
    assert remembered(decode(encode(write.item)), NOW) == Remembered("d1", answer)


def test_the_first_use_is_remembered_for_a_day(dynamo: Dynamo) -> None:
    assert found(dynamo) is None
    note(dynamo)
    assert found(dynamo) == Remembered("d1", ANSWER)
    assert found(dynamo, NOW + timedelta(hours=24, seconds=-1)) is not None
    assert found(dynamo, NOW + timedelta(hours=24)) is None


@pytest.mark.parametrize("digest", ["d1", "d2"])
def test_an_answered_request_is_not_replaced(dynamo: Dynamo, digest: str) -> None:
    note(dynamo)
    with pytest.raises(ConditionFailedError) as caught:
        note(dynamo, digest, {"other": 1})
    winner = remembered(caught.value.items[0], NOW)
    assert winner == found(dynamo) == Remembered("d1", ANSWER)


def test_a_failed_request_may_be_repeated_but_not_changed(dynamo: Dynamo) -> None:
    note(dynamo, answer=None)
    assert found(dynamo) == Remembered("d1", None)
    with pytest.raises(ConditionFailedError):
        note(dynamo, "d2")
    note(dynamo, answer=None)
    note(dynamo)
    assert found(dynamo) == Remembered("d1", ANSWER)


def test_after_a_day_the_id_is_free_again(dynamo: Dynamo) -> None:
    note(dynamo)
    with pytest.raises(ConditionFailedError):
        note(dynamo, "d2", now=NOW + timedelta(hours=23))
    later = NOW + timedelta(hours=24)
    note(dynamo, "d2", {"n": 1}, later)
    assert found(dynamo, later) == Remembered("d2", {"n": 1})


def test_ids_are_each_persons_own(dynamo: Dynamo) -> None:
    note(dynamo)
    note(dynamo, "d2", user="bob@agency.example")
    note(dynamo, "d2", request="r2")
    assert found(dynamo) == Remembered("d1", ANSWER)
