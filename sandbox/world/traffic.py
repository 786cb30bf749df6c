"""Daily traffic of a campaign, computed from (seed, campaign, date) and never stored.

A day is split twice, over devices and over what lies below the campaign. Both splits are exact:
the parts always add up to the whole, a part without clicks has no cost, and no part has more
clicks than impressions. Impressions are seen as a row of positions with the clicks spread
evenly over it, the conversions evenly over the clicks, and a part owns a stretch of positions.
"""

import math
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from sandbox.world.records import SHARE_BITS, WHOLE, Campaign, Share

_MASK: Final = (1 << 64) - 1
_WEEKDAY: Final = (1.04, 1.08, 1.06, 1.03, 0.96, 0.78, 0.82)
_WHOLE_BITS: Final = 16
DEVICES: Final = ("MOBILE", "DESKTOP", "TABLET")
_DEVICE_SHARES: Final[tuple[Share, ...]] = (
    (0, 600_000),
    (600_000, 960_000),
    (960_000, 1 << SHARE_BITS),
)


class Totals(NamedTuple):
    """Sums of one campaign or part of it.

    Cost is in micros, conversions are in hundredths, value is in hundredths of the currency.
    """

    impressions: int = 0
    clicks: int = 0
    cost_micros: int = 0
    conversions: int = 0
    value: int = 0


NOTHING: Final = Totals()


def mixed(number: int) -> int:
    """Return 64 well-mixed bits for a number (the finaliser of SplitMix64)."""
    number = (number + 0x9E3779B97F4A7C15) & _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return number ^ (number >> 31)


@cache
def pattern(ordinal: int) -> int:
    """Return the factor of a day, out of 65,536: weekdays over week-ends, a peak in November."""
    day = date.fromordinal(ordinal)
    season = 1 + 0.22 * math.cos((day.timetuple().tm_yday - 325) * 2 * math.pi / 365.25)
    return round(_WEEKDAY[day.weekday()] * season * (1 << _WHOLE_BITS))


def day_totals(campaign: Campaign, ordinal: int) -> Totals:
    """Return a campaign's sums of one day, given as a proleptic Gregorian ordinal."""
    if ordinal < campaign.start_date.toordinal():
        return NOTHING
    if campaign.last_active is not None and ordinal > campaign.last_active.toordinal():
        return NOTHING
    if campaign.end_date is not None and ordinal > campaign.end_date.toordinal():
        return NOTHING
    if any(first.toordinal() <= ordinal <= last.toordinal() for first, last in campaign.gaps):
        return NOTHING
    noise = mixed(campaign.noise ^ (ordinal * 0x2545F4914F6CDD1D))
    pace = campaign.pace
    # Each 16-bit piece of the noise moves one rate by up to a quarter either way.
    swing = 49_152 + ((noise & 0xFFFF) >> 1)
    impressions = (pace.impressions * pattern(ordinal) * swing) >> 32
    rate = pace.click_rate * (49_152 + ((noise >> 17) & 0x7FFF))
    clicks = min((impressions * rate + (1 << 31)) >> 32, impressions)
    price = (pace.click_price * (49_152 + ((noise >> 33) & 0x7FFF))) >> 16
    conversions = (clicks * 100 * pace.conversion_rate * (49_152 + (noise >> 49))) >> 32
    value = conversions * pace.value // 100
    return Totals(impressions, clicks, clicks * price, conversions, value)


def part(whole: Totals, share: Share) -> Totals:
    """Return the sums of a stretch of the whole; stretches that touch add up exactly."""
    if share == WHOLE:
        return whole
    impressions, clicks, cost, conversions, value = whole
    low, high = (impressions * share[0]) >> SHARE_BITS, (impressions * share[1]) >> SHARE_BITS
    if low == high:
        return NOTHING
    first, last = low * clicks // impressions, high * clicks // impressions
    if first == last:
        return Totals(high - low)
    begun, done = first * conversions // clicks, last * conversions // clicks
    worth = 0
    if begun != done:
        worth = done * value // conversions - begun * value // conversions
    spent = last * cost // clicks - first * cost // clicks
    return Totals(high - low, last - first, spent, done - begun, worth)


def by_device(whole: Totals) -> list[tuple[str, Totals]]:
    """Return the sums of each device."""
    return [
        (device, part(whole, share)) for device, share in zip(DEVICES, _DEVICE_SHARES, strict=True)
    ]


def total(parts: Sequence[Totals]) -> Totals:
    """Return the sum of several."""
    if not parts:
        return NOTHING
    return Totals(*map(sum, zip(*parts, strict=True)))
