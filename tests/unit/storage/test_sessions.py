from datetime import timedelta

import pytest

from tests.unit.support.aws import PREFIX, Aws, Scripted, refusal
from tests.unit.support.surroundings import NOW, Surroundings
from wpp_mcp.storage.dynamo import Dynamo, StorageError
from wpp_mcp.storage.sessions import Kind, Sessions
from wpp_mcp.storage.tables import Table

LATER = NOW + timedelta(minutes=10)
CONTENT = {"client": "one", "scopes": ["tools/read"], "n": 3}


@pytest.fixture
def sessions(dynamo: Dynamo) -> Sessions:
    return Sessions(dynamo)


def test_a_record_is_found_until_it_is_taken(sessions: Sessions) -> None:
    sessions.remember(Kind.CODE, "secret", CONTENT, LATER)

    assert sessions.find(Kind.CODE, "secret", NOW) == CONTENT
    assert sessions.take(Kind.CODE, "secret", NOW) == CONTENT
    assert sessions.take(Kind.CODE, "secret", NOW) is None
    assert sessions.find(Kind.CODE, "secret", NOW) is None


def test_a_secret_of_one_kind_finds_nothing_of_another(sessions: Sessions) -> None:
    sessions.remember(Kind.CODE, "secret", CONTENT, LATER)
    others = [kind for kind in Kind if kind is not Kind.CODE]
    assert [sessions.take(kind, "secret", NOW) for kind in others] == [None] * len(others)


@pytest.mark.parametrize("past", [0, 1])
def test_past_its_end_a_record_is_not_found(sessions: Sessions, past: int) -> None:
    sessions.remember(Kind.SIGN_IN, "secret", CONTENT, LATER)
    at = LATER + timedelta(seconds=past)
    assert sessions.find(Kind.SIGN_IN, "secret", at) is None
    assert sessions.take(Kind.SIGN_IN, "secret", at) is None


def test_a_secret_serves_for_one_record(sessions: Sessions) -> None:
    sessions.remember(Kind.SIGN_IN, "secret", CONTENT, LATER)
    with pytest.raises(StorageError, match="before"):
        sessions.remember(Kind.SIGN_IN, "secret", {"client": "two"}, LATER)
    assert sessions.find(Kind.SIGN_IN, "secret", NOW) == CONTENT


def test_the_table_does_not_know_the_secret(sessions: Sessions, tables: Aws) -> None:
    sessions.remember(Kind.CONSOLE_SESSION, "a secret cookie", CONTENT, LATER)
    found = tables.dynamodb.scan(TableName=PREFIX + Table.SESSIONS.value)["Items"]
    assert len(found) == 1
    assert "a secret cookie" not in repr(found)


def test_a_table_that_does_not_answer_is_said(around: Surroundings) -> None:
    down = Sessions(Dynamo(around.runtime(aws=Scripted(refusal("InternalServerError"))), PREFIX))
    for ask in (
        lambda: down.remember(Kind.CODE, "s", {}, LATER),
        lambda: down.find(Kind.CODE, "s", NOW),
        lambda: down.take(Kind.CODE, "s", NOW),
    ):
        with pytest.raises(StorageError):
            ask()
