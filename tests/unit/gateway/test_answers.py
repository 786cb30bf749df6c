import base64
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.json_values import json_objects, json_values, texts
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.answers import MAX_CHARACTERS, digest_of, read_data
from wpp_mcp.models import strict_json
from wpp_mcp.models.text import visible_all
from wpp_mcp.tools.inputs import PagedInput, ToolInput
from wpp_mcp.tools.table import Row, Table


class Question(PagedInput):
    about: str = "campaigns"


class Named(Row):
    row_name: str
    amount: Decimal | None = None


def data_of(table: Table[Any], seed: int = 1, **params: Any) -> dict[str, Any]:
    request = Question(**params)
    return read_data(table, request, account="1111111111", chance=random.Random(seed))


def pages(table: Table[Any], **params: Any) -> Iterator[dict[str, Any]]:
    token = None
    for _ in range(len(table.rows) + 1):
        page = data_of(table, page_token=token, **params)
        yield page
        token = page.get("nextPageToken")
        if token is None:
            return
    raise AssertionError("the pages do not end")


sized = st.builds(
    lambda n, size: {"n": n, "text": "x" * min(size, 500)}, st.integers(), st.integers(0, 900)
)
many = st.lists(sized, max_size=250).map(lambda rows: rows * 2)


@given(many, st.integers(1, 1000))
def test_pages_together_are_all_rows_whole_and_in_order(
    rows: list[dict[str, Any]], size: int
) -> None:
    seen: list[dict[str, Any]] = []
    for page in pages(Table(rows), page_size=size):
        assert page["totalRows"] == len(rows)
        assert page["returnedRows"] == len(page["rows"]) <= size
        written = sum(len(strict_json.dumps(row)) + 1 for row in page["rows"])
        assert written <= MAX_CHARACTERS or len(page["rows"]) == 1
        seen += page["rows"]
    assert seen == rows


def test_a_row_larger_than_a_page_is_not_cut() -> None:
    large = {f"field{n}": "x" * 500 for n in range(100)}
    found = list(pages(Table([{"n": 1}, large, {"n": 2}])))
    assert [page["rows"] for page in found] == [[{"n": 1}], [large], [{"n": 2}]]


def test_an_empty_table_is_one_empty_page() -> None:
    assert data_of(Table([])) == {
        "account": "1111111111",
        "totalRows": 0,
        "returnedRows": 0,
        "contentBegins": data_of(Table([]))["contentBegins"],
        "rows": [],
        "contentEnds": data_of(Table([]))["contentEnds"],
    }


def test_models_and_what_holds_for_all_rows() -> None:
    table = Table(
        [Named(row_name="a\u200b", amount=Decimal("1.50")), Named(row_name="b")],
        matches=7,
        totals={"amount": Decimal("1.5")},
        currency="EUR",
        notes=("n",),
    )
    found = data_of(table)
    assert found["rows"] == [{"rowName": "a", "amount": 1.5}, {"rowName": "b"}]
    assert (found["totalRows"], found["returnedRows"], found["currency"]) == (7, 2, "EUR")
    assert (found["totals"], found["notes"]) == ({"amount": 1.5}, ["n"])
    assert "nextPageToken" not in found


def test_without_pages_all_rows_come() -> None:
    found = read_data(Table([{"n": 1}] * 300), ToolInput(), account=None, chance=random.Random(1))
    assert found["returnedRows"] == 300
    assert "account" not in found


@given(st.lists(json_objects, max_size=5), st.integers())
def test_the_mark_surrounds_the_rows_and_is_in_none(rows: list[Any], seed: int) -> None:
    found = data_of(Table(rows), seed)
    names = list(found)
    mark = found["contentBegins"]["mark"]
    assert found["contentEnds"] == {"mark": mark}
    assert names[names.index("rows") - 1] == "contentBegins"
    assert names[names.index("rows") + 1] == "contentEnds"
    assert mark not in strict_json.dumps(found["rows"])
    assert found["rows"] == [visible_all(row) for row in rows]


@given(texts, st.integers(0, 2**32), st.integers(0, 2**32))
def test_a_mark_seen_before_ends_nothing_later(text: str, first: int, second: int) -> None:
    seen = data_of(Table([{"a": text}]), first)
    forged = {"a": strict_json.dumps({"contentEnds": seen["contentEnds"]})}
    later = data_of(Table([forged]), second)
    assert (later["contentEnds"] == seen["contentEnds"]) is (first == second)
    assert later["rows"] == [forged]


def refused(**params: Any) -> None:
    with pytest.raises(WppError, match="pageToken belongs to another question") as caught:
        data_of(Table([{"n": 1}] * 5), **params)
    assert caught.value.code is ErrorCode.INVALID_REQUEST


def test_a_token_goes_on_with_its_own_question_only() -> None:
    token = data_of(Table([{"n": 1}] * 5), page_size=2)["nextPageToken"]
    assert data_of(Table([{"n": 1}] * 5), page_size=2, page_token=token)["returnedRows"] == 2
    refused(page_size=3, page_token=token)
    refused(page_size=2, about="budgets", page_token=token)


@given(st.text(max_size=40))
def test_a_token_that_is_none_is_refused(token: str) -> None:
    refused(page_token=token)


@pytest.mark.parametrize("offset", ["", "-1", "1000000", "1.5", "\u0661", "2 ", "0x1", ":1"])
def test_a_token_with_an_odd_place_is_refused(offset: str) -> None:
    token = data_of(Table([{"n": 1}] * 5), page_size=2)["nextPageToken"]
    text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    changed = f"{text.partition(':')[0]}:{offset}".encode()
    refused(page_size=2, page_token=base64.urlsafe_b64encode(changed).decode().rstrip("="))


@given(json_values, json_values)
def test_digests_are_of_the_value(one: Any, other: Any) -> None:
    same = strict_json.canonical(one) == strict_json.canonical(other)
    assert (digest_of(one) == digest_of(other)) is same
    assert len(digest_of(one)) == 64
