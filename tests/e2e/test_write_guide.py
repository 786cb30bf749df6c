"""docs/governed-writes.md, replayed: each of its requests gets the answer that it prints."""

import json
from collections import Counter
from typing import Any

import pytest

from tests.support.api import Api
from tests.write_guide import KINDS, PAGE, Exchange, Names, differences, exchanges

TEXT = PAGE.read_text(encoding="utf-8")
ORIGIN = "http://127.0.0.1:8787"
"""Where the page says that the sandbox is."""


def ask(api: Api, exchange: Exchange, names: Names) -> tuple[int, Any]:
    """Send a request of the page as it stands there."""
    answer = api.send(
        exchange.method,
        names.filled(exchange.path),
        role=exchange.role,
        headers={"Content-Type": "application/json", **exchange.headers},
        content=names.filled(exchange.body),
    )
    return answer.status_code, json.loads(answer.text.replace(api.box.url, ORIGIN))


def test_every_request_of_the_page_gets_the_answer_that_it_prints(api: Api) -> None:
    names = Names()
    for exchange in exchanges(TEXT):
        status, found = ask(api, exchange, names)
        where = f"governed-writes.md, line {exchange.line}"
        assert status == exchange.status, f"{where}: {found}"
        assert list(differences(exchange.answer, found, names)) == [], where


def test_the_page_plays_every_part_of_the_path() -> None:
    asked = [(one.method, one.path.partition("?")[0], one.status) for one in exchanges(TEXT)]
    paths = Counter(path for _, path, _ in asked)
    codes = {one.answer["error"]["code"] for one in exchanges(TEXT) if "error" in one.answer}

    assert paths["/mcp/execute-tool"] > 5
    assert paths["/mcp/confirm-operation"] > 5
    assert paths["/mcp"] >= 2
    assert {("GET", "/policies", 200), ("PUT", "/policies", 202)} <= set(asked)
    assert any(path.endswith("/decision") and status == 403 for _, path, status in asked)
    assert {
        "CONFIRMATION_INVALID",
        "OUTCOME_UNKNOWN",
        "SAFETY_LIMIT_EXCEEDED",
        "SECOND_APPROVAL_REQUIRED",
        "STATE_CHANGED",
        "WRITES_DISABLED",
    } <= codes


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"a": True}),
        ({"a": 1}, {}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1, "…": "…"}, {"a": 1}),
        ([1, 2], [1]),
        ([1, "…"], [1]),
        ("<number>", "12"),
        ("<number>", True),
        ("<time>", "2026-11-21"),
        ("at <operation:a>", "at op_1"),
        ({"a": "<token:t>", "b": "<token:t>"}, {"a": "x" * 43, "b": "y" * 43}),
    ],
    ids=str,
)
def test_what_differs_is_found(shown: Any, found: Any) -> None:
    assert len(list(differences(shown, found, Names()))) == 1


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ({"a": 1, "…": "…"}, {"a": 1, "b": 2}),
        ([1, "…"], [1, 2]),
        ("<number>", 1.5),
        ("until <time>.", "until 2026-11-21T10:00:00.000Z."),
        ({"a": "<token:t>", "b": "<token:t>"}, {"a": "x" * 43, "b": "x" * 43}),
    ],
    ids=str,
)
def test_what_does_not_differ_is_not(shown: Any, found: Any) -> None:
    assert list(differences(shown, found, Names())) == []


def test_a_request_says_what_an_answer_has_said() -> None:
    names = Names()
    assert names.fits("<digest:d>", "ab" * 32)
    assert names.filled('{"digest": "<digest:d>"}') == f'{{"digest": "{"ab" * 32}"}}'
    with pytest.raises(KeyError):
        names.filled("<token:t>")


def test_a_request_needs_an_answer() -> None:
    with pytest.raises(ValueError, match="no answer"):
        exchanges("```http\nGET /policies\n```\n")
    with pytest.raises(ValueError, match="line 2"):
        exchanges("```http\nGET /policies\n```\n```http\nGET /policies\n```\n")


def test_every_kind_of_placeholder_is_used() -> None:
    assert [kind for kind in KINDS if f"<{kind}" not in TEXT] == []
