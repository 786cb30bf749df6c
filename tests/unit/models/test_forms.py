from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wpp_mcp.models.forms import FormError, read_form

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(TEXT.filter(bool), TEXT, max_size=50))
def test_what_was_encoded_is_read(fields: dict[str, str]) -> None:
    assert read_form(urlencode(fields)) == fields


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a=1&a=2", "twice"),
        ("a=1&b=2&a=1", "twice"),
        ("a=1&%61=2", "twice"),
        ("a=%ff", "UTF-8"),
        ("a=%ed%a0%80", "UTF-8"),
        ("&".join(f"f{n}=" for n in range(51)), "50 fields"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(text: str, problem: str) -> None:
    with pytest.raises(FormError, match=problem):
        read_form(text)


def test_fifty_fields_and_empty_values_are_read() -> None:
    assert len(read_form("&".join(f"f{n}=" for n in range(50)))) == 50
    assert read_form("a=&b=+c%2B") == {"a": "", "b": " c+"}
    assert read_form("") == {}
