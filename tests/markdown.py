"""Tables and words of the generated parts of the documents."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PRODUCT: Final = ROOT / "layers/core/python/wpp_mcp"


def markdown(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; bars in cells are escaped."""
    lines = [[*headings], ["---"] * len(headings), *rows]
    return "".join("| " + " | ".join(c.replace("|", "\\|") for c in r) + " |\n" for r in lines)


def code(values: Iterable[str]) -> str:
    """Return values as code, separated by commas; a dash where there are none."""
    return ", ".join(f"`{value}`" for value in values) or "-"


def in_use(name: str) -> str:
    """Say where a part that is declared has no code yet."""
    return "" if re.search(rf"\b{re.escape(name)}\b", _source()) else "not yet"


@cache
def _source() -> str:
    # What only counts an error does not give it.
    names = ("errors.py", "observability.py", "storage/tables.py")
    declaring = {PRODUCT / name for name in names}
    files = sorted(file for file in PRODUCT.rglob("*.py") if file not in declaring)
    return "".join(file.read_text(encoding="utf-8") for file in files)
