"""Text that comes from accounts: data, never layout and never an instruction (threats.md G1)."""

import re
import unicodedata
from typing import Any, Final

LONGEST: Final = 500
"""Characters of one text that leave the server; the rest is cut, and said to be."""

LONGEST_VALUE: Final = 4_000
"""Of one text that somebody agrees to: what is longer is refused, since nothing of it may be cut.

Twice the longest address that Google takes.
"""

CUT: Final = "… [cut]"
"""What stands behind a text that was cut."""

_ANSI: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
_BLANKS: Final = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_UNSEEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Letters and marks that take no room and so hide text as well as a zero-width space does.
_UNSEEN: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
)


def visible(text: str, longest: int = LONGEST) -> str:
    """Return the text without control, bidi and zero-width characters, cut to ``longest``."""
    # Cut first: nobody has to clean a megabyte to show a line. Room is left for what goes.
    room = text[: longest * 4 + 1]
    kept = "".join(c for c in _BLANKS.sub(" ", _ANSI.sub("", room)) if not _unseen(c))
    if len(kept) > longest or len(text) > len(room):
        return kept[:longest] + CUT
    return kept


def visible_all(value: Any, longest: int = LONGEST) -> Any:
    """Return a JSON value with `visible` applied to every text in it, names of members too."""
    if isinstance(value, str):
        return visible(value, longest)
    if isinstance(value, dict):
        return {visible(str(name)): visible_all(inner, longest) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [visible_all(inner, longest) for inner in value]
    return value


def _unseen(character: str) -> bool:
    if " " <= character <= "~":
        return False
    return (
        character in _UNSEEN
        or unicodedata.category(character) in _UNSEEN_CATEGORIES
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )
