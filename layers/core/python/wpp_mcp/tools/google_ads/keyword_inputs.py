"""What new keywords are made of. Rules of texts: Google Ads Help, "About keyword symbols"."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources.base import ResourceAdapter
from wpp_mcp.google.ads.resources.thing import Thing, refused
from wpp_mcp.models.changes import Change, Inherited
from wpp_mcp.models.text import visible
from wpp_mcp.tools.google_ads.batches import Batch
from wpp_mcp.tools.google_ads.changing import MOST_ITEMS, amount_in
from wpp_mcp.tools.inputs import Money, WireModel

LONGEST: Final = 80
MOST_WORDS: Final = 10
_NOT_TAKEN: Final = frozenset("!@%,*(){}<>=?;~`^|\\")
_NOTATION: Final = frozenset('"[]')


def keyword_text(value: str) -> str:
    """Return a keyword's text with single blanks between its words.

    Raises
    ------
    ValueError
        Google takes no such keyword.
    """
    if visible(value, len(value)) != value:
        raise ValueError("it has characters that cannot be seen, or more than one line")
    text = " ".join(value.split())
    if not text:
        raise ValueError("a keyword has to have a text")
    if _NOTATION & set(text):
        raise ValueError("write no quotes or brackets: matchType says how it matches")
    bad = sorted(_NOT_TAKEN & set(text))
    if bad:
        raise ValueError(f"Google takes no {' '.join(bad)} in a keyword")
    if len(text.split()) > MOST_WORDS:
        raise ValueError(f"a keyword has {MOST_WORDS} words at most")
    return text


KeywordText = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST, examples=["hiking boots"]),
    AfterValidator(keyword_text),
]


class NewNegativeKeyword(WireModel):
    """One negative keyword."""

    text: KeywordText
    match_type: Literal["EXACT", "PHRASE", "BROAD"] = Field(examples=["PHRASE"])

    @property
    def identity(self) -> tuple[str, str]:
        """By what Google knows it from others in one place, whatever its letters' case."""
        return self.text.casefold(), self.match_type

    @property
    def called(self) -> str:
        """What it is, for people."""
        return f'"{self.text}" ({self.match_type})'


class NewKeyword(NewNegativeKeyword):
    """One keyword."""

    cpc_bid: Money | None = Field(
        default=None,
        description="Most to pay for a click. Without it the ad group's bid holds.",
        examples=[1.25],
    )


def _each_once(value: Sequence[NewNegativeKeyword]) -> Sequence[NewNegativeKeyword]:
    seen: set[tuple[str, str]] = set()
    for keyword in value:
        if keyword.identity in seen:
            raise ValueError(f"{keyword.called} is given twice")
        seen.add(keyword.identity)
    return value


DIFFERENT: Final = AfterValidator(_each_once)
NewKeywords = Annotated[list[NewKeyword], Field(min_length=1, max_length=MOST_ITEMS), DIFFERENT]
NewNegativeKeywords = Annotated[
    list[NewNegativeKeyword], Field(min_length=1, max_length=MOST_ITEMS), DIFFERENT
]


def keyword_values(
    ad_group_id: str, keywords: Sequence[NewKeyword], status: str, currency: str
) -> list[dict[str, Any]]:
    """Return the fields of keywords to create, in an ad group that may have a temporary id.

    Raises
    ------
    WppError
        ``INVALID_REQUEST``: a bid that cannot be paid in the currency.
    """
    return [
        {
            "adGroupId": ad_group_id,
            "text": keyword.text,
            "matchType": keyword.match_type,
            "status": status,
            "cpcBid": _bid(keyword, f"keywords.{number}.cpcBid", currency),
        }
        for number, keyword in enumerate(keywords)
    ]


def _bid(keyword: NewKeyword, parameter: str, currency: str) -> Any:
    return None if keyword.cpc_bid is None else amount_in(currency, keyword.cpc_bid, parameter)


def added(
    ads: GoogleAds,
    adapter: ResourceAdapter,
    wanted: Sequence[dict[str, Any]],
    *,
    in_part: bool,
    inherited: Inherited | None = None,
) -> Batch:
    """Return the creation of keywords that are not there yet.

    Parameters
    ----------
    inherited
        What would hold for one without a bid of its own.

    Raises
    ------
    WppError
        ``INVALID_REQUEST``: one is there already, and the call is to be done whole.
    """
    batch = Batch(in_part=in_part)
    found = adapter.alike(ads, wanted)
    for number, (after, there) in enumerate(zip(wanted, found, strict=True)):
        instead = inherited if after.get("cpcBid") is not None else None
        batch.add(partial(_new, ads, adapter, number, after, there, instead))
    return batch


def _new(
    ads: GoogleAds,
    adapter: ResourceAdapter,
    number: int,
    after: dict[str, Any],
    there: Sequence[Thing],
    inherited: Inherited | None,
) -> Change:
    if there:
        status = there[0].values.get("status")
        now = f", {status}" if status else ""
        match_type = there[0].values["matchType"]
        raise refused(
            f"keywords.{number}.text", f"{there[0].called} {match_type} is there already{now}"
        )
    return replace(adapter.new(ads.account, f"-{number + 1}", after), inherited=inherited)
