"""Organic search clicks and impressions of a client's site, computed from (seed, client, day).

The one source of these figures: whatever shows organic traffic asks here, so that products agree.
"""

from datetime import date
from zlib import crc32

from sandbox.world.traffic import mixed, pattern


def organic_clicks(seed: int, client_id: str, day: date) -> tuple[int, int]:
    """Return clicks and impressions of one day, of all search results on the web together.

    Weekdays and seasons follow the pattern of paid traffic; a client's size and each day's swing
    of up to a tenth come from the seed. There are never more clicks than impressions.
    """
    client = mixed(seed ^ (crc32(client_id.encode()) << 20))
    noise = mixed(client ^ (day.toordinal() * 0x2545F4914F6CDD1D))
    swing = 58_982 + (noise & 0xFFFF) // 5  # out of 65,536
    impressions = ((6_000 + client % 9_000) * pattern(day.toordinal()) * swing) >> 32
    rate = 2_600 + (client >> 40) % 1_000 + (noise >> 20) % 400  # out of 65,536
    return (impressions * rate) >> 16, impressions
