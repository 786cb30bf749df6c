"""Which keywords new negative ones would silence. Rules: Google Ads Help, "Negative keywords"."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.gaql.ast import LiteralKind, Operator
from wpp_mcp.google.ads.gaql.building import compared, select
from wpp_mcp.google.ads.resources import KEYWORDS
from wpp_mcp.google.ads.resources.thing import shown
from wpp_mcp.tools.google_ads.keyword_inputs import NewNegativeKeyword

_TEXT: Final = "ad_group_criterion.keyword.text"
_SHOWN: Final = 3


def silenced(
    ads: GoogleAds, parent: str, place: str, negatives: Iterable[NewNegativeKeyword]
) -> list[str]:
    """Return a warning for each negative keyword that silences enabled ones; one query.

    Parameters
    ----------
    parent
        GAQL path of the id of what the negative keywords go into, ``place``.
    """
    conditions = [
        compared(parent, Operator.EQUALS, place, LiteralKind.NUMBER),
        compared("ad_group_criterion.status", Operator.EQUALS, "ENABLED", LiteralKind.WORD),
        *KEYWORDS.kept,
    ]
    rows = ads.search(select((_TEXT,), KEYWORDS.resource, conditions)).rows
    texts = list(dict.fromkeys(str(row[_TEXT]) for row in rows))
    return list(_warnings(negatives, texts))


def _warnings(negatives: Iterable[NewNegativeKeyword], texts: Sequence[str]) -> Iterator[str]:
    for negative in negatives:
        hit = [text for text in texts if blocks(negative, text)]
        if hit:
            named = ", ".join(f'"{shown(text)}"' for text in hit[:_SHOWN])
            more = f" and {len(hit) - _SHOWN} more" if len(hit) > _SHOWN else ""
            yield f"{negative.called} silences keywords that are enabled: {named}{more}"


def blocks(negative: NewNegativeKeyword, text: str) -> bool:
    """Whether a search for just this text would be kept away; negatives know no close variants."""
    wanted, words = negative.text.casefold().split(), text.casefold().split()
    if negative.match_type == "EXACT":
        return wanted == words
    if negative.match_type == "BROAD":
        return set(wanted) <= set(words)
    return any(words[n : n + len(wanted)] == wanted for n in range(len(words)))
