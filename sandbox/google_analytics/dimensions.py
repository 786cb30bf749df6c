"""The dimensions that the emulated properties have, each with what it reads from a cell."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sandbox.google_analytics.cells import Cell
from sandbox.google_analytics.visits import NOT_SET

Read = Callable[[Cell], str]


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension.

    Parameters
    ----------
    split
        How a day has to be split to know it (a name of `cells`); empty for none.
    """

    name: str
    label: str
    category: str
    read: Read
    split: str = ""

    @property
    def description(self) -> str:
        """What Google would say in its catalogue."""
        return f"{self.label}, as collected for this property."


def _page(cell: Cell) -> tuple[str, str]:
    return (cell.page.path, cell.page.title) if cell.page else (NOT_SET, NOT_SET)


def _week(day: date) -> int:
    """Return the number of the week; weeks begin on Sunday, the first on 1 January."""
    first = date(day.year, 1, 1)
    return (day - first + timedelta(days=(first.weekday() + 1) % 7)).days // 7 + 1


def _ads_campaign(read: Read) -> Read:
    return lambda cell: read(cell) if cell.source.medium == "cpc" else NOT_SET


def _time() -> list[Dimension]:
    def dimension(name: str, label: str, read: Callable[[date], str]) -> Dimension:
        return Dimension(name, label, "Time", lambda cell: read(cell.day))

    return [
        dimension("date", "Date", lambda day: f"{day:%Y%m%d}"),
        dimension("year", "Year", lambda day: f"{day:%Y}"),
        dimension("month", "Month", lambda day: f"{day:%m}"),
        dimension("week", "Week", lambda day: f"{_week(day):02d}"),
        dimension("day", "Day", lambda day: f"{day:%d}"),
        dimension("yearMonth", "Year month", lambda day: f"{day:%Y%m}"),
        dimension("yearWeek", "Year week", lambda day: f"{day:%Y}{_week(day):02d}"),
        dimension("dayOfWeek", "Day of week", lambda day: str((day.weekday() + 1) % 7)),
        dimension("dayOfWeekName", "Day of week name", lambda day: f"{day:%A}"),
        Dimension("hour", "Hour", "Time", lambda cell: f"{cell.hour:02d}", "hour"),
        Dimension(
            "dateHour",
            "Date + hour (YYYYMMDDHH)",
            "Time",
            lambda cell: f"{cell.day:%Y%m%d}{cell.hour:02d}",
            "hour",
        ),
    ]


_SOURCE_READS: Final[dict[str, tuple[str, Read]]] = {
    "source": ("source", lambda cell: cell.source.source),
    "medium": ("medium", lambda cell: cell.source.medium),
    "sourceMedium": ("source / medium", lambda c: f"{c.source.source} / {c.source.medium}"),
    "campaignName": ("campaign", lambda cell: cell.source.campaign),
    "campaignId": ("campaign ID", lambda cell: cell.source.campaign_id),
    "defaultChannelGroup": ("default channel group", lambda cell: cell.source.group),
}


def _sources() -> list[Dimension]:
    """Return where visits come from, by scope: event, session and user's first."""
    found = []
    for name, (label, read) in _SOURCE_READS.items():
        scoped = name[0].upper() + name[1:]
        found += [
            Dimension(name, f"Event {label}", "Traffic source", read),
            Dimension(f"session{scoped}", f"Session {label}", "Traffic source", read),
            Dimension(f"firstUser{scoped}", f"First user {label}", "Traffic source", read),
        ]
    ads: dict[str, Read] = {
        "sessionGoogleAdsCampaignName": lambda cell: cell.source.campaign,
        "sessionGoogleAdsCampaignId": lambda cell: cell.source.campaign_id,
        "sessionGoogleAdsCustomerId": lambda cell: cell.source.customer_id,
        "sessionGoogleAdsAccountName": lambda cell: cell.source.account_name,
    }
    for name, read in ads.items():
        label = name.removeprefix("sessionGoogleAds")
        reads = _ads_campaign(read)
        found.append(Dimension(name, f"Session Google Ads {label}", "Traffic source", reads))
    return found


_REST: Final = (
    Dimension("country", "Country", "Geography", lambda c: c.country.name, "country"),
    Dimension("countryId", "Country ID", "Geography", lambda c: c.country.code, "country"),
    Dimension("city", "City", "Geography", lambda c: c.country.city, "country"),
    Dimension("deviceCategory", "Device category", "Platform", lambda c: c.device, "device"),
    Dimension("platform", "Platform", "Platform", lambda c: "web"),
    Dimension("streamId", "Stream ID", "Platform", lambda c: c.site.stream[0]),
    Dimension("streamName", "Stream name", "Platform", lambda c: c.site.stream[1]),
    Dimension("hostName", "Hostname", "Page / screen", lambda c: f"www.{c.site.client.domain}"),
    Dimension("pagePath", "Page path", "Page / screen", lambda c: _page(c)[0], "page"),
    Dimension("pageTitle", "Page title", "Page / screen", lambda c: _page(c)[1], "page"),
    Dimension("landingPage", "Landing page", "Page / screen", lambda c: _page(c)[0], "page"),
    Dimension("newVsReturning", "New / returning", "User", lambda c: c.visitor, "visitor"),
    Dimension("userAgeBracket", "Age", "Demographics", lambda c: c.age, "age"),
    Dimension("eventName", "Event name", "Event", lambda c: c.event, "event"),
    Dimension(
        "isKeyEvent",
        "Is key event",
        "Event",
        lambda c: "true" if c.event == c.site.key_event else "false",
        "event",
    ),
    Dimension("itemName", "Item name", "Ecommerce", lambda c: c.item, "item"),
    Dimension("itemBrand", "Item brand", "Ecommerce", lambda c: c.site.client.name, "item"),
)

DIMENSIONS: Final = {d.name: d for d in (*_time(), *_sources(), *_REST)}
"""Every dimension of core reports, by name."""
