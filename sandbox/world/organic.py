"""Unpaid clicks from Google's search per client and day, for Search Console and Analytics alike.

Computed from (seed, client, date) and never stored. `organic_clicks` gives a client's whole day;
`split` divides it exactly over `COUNTRIES`, `DEVICES` or `pages_of` a client, in any order: the
parts always add up to the whole, and no part has more clicks than impressions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple
from zlib import crc32

from sandbox.world import hostile
from sandbox.world.records import SHARE_BITS, Client, Share
from sandbox.world.traffic import mixed, pattern

_WHOLE: Final = 1 << SHARE_BITS


class Organic(NamedTuple):
    """Sums of one client's day or part of it."""

    clicks: int = 0
    impressions: int = 0


@dataclass(frozen=True, slots=True)
class Country:
    """One country: name, ISO 3166 codes of two and (in lower case) three letters, a city."""

    name: str
    alpha2: str
    alpha3: str
    city: str
    share: Share


@dataclass(frozen=True, slots=True)
class Device:
    """One kind of device; the name in lower case."""

    name: str
    share: Share


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a client's site."""

    path: str
    title: str
    share: Share


def stretches(*parts: int) -> tuple[Share, ...]:
    """Return touching shares for parts of a hundred, which add up to a hundred."""
    if sum(parts) != 100:
        raise ValueError("the parts are not a hundred")
    ends = [sum(parts[: number + 1]) * _WHOLE // 100 for number in range(len(parts))]
    return tuple(zip([0, *ends[:-1]], ends, strict=True))


COUNTRIES: Final = tuple(
    Country(*names, share)
    for names, share in zip(
        (
            ("United States", "US", "usa", "New York"),
            ("Germany", "DE", "deu", "Berlin"),
            ("United Kingdom", "GB", "gbr", "London"),
            ("France", "FR", "fra", "Paris"),
            ("Spain", "ES", "esp", "Madrid"),
            ("Canada", "CA", "can", "Toronto"),
            ("India", "IN", "ind", "Mumbai"),
        ),
        stretches(52, 14, 10, 7, 6, 6, 5),
        strict=True,
    )
)
DEVICES: Final = tuple(
    Device(name, share)
    for name, share in zip(("mobile", "desktop", "tablet"), stretches(58, 37, 5), strict=True)
)
_PAGES: Final = (
    ("/", "Home"),
    ("/products", "All products"),
    ("/products/new", "New arrivals"),
    ("/sale", "Sale"),
    ("/guides/how-to-choose", "How to choose"),
    ("/contact", "Contact"),
)
_PAGE_SHARES: Final = stretches(34, 22, 16, 13, 10, 5)


def pages_of(client: Client) -> tuple[Page, ...]:
    """Return the pages of a client's site; the titles of ``dune`` are an attacker's."""
    titles = hostile.PAGE_TITLES if client.client_id == "dune" else tuple(t for _, t in _PAGES)
    return tuple(
        Page(path, title, share)
        for (path, _), title, share in zip(_PAGES, titles, _PAGE_SHARES, strict=True)
    )


def organic_clicks(client: Client, day: date, seed: int) -> Organic:
    """Return a client's clicks and impressions in Google's unpaid results on one day.

    Parameters
    ----------
    seed
        That of the world.
    """
    # Of the text, because Python's own hash of a text differs from process to process.
    pace = mixed(seed ^ crc32(client.client_id.encode()))
    noise = mixed(pace ^ (day.toordinal() * 0x2545F4914F6CDD1D))
    swing = 55_000 + (noise & 0x3FFF)
    usual = 300 + pace % 900
    clicks = (usual * pattern(day.toordinal()) * swing) >> 32
    per_click = 18 + (noise >> 16) % 12
    return Organic(clicks, clicks * per_click)


def split(whole: Organic, shares: Sequence[Share]) -> list[Organic]:
    """Return the part of each share, clicks spread evenly over the impressions."""
    clicks, impressions = whole
    parts = []
    for first, last in shares:
        low, high = (impressions * first) >> SHARE_BITS, (impressions * last) >> SHARE_BITS
        share = high * clicks // impressions - low * clicks // impressions if impressions else 0
        parts.append(Organic(share, high - low))
    return parts
