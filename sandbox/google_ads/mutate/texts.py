"""Names and texts that Google takes."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from sandbox.google_ads.mutate.place import Place

_FILLED_IN: Final = re.compile(
    r"\{(?:keyword|(?:customizer\.|location\(|=?countdown\(|=?if\()[^:{}]*)(?::([^{}]*))?\}",
    re.IGNORECASE,
)
"""As ``{KeyWord:Boots}``; the group is the default, which not all of them have."""
_LINES: Final = re.compile(r"[\x00\n\r]")


def check_name(
    name: str, place: Place, *, longest: int, bad: str, fields: tuple[str, ...] = ("name",)
) -> None:
    """Refuse a name that is empty, too long in UTF-8 bytes, or of more than one line.

    Parameters
    ----------
    bad
        Google's code for characters that the name must not have.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    if not name.strip():
        raise place.refusal("string_length_error.EMPTY", "The text is empty.", *fields)
    if len(name.strip().encode()) > longest:
        raise place.refusal("string_length_error.TOO_LONG", "The text is too long.", *fields)
    if _LINES.search(name):
        raise place.refusal(bad, "The name has a character that it must not have.", *fields)


def width(text: str) -> int:
    """Return how many places a text takes: wide letters, as of Japanese, take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def shown_width(text: str) -> int:
    """Return how many places an ad's text takes; what Google fills in counts as its default."""
    return width(_FILLED_IN.sub(lambda found: found[1] or "", text))


def is_taken(name: str, names: Iterable[str]) -> bool:
    """Whether there is the same name already; Google does not look at letter case."""
    return name.strip().casefold() in {other.strip().casefold() for other in names}
