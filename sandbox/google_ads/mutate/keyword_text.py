"""Texts of keywords that Google takes."""

import re
from typing import Any, Final

from sandbox.google_ads.mutate.place import Place

_LONGEST: Final = 80
_MOST_WORDS: Final = 10
_BAD: Final = re.compile(r"[!@%,*(){}<>=?;~`^|\\\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e]")


def keyword_of(message: Any, place: Place) -> tuple[str, str]:
    """Return text and match type of the keyword in a criterion's message.

    Raises
    ------
    Refusal
        Where one is missing, or the text cannot be a keyword.
    """
    keyword, at = message.keyword, place.below("keyword")
    text = " ".join(keyword.text.split(" ")).strip()
    if not text:
        raise at.required("text")
    match_type = at.choice(keyword, "match_type")
    if not match_type:
        raise at.required("match_type")
    if len(text) > _LONGEST:
        code, words = "KEYWORD_TEXT_TOO_LONG", "Keyword text should be less than 80 chars."
    elif len(text.split()) > _MOST_WORDS:
        code, words = "KEYWORD_HAS_TOO_MANY_WORDS", "Keyword text has too many words."
    elif _BAD.search(text):
        code = "KEYWORD_HAS_INVALID_CHARS"
        words = "Keyword text has invalid characters or symbols."
    else:
        return text, match_type
    raise at.refusal(f"criterion_error.{code}", words, "text")


def same(text: str, other: str) -> bool:
    """Whether two texts are the same keyword; Google does not look at letter case."""
    return text.casefold() == other.casefold()


def exists(place: Place) -> Exception:
    """Return the refusal of a keyword that is there already."""
    return place.refusal(
        "mutate_error.RESOURCE_ALREADY_EXISTS", "The resource being created already exists."
    )
