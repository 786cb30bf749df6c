"""Tables and words of the generated parts of the documents."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent


def markdown(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; bars in cells are escaped."""
    lines = [[*headings], ["---"] * len(headings), *rows]
    return "".join("| " + " | ".join(c.replace("|", "\\|") for c in r) + " |\n" for r in lines)


def code(values: Iterable[str]) -> str:
    """Return values as code, separated by commas; a dash where there are none."""
    return ", ".join(f"`{value}`" for value in values) or "-"
