"""Who visits and what they see: countries, devices and pages, with their shares of the visits.

The shares of countries and devices and the pages are those of the searches that lead to the sites.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from typing import Final

from sandbox.world import Client, hostile
from sandbox.world.records import SHARE_BITS, Share

_WORDS: Final = {
    "aster": ("boots", "jackets", "tents", "backpacks"),
    "birch": ("lamps", "chairs", "tables", "rugs"),
    "cedar": ("cruises", "city trips", "hotels", "beach holidays"),
    "dune": ("cars", "tyres", "used vans", "car parts"),
}
_HOSTILE_CLIENT: Final = "dune"


@dataclass(frozen=True, slots=True)
class Country:
    """One country: name, ISO 3166 code of two letters, and its one city."""

    name: str
    code: str
    city: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a client's site."""

    path: str
    title: str


def stretches(weights: Sequence[int]) -> tuple[Share, ...]:
    """Return touching shares in proportion to weights; together they are the whole."""
    edges = [0, *accumulate(weights)]
    return tuple(pairwise((edge << SHARE_BITS) // edges[-1] for edge in edges))


COUNTRIES: Final = (
    Country("United States", "US", "New York"),
    Country("United Kingdom", "GB", "London"),
    Country("Germany", "DE", "Berlin"),
    Country("France", "FR", "Paris"),
)
COUNTRY_SHARES: Final = stretches((55, 20, 15, 10))
DEVICES: Final = ("mobile", "desktop", "tablet")
DEVICE_SHARES: Final = stretches((60, 34, 6))


@cache
def pages_of(client: Client) -> tuple[Page, ...]:
    """Return the pages of a client's site; those of one client have an attacker's titles."""
    pages = [Page("/", client.name)]
    pages += [
        Page(f"/{word.replace(' ', '-')}/", f"{word.title()} from {client.name}")
        for word in _WORDS[client.client_id]
    ]
    if client.client_id == _HOSTILE_CLIENT:
        titles = (*hostile.CAMPAIGN_NAMES, hostile.ACCOUNT_NAME)
        pages += [Page(f"/offers/{n}", title) for n, title in enumerate(titles, start=1)]
    return tuple(pages)


@cache
def page_shares(client: Client) -> tuple[Share, ...]:
    """Return the share of each page, the first ones the largest."""
    count = len(pages_of(client))
    return stretches([60 // (number + 1) + 4 for number in range(count)])
