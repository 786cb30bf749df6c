"""What an account shows of a request that had no answer: done, not done, or it does not tell."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.gaql.ast import LiteralKind, Operator
from wpp_mcp.google.ads.gaql.building import compared, one_of, select
from wpp_mcp.google.ads.resources import IN_ORDER, adapter_of
from wpp_mcp.google.ads.resources.base import ResourceAdapter
from wpp_mcp.google.ads.resources.codecs import Reference
from wpp_mcp.google.ads.resources.thing import Thing
from wpp_mcp.models.changes import Applied, Change, Verb
from wpp_mcp.models.time import Clock

NOT_DONE: Final = Applied(
    error={"code": "NOT_APPLIED", "message": "The account is as it was before the request"}
)
_LAG: Final = timedelta(minutes=5)
"""Change events lag behind by up to three minutes (facts.md)."""
_DAY: Final = timedelta(days=1)
_EVENTS: Final = (
    "change_event.change_resource_name",
    "change_event.change_resource_type",
    "change_event.change_date_time",
    "customer.time_zone",
)


class Settling:
    """Settles the changes of one request.

    Parameters
    ----------
    since, until
        When the request may have been applied.
    """

    def __init__(self, ads: GoogleAds, since: datetime, until: datetime, clock: Clock) -> None:
        self._ads = ads
        self._since = since
        self._until = until
        self._clock = clock
        self._found: dict[str, str] = {}
        self._events: dict[str, list[str]] | None = None

    def settle(self, changes: Sequence[Change]) -> list[Applied | None]:
        """Return for each change what the account says of it; see `WritableReader.settled`."""
        settled: dict[int, Applied | None] = {}
        for adapter in IN_ORDER:  # what holds ids of others after those
            mine = [(i, c) for i, c in enumerate(changes) if adapter_of(c) is adapter]
            created = [(i, c) for i, c in mine if c.verb is Verb.CREATE]
            settled |= self._creates(adapter, created)
            settled |= self._others(adapter, [(i, c) for i, c in mine if (i, c) not in created])
        return [settled[index] for index in range(len(changes))]

    def _others(
        self, adapter: ResourceAdapter, numbered: Sequence[tuple[int, Change]]
    ) -> dict[int, Applied | None]:
        now = adapter.read(self._ads, [change.locator.id for _, change in numbered])
        return {i: self._other(change, now.get(change.locator.id)) for i, change in numbered}

    def _other(self, change: Change, thing: Thing | None) -> Applied | None:
        gone = thing is None or thing.removed
        if change.verb is Verb.REMOVE:
            return Applied(id=change.locator.id) if gone else self._not_done()
        if thing is None or gone:
            return None
        if _holds(thing.values, change.after, change.fields):
            return Applied(id=change.locator.id)
        as_before = _holds(thing.values, change.before, change.fields)
        return self._not_done() if as_before else None

    def _creates(
        self, adapter: ResourceAdapter, numbered: Sequence[tuple[int, Change]]
    ) -> dict[int, Applied | None]:
        if not numbered:
            return {}
        wanted = [self._resolved(adapter, change) for _, change in numbered]
        found = adapter.alike(self._ads, wanted)
        settled: dict[int, Applied | None] = {}
        for (index, change), there in zip(numbered, found, strict=True):
            ids = [thing.locator.id for thing in there]
            settled[index] = self._create(adapter, ids)
            outcome = settled[index]
            if outcome is not None and outcome.id:
                self._found[change.locator.id] = outcome.id
        return settled

    def _create(self, adapter: ResourceAdapter, ids: Sequence[str]) -> Applied | None:
        if len(ids) == 1:
            return Applied(id=ids[0])
        if not adapter.event:
            return None
        events = self._created(adapter)
        if events is None:
            return None
        if ids:
            ours = [place for place in ids if place in events]
            return Applied(id=ours[0]) if len(ours) == 1 else None
        late = self._clock() > self._until + _LAG
        return NOT_DONE if late and not events else None

    def _resolved(self, adapter: ResourceAdapter, change: Change) -> Mapping[str, Any]:
        """Return the values of a thing to be created with the ids its parents were found by."""
        return {
            name: self._found.get(value, value)
            if isinstance(adapter.fields[name].codec, Reference)
            else value
            for name, value in change.after.items()
        }

    def _not_done(self) -> Applied | None:
        # Before the end of the time in which it may be applied it still may be.
        return NOT_DONE if self._clock() > self._until else None

    def _created(self, adapter: ResourceAdapter) -> list[str] | None:
        """Return ids of what was created through the API in the time; ``None``: not known."""
        if self._events is None:
            self._events = self._read_events()
        return None if "" in self._events else self._events.get(adapter.event, [])

    def _read_events(self) -> dict[str, list[str]]:
        kinds = sorted({adapter.event for adapter in IN_ORDER if adapter.event})
        word, text = LiteralKind.WORD, LiteralKind.STRING
        moment = "change_event.change_date_time"
        # Days around, because the condition is in the account's own time zone.
        first, last = ((self._since - _DAY).date(), (self._until + _DAY).date())
        conditions = [
            one_of("change_event.change_resource_type", kinds, word),
            compared("change_event.resource_change_operation", Operator.EQUALS, "CREATE", word),
            compared("change_event.client_type", Operator.EQUALS, "GOOGLE_ADS_API", word),
            compared(moment, Operator.GREATER_EQUALS, first.isoformat(), text),
            compared(moment, Operator.LESS_EQUALS, last.isoformat(), text),
        ]
        found: dict[str, list[str]] = {}
        for row in self._ads.search(select(_EVENTS, "change_event", conditions)).rows:
            at = _moment(row[moment], row["customer.time_zone"])
            if at is None:
                return {"": []}
            if self._since <= at <= self._until:
                name = str(row["change_event.change_resource_name"]).rpartition("/")[2]
                found.setdefault(row["change_event.change_resource_type"], []).append(name)
        return found


def _holds(now: Mapping[str, Any], values: Mapping[str, Any], names: Sequence[str]) -> bool:
    return all(now.get(name) == values.get(name) for name in names)


def _moment(text: str, zone: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ZoneInfoNotFoundError, ValueError):
        return None
