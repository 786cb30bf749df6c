"""How the demo prints: plain text, with colours on a terminal only."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

_COLOURS = {"head": "\x1b[1;36m", "good": "\x1b[32m", "bad": "\x1b[31m", "dim": "\x1b[2m"}
_END = "\x1b[0m"


class Printer:
    """Writes headings, lines and tables."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._colours = self._out.isatty()
        self._step = 0

    def head(self, text: str) -> None:
        """Begin a numbered step."""
        self._step += 1
        self._write(f"\n{self._painted('head', f'{self._step}. {text}')}")

    def line(self, text: str, style: str = "") -> None:
        """Write one indented line."""
        self._write("   " + (self._painted(style, text) if style else text))

    def table(self, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
        """Write rows; ``columns`` maps the member of a row to its heading."""
        cells = [[_text(row.get(member)) for member in columns] for row in rows]
        widths = [
            max(len(heading), *(len(line[i]) for line in cells)) if cells else len(heading)
            for i, heading in enumerate(columns.values())
        ]
        right = [
            any(isinstance(row.get(member), int | float) for row in rows) for member in columns
        ]
        self.line(_joined(columns.values(), widths, right), "dim")
        for line in cells:
            self.line(_joined(line, widths, right))

    def _painted(self, style: str, text: str) -> str:
        return f"{_COLOURS[style]}{text}{_END}" if self._colours else text

    def _write(self, text: str) -> None:
        print(text, file=self._out)


def _joined(cells: Iterable[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    columns = zip(cells, widths, right, strict=True)
    return "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in columns).rstrip()


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.2f}" if isinstance(value, float) else str(value)
