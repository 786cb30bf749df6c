from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wpp_mcp.models.money import from_micros


@given(st.integers(-(2**63), 2**63 - 1))
def test_whole_micros_are_exact(micros: int) -> None:
    assert from_micros(micros) * 1_000_000 == micros


@pytest.mark.parametrize(
    ("micros", "amount"),
    [(1_500_000, "1.5"), (1, "0.000001"), (0, "0"), (1234.6, "0.001235"), (-2_000_000, "-2")],
)
def test_examples(micros: float, amount: str) -> None:
    assert from_micros(micros) == Decimal(amount)
