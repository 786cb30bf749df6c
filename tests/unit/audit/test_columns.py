"""The archive's columns are the entries': nothing is left out, and nothing else gets in."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.people import entry
from tests.unit.support.streaming import KEY, stored
from tests.unit.support.surroundings import NOW
from wpp_mcp.audit.chain import follow, genesis, linked
from wpp_mcp.audit.columns import ENTRY, Kind, NotAnEntryError, columns, restored, row, schema
from wpp_mcp.audit.entry import Action, Entry, Result
from wpp_mcp.models import strict_json
from wpp_mcp.models.time import day_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
COUNT = st.integers(0, 10**12)
_ALWAYS = ("operation_id", "correlation_id", "role", "agency", "client_id", "channel", "tool")
_SOMETIMES = ("api", "account", "error", "request_digest", "oma_request_id", "step", "limits")
ENTRIES = st.builds(
    Entry,
    user_id=TEXT.filter(bool),
    at=st.just(NOW),
    action=st.sampled_from(Action),
    result=st.sampled_from(Result),
    milliseconds=COUNT,
    rows=st.none() | COUNT,
    policy_version=TEXT,
    **dict.fromkeys(_ALWAYS, TEXT),
    **dict.fromkeys(_SOMETIMES, st.none() | TEXT),
)


def test_every_field_of_an_entry_has_a_column() -> None:
    """An entry with everything in it: each attribute that is stored is a column, none is more."""
    everything = entry(
        NOW,
        api="Google Ads",
        account="a",
        error="E",
        request_digest="0",
        rows=1,
        oma_request_id="1",
        step="preview",
        limits="percent",
    )
    assert all(getattr(everything, field.name) is not None for field in fields(Entry))

    assert {column.attribute for column in columns()} == set(stored(everything))
    for column in columns():
        assert column.takes(stored(everything)[column.attribute])


def test_the_names_are_such_that_glue_takes_them() -> None:
    assert schema()[ENTRY] == "string"
    assert schema()["account_id"] == "string"
    assert schema()["duration_ms"] == schema()["sequence"] == "bigint"
    for name, kind in schema().items():
        assert name.replace("_", "").isalnum()
        assert name == name.lower()
        assert kind in set(Kind)


@given(ENTRIES)
def test_a_line_holds_the_entry_exactly_and_its_chain_can_be_followed(written: Entry) -> None:
    item = stored(written)
    line = row(item)

    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert restored(line) == item
    day = day_of(written.at)
    link, broken = follow({KEY.key_id: KEY}, written.user_id, day, [restored(line)])
    assert broken is None
    assert link.sequence == 1
    values = strict_json.loads(line)
    assert {c.name: item[c.attribute] for c in columns() if c.attribute in item} == {
        name: value for name, value in values.items() if name != ENTRY
    }


def test_an_attribute_that_no_column_knows_is_kept() -> None:
    newer = linked(KEY, genesis("a", "2026-11-21"), "a", "2026-11-21", {"reviewedBy": "b"})
    assert restored(row(newer)) == newer
    assert "reviewed_by" not in strict_json.loads(row(newer))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rows": "12"}, "rows is of another type"),
        ({"rows": True}, "rows is of another type"),
        ({"tool": 12}, "tool is of another type"),
        ({"mac": None}, "lacks mac"),
        ({"day": None, "sequence": None}, "lacks day, sequence"),
        ({"other": b"bytes"}, "holds what is not JSON"),
        ({"other": {"a"}}, "holds what is not JSON"),
    ],
    ids=str,
)
def test_what_the_product_never_writes_is_no_entry(change: dict[str, Any], said: str) -> None:
    with pytest.raises(NotAnEntryError, match=said):
        row(stored(entry(NOW)) | change)


@pytest.mark.parametrize("line", ["{}", "[]", '{"entry": 1}', "{", '{"entry": "{"}'])
def test_what_is_no_line_of_the_archive_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"archive|JSON"):
        restored(line)
