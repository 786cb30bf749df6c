"""The auditors' questions, asked of a database that understands the same SQL."""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from stacks.audit_queries import ENTRIES, once, questions, view
from tests.unit.support.people import entry
from tests.unit.support.streaming import KEY
from tests.unit.support.surroundings import NOW
from wpp_mcp.audit.chain import genesis, linked
from wpp_mcp.audit.columns import ARRIVED, ENTRY, restored, row, schema
from wpp_mcp.audit.entry import Result
from wpp_mcp.models import strict_json

DAY = "2026-11-21"


class Archived:
    """The archive's table in SQLite, with what came on each day."""

    def __init__(self) -> None:
        self.database = sqlite3.connect(":memory:")
        self.database.row_factory = sqlite3.Row
        names = ", ".join(f'"{name}"' for name in [*schema(), ARRIVED])
        self.database.execute(f'CREATE TABLE "{ENTRIES}" ({names})')

    def came(self, stored: dict[str, Any], arrived: str = DAY) -> None:
        values = strict_json.loads(row(stored)) | {ARRIVED: arrived}
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        command = f'INSERT INTO "{ENTRIES}" ({names}) VALUES ({marks})'
        self.database.execute(command, tuple(values.values()))

    def ask(self, name: str, *parameters: str) -> list[sqlite3.Row]:
        (sql,) = (question.sql for question in questions() if question.name == name)
        return self.database.execute(sql, parameters).fetchall()


def chained(day: str = DAY, count: int = 4, **changes: Any) -> Iterator[dict[str, Any]]:
    user = str(changes.pop("user", "ann@agency.example"))
    link = genesis(user, day)
    for number in range(count):
        at = NOW.fromisoformat(f"{day}T12:00:{number:02}+00:00")
        facts = entry(at, operation_id=f"op_{number}", **changes).attributes()
        stored = linked(KEY, link, user, day, facts)
        link = type(link)(stored["sequence"], stored["mac"])
        yield stored


@pytest.fixture
def archived() -> Iterator[Archived]:
    made = Archived()
    yield made
    made.database.close()


def test_an_entry_that_came_twice_counts_once_and_as_it_first_came(archived: Archived) -> None:
    first, second = list(chained(count=2, rows=10))
    for arrived in (DAY, DAY, "2026-11-22"):
        archived.came(first, arrived)
    archived.came(second | {"rows": 99}, "2026-11-23")
    archived.came(second, "2026-11-22")

    shown = archived.ask("person", DAY, DAY, DAY, "ann@agency.example")
    assert [(one["operation_id"], one["rows"]) for one in shown] == [("op_0", 10), ("op_1", 10)]
    everything = archived.database.execute(view()).fetchall()
    assert len(everything) == 2
    assert archived.database.execute(once("'2026-11-24'")).fetchall() == []


def test_questions_are_about_whom_and_when_they_say(archived: Archived) -> None:
    for one in chained(account="Google Ads:1"):
        archived.came(one)
    for one in chained("2026-11-20", account="Google Ads:1"):
        archived.came(one, "2026-11-20")
    for one in chained(user="bob@agency.example", count=2, account="Google Ads:2"):
        archived.came(one)

    ann = archived.ask("person", DAY, DAY, DAY, "ann@agency.example")
    assert {(one["user_id"], one["timestamp"][:10]) for one in ann} == {("ann@agency.example", DAY)}
    assert len(ann) == 4
    of_account = archived.ask("account", "2026-11-20", "2026-11-20", DAY, "Google Ads:1")
    assert len(of_account) == 8
    assert archived.ask("blocked", DAY, DAY, DAY) == []


def test_refusals_and_what_left_are_found(archived: Archived) -> None:
    for one in chained(user="bob@agency.example", count=1, result=Result.BLOCKED, rows=None):
        archived.came(one)
    for one in chained(count=3, rows=100, account="Google Ads:1"):
        archived.came(one)

    assert [one["user_id"] for one in archived.ask("blocked", DAY, DAY, DAY)] == [
        "bob@agency.example"
    ]
    (left,) = archived.ask("taken-out", DAY, DAY, DAY)
    assert (left["user_id"], left["calls"], left["rows_out"]) == ("ann@agency.example", 3, 300)


def test_a_chain_is_told_in_order_with_its_gaps_and_can_be_verified(archived: Archived) -> None:
    whole = list(chained(count=5))
    for one in reversed(whole[:2] + whole[4:]):
        archived.came(one)

    told = archived.ask("chain", DAY, DAY, "ann@agency.example")
    assert [(one["sequence"], one["missing_before"]) for one in told] == [(1, 0), (2, 0), (5, 2)]
    assert [restored(json.dumps({ENTRY: one["entry"]})) for one in told] == whole[:2] + whole[4:]


def test_a_place_that_came_with_two_contents_is_found(archived: Archived) -> None:
    first, second = list(chained(count=2))
    archived.came(first)
    archived.came(first, "2026-11-22")
    archived.came(second)
    archived.came(second | {"tool": "another"}, "2026-11-23")

    (found,) = archived.ask("rewritten", DAY)
    assert (found["day_sequence"], found["versions"]) == (second["daySequence"], 2)
    assert (found["first_arrived"], found["last_arrived"]) == (DAY, "2026-11-23")
