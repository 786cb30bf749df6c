"""What a new responsive search ad says. Rules: Google Ads API, "Responsive search ads"."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from wpp_mcp.tools.google_ads.changing import plain_text
from wpp_mcp.tools.inputs import ToolInput, WireModel

_HEADLINE: Final = 30
_DESCRIPTION: Final = 90
_PATH: Final = 15
_RAW: Final = 300
_LONGEST_URL: Final = 2_048
_PLACEHOLDER: Final = re.compile(
    r"\{(?:keyword|customizer\.[^:{}]+|=?(?:location|countdown|if)\([^{}]*\))(?::([^{}]*))?\}",
    re.IGNORECASE,
)
"""What Google puts something else in for, as ``{KeyWord:boots}``; the group is its default."""


def width(text: str) -> int:
    """Return how many places Google counts: wide letters, as of Japanese, take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _fits(text: str, most: int) -> str:
    # A placeholder counts as its default; how long one without is only Google can tell.
    places = width(_PLACEHOLDER.sub(lambda found: found[1] or "", text))
    if places > most:
        raise ValueError(f"it takes {places} places, {most} is the most")
    return text


def _headline(value: str) -> str:
    return _fits(plain_text(value), _HEADLINE)


def _description(value: str) -> str:
    return _fits(plain_text(value), _DESCRIPTION)


def _path(value: str) -> str:
    return _fits(plain_text(value), _PATH)


def _https(value: str) -> str:
    if plain_text(value) != value or any(sign.isspace() for sign in value):
        raise ValueError("an address has no blanks")
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("it is not an address") from None
    if parts.scheme != "https":
        raise ValueError("give an address that begins with https://")
    if "." not in host.strip(".") or parts.username is not None or "\\" in value:
        raise ValueError("give the whole address: https://, a host name, a path")
    return value


FinalUrl = Annotated[
    str,
    Field(max_length=_LONGEST_URL, examples=["https://www.example.com/boots"]),
    AfterValidator(_https),
]
Path = Annotated[str, Field(min_length=1, max_length=_RAW), AfterValidator(_path)]


class Headline(WireModel):
    """One headline."""

    text: Annotated[
        str,
        Field(min_length=1, max_length=_RAW, examples=["Boots that last"]),
        AfterValidator(_headline),
    ]
    pinned_to: Literal["HEADLINE_1", "HEADLINE_2", "HEADLINE_3"] | None = None


class Description(WireModel):
    """One description."""

    text: Annotated[
        str,
        Field(min_length=1, max_length=_RAW, examples=["Made for rain, tested on mountains."]),
        AfterValidator(_description),
    ]
    pinned_to: Literal["DESCRIPTION_1", "DESCRIPTION_2"] | None = None


def _texts_once(value: Sequence[Headline | Description]) -> Sequence[Headline | Description]:
    seen: set[str] = set()
    for item in value:
        if item.text.casefold() in seen:
            raise ValueError(f'"{item.text}" is given twice')
        seen.add(item.text.casefold())
    return value


class SearchAd(ToolInput):
    """What a responsive search ad says, and where it leads."""

    headlines: Annotated[list[Headline], AfterValidator(_texts_once)] = Field(
        min_length=3,
        max_length=15,
        description="3 to 15, each 30 characters at most (wide letters count two). Pin sparingly.",
    )
    descriptions: Annotated[list[Description], AfterValidator(_texts_once)] = Field(
        min_length=2, max_length=4, description="2 to 4, each 90 characters at most."
    )
    final_url: FinalUrl = Field(description="Where a click leads; https only.")
    path1: Path | None = Field(
        default=None,
        description="Shown behind the host; 15 characters at most.",
        examples=["boots"],
    )
    path2: Path | None = Field(default=None, description="Shown behind path1; 15 at most.")

    @model_validator(mode="after")
    def _first_path_first(self) -> Self:
        if self.path2 is not None and self.path1 is None:
            raise ValueError("path2 goes with path1")
        return self

    def values(self, ad_group_id: str) -> dict[str, Any]:
        """Return the fields of the ad, paused, in an ad group that may have a temporary id."""
        return {
            "adGroupId": ad_group_id,
            "status": "PAUSED",
            "headlines": [item.text for item in self.headlines],
            "headlinePins": _pins(self.headlines),
            "descriptions": [item.text for item in self.descriptions],
            "descriptionPins": _pins(self.descriptions),
            "path1": self.path1,
            "path2": self.path2,
            "finalUrls": [self.final_url],
        }


def _pins(items: Sequence[Headline | Description]) -> list[str] | None:
    pins = [str(item.pinned_to or "") for item in items]
    return pins if any(pins) else None
