import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.json_values import json_values
from wpp_mcp.models.text import LONGEST, visible, visible_all

UNSEEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Unicode's Default_Ignorable_Code_Point, where the category alone does not tell.
IGNORABLE = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    "\ufe00\ufe0f\U000e0100\U000e01ef"
)
printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=LONGEST)


@given(st.text(max_size=300))
def test_nothing_unseen_survives(text: str) -> None:
    assert not [c for c in visible(text) if unicodedata.category(c) in UNSEEN_CATEGORIES]


@given(printable)
def test_ascii_text_is_unchanged(text: str) -> None:
    assert visible(text) == text


@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize("character", IGNORABLE, ids=lambda c: f"U+{ord(c):04X}")
def test_characters_without_width_go(character: str) -> None:
    assert visible(f"a{character}b") == "ab"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pay\u202egnp.exe", "paygnp.exe"),
        ("a\u200b\u200c\u200d\u2060\ufeffb", "ab"),
        ("\u2066hidden\u2069", "hidden"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;https://evil.example\x07link\x1b]8;;\x07", "link"),
        ("\x1b[", "["),
        ("one\r\ntwo\u2028three\tfour", "one two three four"),
        ("\U000e0041\U000e0042tags", "tags"),
        ("soft\u00adhyphen", "softhyphen"),
        ("Grüße, 東京, مرحبا, e\u0301", "Grüße, 東京, مرحبا, e\u0301"),
    ],
)
def test_examples(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.integers(LONGEST + 1, LONGEST * 6))
def test_long_text_is_cut_and_said_to_be(length: int) -> None:
    assert visible("x" * length) == "x" * LONGEST + "… [cut]"


def test_padding_that_goes_does_not_push_text_out_silently() -> None:
    hidden = visible("\u200b" * (LONGEST * 4 + 1) + "tail")
    assert hidden == "… [cut]"
    assert visible("\u200b" * LONGEST + "tail") == "tail"


@given(json_values)
def test_every_text_of_a_value_is_cleaned(value: Any) -> None:
    def texts(inner: Any) -> list[str]:
        if isinstance(inner, str):
            return [inner]
        if isinstance(inner, dict):
            return [t for k, v in inner.items() for t in (k, *texts(v))]
        return [t for item in inner for t in texts(item)] if isinstance(inner, list) else []

    for text in texts(visible_all(value)):
        assert not [c for c in text if unicodedata.category(c) in UNSEEN_CATEGORIES]


def test_other_values_are_left_alone() -> None:
    value = {"a\u200b": [1, 2.5, True, None, ("x\u200b",)]}
    assert visible_all(value) == {"a": [1, 2.5, True, None, ["x"]]}
