"""What is declared, errors and tables, has code that gives or keeps it."""

import re
from functools import cache
from typing import Final

import pytest

from tests.markdown import ROOT
from wpp_mcp.errors import ErrorCode
from wpp_mcp.storage.tables import Table

PRODUCT: Final = ROOT / "layers/core/python/wpp_mcp"

_DECLARING: Final = ("errors.py", "observability.py", "storage/tables.py")
"""What only counts an error does not give it."""


@cache
def _source() -> str:
    declaring = {PRODUCT / name for name in _DECLARING}
    files = sorted(file for file in PRODUCT.rglob("*.py") if file not in declaring)
    return "".join(file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize(
    "name",
    [
        *(f"ErrorCode.{code.name}" for code in ErrorCode),
        *(f"Table.{table.name}" for table in Table),
    ],
)
def test_it_is_used(name: str) -> None:
    assert re.search(rf"\b{re.escape(name)}\b", _source())
