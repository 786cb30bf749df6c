import json
import re
import string
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.support.json_values import decimals, json_objects, json_values
from wpp_mcp.models import strict_json
from wpp_mcp.models.strict_json import StrictJsonError


@given(json_values)
def test_what_is_written_reads_back_equal(value: Any) -> None:
    assert strict_json.loads(strict_json.dumps(value)) == value


@given(decimals)
def test_a_fraction_reads_back_equal(number: Decimal) -> None:
    assert strict_json.loads(strict_json.dumps(number)) == number


def test_a_long_fraction_loses_nothing_on_the_way_through() -> None:
    number = strict_json.loads("0.1234567890123456789012345")
    assert strict_json.loads(strict_json.dumps(number)) == number


@given(json_values)
def test_it_agrees_with_the_standard_library_on_plain_json(value: Any) -> None:
    text = json.dumps(value)
    assert strict_json.loads(text) == json.loads(text)
    assert strict_json.loads(text.encode()) == json.loads(text)


@given(st.text(alphabet='{}[]":,.eE+-0123456789 truefalsn\\u\n', max_size=30))
@example('{"a":1}')
def test_it_is_stricter_than_the_standard_library_and_never_laxer(text: str) -> None:
    try:
        expected = json.loads(text, parse_float=Decimal)
    except ValueError:
        with pytest.raises(StrictJsonError):
            strict_json.loads(text)
        return
    try:
        assert strict_json.loads(text) == expected
    except StrictJsonError as refused:
        assert re.search("number|duplicate", str(refused))  # noqa: PT017


@pytest.mark.parametrize("text", ["1e39", "-1.5e37", "1e-37", "0.0000001", "-0.0", "9" * 40])
def test_a_number_that_was_read_can_be_written_and_read_again(text: str) -> None:
    number = strict_json.loads(text)
    assert strict_json.loads(strict_json.dumps(number)) == number


@pytest.mark.parametrize(
    "text",
    [
        *("NaN", "Infinity", "-Infinity", "[NaN]", '{"a":-Infinity}'),
        *("", " ", "{", "]", '{"a"}', "[1,]", '{"a":1,}', "{'a':1}", "[1 2]", "1 2", "tru"),
        *("01", "+1", "1.", ".5", "1e", "0x10", "1_000", "--1", "\u0661", "\uff11"),
        *('"\x01"', '"a\nb"', '"\\x41"', '"\\u12"', '"open', "\ufeff{}", "/*c*/1", "\xa01"),
        *('"\\ud800"', '["\\udfff\\ud800"]', '{"\\ud800":1}'),
    ],
)
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(StrictJsonError):
        strict_json.loads(text)


@given(json_objects.filter(bool), json_values)
def test_a_repeated_key_is_refused_at_any_depth(value: dict[str, Any], other: Any) -> None:
    key = json.dumps(next(iter(value)))
    inner = f"{json.dumps(value)[:-1]},{key}:{json.dumps(other)}}}"
    for text in (inner, f"[{inner}]", f'{{"x":{inner}}}'):
        with pytest.raises(StrictJsonError, match="duplicate"):
            strict_json.loads(text)


def test_keys_that_only_their_escapes_tell_apart_are_duplicates() -> None:
    with pytest.raises(StrictJsonError, match="duplicate"):
        strict_json.loads('{"id":1,"\\u0069d":2}')


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_depth_is_bounded(opening: str, closing: str) -> None:
    deepest = strict_json.MAX_DEPTH
    inside = "1"
    assert strict_json.loads(opening * deepest + inside + closing * deepest) is not None
    for depth in (deepest + 1, 5_000):
        with pytest.raises(StrictJsonError, match="nested"):
            strict_json.loads(opening * depth + inside + closing * depth)


def test_brackets_in_text_are_not_depth() -> None:
    text = '\\"' + "[{" * 100
    assert strict_json.loads(json.dumps([text, text])) == [text, text]


@pytest.mark.parametrize("text", ["9" * 41, "-" + "9" * 40, "0." + "1" * 39, "1e41", "1e-41"])
def test_numbers_are_bounded(text: str) -> None:
    with pytest.raises(StrictJsonError, match="number"):
        strict_json.loads(text)


@pytest.mark.parametrize("text", ["1e99999999999999999999", "-1E-99999999999999999999"])
def test_an_exponent_beyond_decimal_is_refused_like_any_other(text: str) -> None:
    with pytest.raises(StrictJsonError):
        strict_json.loads(text)


def test_fractions_are_exact() -> None:
    assert strict_json.loads("[0.1, 1e2, 7]") == [Decimal("0.1"), Decimal(100), 7]


@pytest.mark.parametrize("raw", [b'"\xff"', b'"\xc0\xaf"', b'"\xed\xa0\x80"', b"\xef\xbb\xbf{}"])
def test_bytes_have_to_be_utf_8(raw: bytes) -> None:
    with pytest.raises(StrictJsonError):
        strict_json.loads(raw)


def test_the_refusal_holds_none_of_the_content() -> None:
    with pytest.raises(StrictJsonError) as caught:
        strict_json.loads('{"password":"swordfish","password":"swordfish"}')
    assert "swordfish" not in str(caught.value)


def test_dumps_is_compact_and_keeps_text() -> None:
    assert strict_json.dumps({"a": [Decimal("1.50"), Decimal(2), "é"]}) == '{"a":[1.5,2,"é"]}'


@pytest.mark.parametrize("write", [strict_json.dumps, strict_json.canonical])
@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity")]
)
def test_what_is_no_number_is_not_written(write: Any, value: Any) -> None:
    with pytest.raises(ValueError, match=r"JSON"):
        write({"a": value})


@pytest.mark.parametrize("write", [strict_json.dumps, strict_json.canonical])
def test_what_has_no_json_form_is_not_written(write: Any) -> None:
    with pytest.raises(TypeError, match="set has no JSON form"):
        write({"a": {1, 2}})


def test_plain_leaves_no_decimal() -> None:
    value = {"a": [Decimal("1.5"), (Decimal(2), "x")], "b": None}
    assert strict_json.plain(value) == {"a": [1.5, [2, "x"]], "b": None}
    assert type(strict_json.plain(Decimal(2))) is int


@given(json_objects, st.randoms(use_true_random=False))
def test_the_canonical_form_does_not_depend_on_order(value: dict[str, Any], chance: Any) -> None:
    members = list(value.items())
    chance.shuffle(members)
    assert strict_json.canonical(dict(members)) == strict_json.canonical(value)
    assert strict_json.loads(strict_json.canonical(value)) == value


@given(json_values, json_values)
def test_different_values_have_different_canonical_forms(one: Any, other: Any) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (strict_json.canonical(one) == strict_json.canonical(other)) is same


@given(decimals)
def test_the_canonical_form_ignores_trailing_zeros(number: Decimal) -> None:
    longer = number.quantize(Decimal(1).scaleb(-8))
    assert strict_json.canonical({"n": longer}) == strict_json.canonical({"n": number})


def test_a_fraction_and_its_text_have_different_canonical_forms() -> None:
    assert strict_json.canonical(Decimal("1.5")) != strict_json.canonical("1.5")


def test_the_same_whole_number_has_one_canonical_form() -> None:
    assert strict_json.canonical(strict_json.loads("1.0")) == strict_json.canonical(1)


def test_the_canonical_form_is_ascii_without_blanks() -> None:
    text = strict_json.canonical({"b": "é\u2028", "a": [1, {"c": True}]}).decode("ascii")
    assert text == '{"a":[1,{"c":true}],"b":"\\u00e9\\u2028"}'
    assert not set(text) & set(string.whitespace)
