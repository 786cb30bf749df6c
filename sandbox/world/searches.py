"""What people searched for and found: queries and pages of a client, and how a day splits.

A day's clicks and impressions are split over cells: one query in one country on one device. The
split is exact, because a cell owns a stretch of the day: the parts always add up to the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import accumulate, pairwise
from typing import Final, NamedTuple
from zlib import crc32

from sandbox.world import hostile
from sandbox.world.organic import organic_clicks
from sandbox.world.people import Client

COUNTRIES: Final = (("usa", 55), ("gbr", 20), ("deu", 15), ("fra", 10))
DEVICES: Final = (("MOBILE", 60), ("DESKTOP", 34), ("TABLET", 6))
HOSTILE_CLIENT: Final = "dune"
PER_MILLE: Final = {
    "WEB": 1_000, "IMAGE": 90, "VIDEO": 25, "NEWS": 12, "DISCOVER": 180, "GOOGLE_NEWS": 30,
}  # fmt: skip
"""Traffic of each search type against that of the web."""

_HOURS: Final = (
    8, 6, 5, 5, 6, 10, 18, 28, 38, 45, 50, 52, 54, 52, 50, 48, 48, 50, 55, 60, 62, 52, 34, 18,
)  # fmt: skip
HOUR_EDGES: Final = (0, *accumulate(_HOURS))
_APPEARANCES: Final = ("", "", "PRODUCT_SNIPPETS", "", "VIDEO", "", "", "REVIEW_SNIPPET", "")
_ANONYMOUS_WEIGHT: Final = 900
_WORDS: Final = {
    "aster": ("boots", "jackets", "tents", "backpacks"),
    "birch": ("lamps", "chairs", "tables", "rugs"),
    "cedar": ("cruises", "city trips", "hotels", "beach holidays"),
    "dune": ("cars", "tyres", "used vans", "car parts"),
}
_FORMS: Final = (
    "{brand} {word}", "{word}", "buy {word}", "best {word}", "cheap {word}", "{word} near me",
    "{word} sale", "{word} review", "how to choose {word}",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a site."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Query:
    """One search text, and the pages that come up for it.

    Parameters
    ----------
    text
        Empty for the searches that too few people made to be shown.
    also
        A second page that every third result shows too; nobody clicks on it.
    position
        Of the first page, in tenths.
    appearance
        The kind of rich result, empty for a plain one.
    """

    text: str
    page: Page
    also: Page | None
    position: int
    appearance: str
    weight: int


class Cell(NamedTuple):
    """One query in one country on one device."""

    query: Query
    country: str
    device: str


@dataclass(frozen=True, slots=True)
class Split:
    """All cells of a client, with the edges of their stretches of a day."""

    cells: tuple[Cell, ...]
    click_edges: tuple[int, ...]
    other_edges: tuple[int, ...]


@cache
def pages_of(client: Client) -> tuple[Page, ...]:
    """Return the pages of a client, on two hosts of its domain."""
    site, blog = f"https://www.{client.domain}", f"https://blog.{client.domain}"
    pages = [Page(f"{site}/", client.name)]
    for word in _WORDS.get(client.client_id, ("things",)):
        path = word.replace(" ", "-")
        pages.append(Page(f"{site}/{path}/", f"{word.title()} from {client.name}"))
        pages.append(Page(f"{blog}/choosing-{path}", f"How to choose {word}"))
    if client.client_id == HOSTILE_CLIENT:
        titles = (*hostile.CAMPAIGN_NAMES, hostile.ACCOUNT_NAME)
        pages += [Page(f"{site}/offers/{n}", title) for n, title in enumerate(titles, start=1)]
    return tuple(pages)


@cache
def split_of(client: Client) -> Split:
    """Return how the days of a client split."""
    queries = _queries(client)
    cells, clicks, others = [], [], []
    for query in queries:
        for country, of_country in COUNTRIES:
            for device, of_device in DEVICES:
                cells.append(Cell(query, country, device))
                weight = query.weight * of_country * of_device
                others.append(weight)
                clicks.append(weight * 200 // query.position)
    return Split(tuple(cells), (0, *accumulate(clicks)), (0, *accumulate(others)))


def spread(count: int, edges: Sequence[int]) -> list[int]:
    """Return the parts of a count, one for each stretch between two edges."""
    marks = [count * edge // edges[-1] for edge in edges]
    return [high - low for low, high in pairwise(marks)]


def day_of_cells(
    seed: int, client: Client, day: date, search_type: str
) -> tuple[list[int], list[int]]:
    """Return clicks, and impressions without a click, of each cell on one day."""
    clicks, impressions = organic_clicks(seed, client.client_id, day)
    share = PER_MILLE[search_type]
    clicks, others = clicks * share // 1_000, (impressions - clicks) * share // 1_000
    split = split_of(client)
    return spread(clicks, split.click_edges), spread(others, split.other_edges)


def _queries(client: Client) -> list[Query]:
    pages = pages_of(client)
    words = _WORDS.get(client.client_id, ("things",))
    brand = client.name.partition(" ")[0].lower()
    texts = [(f.format(brand=brand, word=w), w) for w in words for f in _FORMS]
    if client.client_id == HOSTILE_CLIENT:
        unkind = (*hostile.SEARCH_TERMS, *hostile.KEYWORD_TEXTS, *hostile.CAMPAIGN_NAMES)
        texts = [*texts, *((text, words[0]) for text in unkind)]
    queries = [_query(n, text, word, pages, words) for n, (text, word) in enumerate(texts)]
    return [*queries, Query("", pages[0], None, 95, "", _ANONYMOUS_WEIGHT)]


def _query(number: int, text: str, word: str, pages: Sequence[Page], words: Sequence[str]) -> Query:
    place = 1 + 2 * words.index(word)
    shop, guide = pages[place], pages[place + 1]
    main = guide if text.startswith("how to") else shop
    if number >= len(words) * len(_FORMS):
        main = pages[1 + 2 * len(words) + number % (len(pages) - 1 - 2 * len(words))]
    return Query(
        text=text,
        page=main,
        also=guide if number % 5 == 0 and main is shop else None,
        position=12 + crc32(text.encode()) % 240,
        appearance=_APPEARANCES[number % len(_APPEARANCES)],
        weight=4_000 // (3 + number),
    )
