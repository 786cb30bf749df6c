"""BetaAnalyticsData: RunRealtimeReport. Who came in which of the last minutes."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zlib import crc32

from google.analytics.data_v1beta.types import RunRealtimeReportResponse

from sandbox.google_analytics.audience import (
    COUNTRIES,
    COUNTRY_SHARES,
    DEVICE_SHARES,
    DEVICES,
    Country,
    Page,
    page_shares,
    pages_of,
)
from sandbox.google_analytics.compatibility import known
from sandbox.google_analytics.failures import Refusal, wrong_field
from sandbox.google_analytics.filters import field_names, test_of
from sandbox.google_analytics.properties import Property
from sandbox.google_analytics.quotas import Quotas
from sandbox.google_analytics.visits import NOT_SET
from sandbox.google_analytics.writing import (
    Key,
    add_totals,
    ordered,
    page_of,
    write_headers,
    write_row,
)
from sandbox.world import World
from sandbox.world.records import SHARE_BITS, Share
from sandbox.world.traffic import mixed

_RESPONSE: Final[Any] = RunRealtimeReportResponse.pb()
_SCHEMA: Final = "realtime-api-schema"
_LAST_MINUTE: Final = 29
_EVENTS: Final = ("page_view", "session_start", "user_engagement", "scroll")


@dataclass(frozen=True, slots=True)
class _Arrival:
    """One user in one minute, and what they did."""

    site: Property
    minutes_ago: int
    device: str
    country: Country
    page: Page
    event: str
    range_name: str = ""


_DIMENSIONS: Final[dict[str, Callable[[_Arrival], str]]] = {
    "appVersion": lambda _: NOT_SET,
    "audienceName": lambda _: "All Users",
    "city": lambda a: a.country.city,
    "country": lambda a: a.country.name,
    "countryId": lambda a: a.country.code,
    "deviceCategory": lambda a: a.device,
    "eventName": lambda a: a.event,
    "minutesAgo": lambda a: f"{a.minutes_ago:02d}",
    "platform": lambda _: "web",
    "streamName": lambda a: a.site.stream[1],
    "unifiedScreenName": lambda a: a.page.title,
}
_METRICS: Final[dict[str, Callable[[_Arrival], int]]] = {
    "activeUsers": lambda _: 1,
    "eventCount": lambda _: 1,
    "screenPageViews": lambda a: int(a.event == "page_view"),
    "keyEvents": lambda _: 0,
}


class Realtime:
    """Answers realtime reports.

    Parameters
    ----------
    clock
        Aware UTC.
    """

    def __init__(self, world: World, clock: Callable[[], datetime], quotas: Quotas) -> None:
        self._world = world
        self._clock = clock
        self._quotas = quotas

    def run(self, request: Any, site: Property) -> Any:
        """Answer one report."""
        names = [d.name for d in request.dimensions]
        dimensions = known(names, "dimension", _DIMENSIONS, _SCHEMA)
        metrics = known((m.name for m in request.metrics), "metric", _METRICS, _SCHEMA)
        known(field_names(request.dimension_filter), "dimension", _DIMENSIONS, _SCHEMA)
        known(field_names(request.metric_filter), "metric", _METRICS, _SCHEMA)
        ranges = _ranges(request.minute_ranges)
        low, high = page_of(request)
        self._quotas.spend(site.number, 1, thresholded=False, bucket="realtime")
        shown = [*dimensions, "dateRange"] if len(ranges) > 1 else dimensions
        rows, totals = self._counted(request, site, ranges, shown, metrics)
        response = _RESPONSE(row_count=len(rows), kind="analyticsData#runRealtimeReport")
        write_headers(response, shown, [(name, "TYPE_INTEGER") for name in metrics])
        same = {name: name for name in metrics}
        order = ordered(list(rows), request.order_bys, shown, same, lambda k, n: rows[k][n])
        for key in order[low:high]:
            write_row(response.rows, key, [str(rows[key][name]) for name in metrics])
        if rows:
            texts = {name: [str(sums[m]) for m in metrics] for name, sums in totals.items()}
            add_totals(response, request, shown, texts)
        if request.return_property_quota:
            self._quotas.write(site.number, 1, response.property_quota, "realtime")
        return response

    def _counted(
        self,
        request: Any,
        site: Property,
        ranges: Sequence[tuple[int, int, str]],
        shown: Sequence[str],
        metrics: Sequence[str],
    ) -> tuple[dict[Key, Counter[str]], dict[str, Counter[str]]]:
        passes, shows = test_of(request.dimension_filter), test_of(request.metric_filter)
        rows: dict[Key, Counter[str]] = {}
        totals: dict[str, Counter[str]] = {}
        for start, end, range_name in ranges:
            total = totals.setdefault(range_name, Counter())
            for arrival in self._arrivals(site, start, end):
                if not passes(lambda name, a=arrival: _DIMENSIONS[name](a)):  # type: ignore[misc]
                    continue
                key = tuple(
                    range_name if name == "dateRange" else _DIMENSIONS[name](arrival)
                    for name in shown
                )
                counts = Counter({name: measure(arrival) for name, measure in _METRICS.items()})
                rows[key] = rows.get(key, Counter()) + counts
                total += counts
            totals[range_name] = total
        kept = {key: c for key, c in rows.items() if shows(lambda name, c=c: c[name])}  # type: ignore[misc]
        return kept, totals

    def _arrivals(self, site: Property, start: int, end: int) -> Iterator[_Arrival]:
        """Yield who came from ``start`` to ``end`` minutes ago, both included."""
        minute = int(self._clock().timestamp()) // 60
        pages, shares = pages_of(site.client), page_shares(site.client)
        base = mixed(self._world.seed ^ crc32(site.number.encode()))
        for ago in range(end, start + 1):
            noise = mixed(base ^ (minute - ago))
            for person in range(1 + noise % 5):
                chance = mixed(noise ^ person)
                yield _Arrival(
                    site=site,
                    minutes_ago=ago,
                    device=DEVICES[_at(chance, DEVICE_SHARES)],
                    country=COUNTRIES[_at(chance >> 20, COUNTRY_SHARES)],
                    page=pages[_at(chance >> 40, shares)],
                    event=_EVENTS[(chance >> 10) % len(_EVENTS)],
                )


def _at(chance: int, shares: Sequence[Share]) -> int:
    place = chance & ((1 << SHARE_BITS) - 1)
    return next(n for n, (low, high) in enumerate(shares) if low <= place < high)


def _ranges(given: Sequence[Any]) -> list[tuple[int, int, str]]:
    if len(given) > 2:
        raise Refusal("Requests are limited to 2 minuteRanges.")
    found = []
    for number, one in enumerate(given):
        start = one.start_minutes_ago if one.HasField("start_minutes_ago") else _LAST_MINUTE
        end = one.end_minutes_ago
        if max(start, end) > _LAST_MINUTE:
            raise wrong_field(
                f"minuteRanges[{number}].startMinutesAgo",
                f"Standard properties can request the last 30 minutes of data. {max(start, end)} "
                "is more than 29 minutes ago.",
            )
        if end > start:
            raise wrong_field(
                f"minuteRanges[{number}].endMinutesAgo",
                "The endMinutesAgo must not be more than the startMinutesAgo.",
            )
        found.append((start, end, one.name or f"date_range_{number}"))
    return found or [(_LAST_MINUTE, 0, "date_range_0")]
