"""Answers a checked query from the world: filter, group, sum, sort."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sandbox.google_ads.catalogue import Category, Field, Resource, field_named
from sandbox.google_ads.conditions import Predicate, predicate
from sandbox.google_ads.dates import BY_DAY
from sandbox.google_ads.entities import Account, Entity
from sandbox.google_ads.measures import MEASURES
from sandbox.world import Totals, World, by_device, day_totals
from sandbox.world.records import WHOLE
from sandbox.world.traffic import NOTHING, part, total
from wpp_mcp.google.ads.gaql.ast import Ordering, Query

_DEVICE: Final = "segments.device"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: an entity, the values of its segments by name, and its sums."""

    entity: Entity
    segments: dict[str, Any]
    totals: Totals

    def value(self, wanted: Field) -> Any:
        """Return the value of a field; enums by name, ``None`` for what is not set."""
        if wanted.category is Category.METRIC:
            return MEASURES[wanted.name](self.totals)
        if wanted.category is Category.SEGMENT:
            return self.segments[wanted.name]
        return attribute(self.entity, wanted)


@dataclass(slots=True)
class _Filters:
    """The conditions of a query, by when they can be applied."""

    days: list[tuple[Callable[[date], Any], Predicate]] = field(default_factory=list)
    entities: list[tuple[Field, Predicate]] = field(default_factory=list)
    rows: list[tuple[Field, Predicate]] = field(default_factory=list)


def evaluate(query: Query, resource: Resource, account: Account, today: date) -> list[Row]:
    """Return all rows of a checked query in order, LIMIT not yet applied.

    Parameters
    ----------
    today
        In the account's time zone. There is no data after it.

    Raises
    ------
    Refusal
        For a literal or an operator that does not suit its field.
    """
    filters = _filters(query, today)
    names = [name for name in query.fields if name.startswith("segments.")]
    segments = sorted(set(names))
    traffic = _Traffic(_days(filters, today), segments)
    rows = [
        row
        for entity in account.entities(resource.name)
        if all(test(attribute(entity, wanted)) for wanted, test in filters.entities)
        for row in _rows(
            entity,
            traffic,
            measured=_uses_metrics(query) or bool(segments) or resource.only_with_traffic,
        )
        if row.totals.impressions or not (segments or resource.only_with_traffic)
    ]
    rows = [row for row in rows if all(test(row.value(wanted)) for wanted, test in filters.rows)]
    return _ordered(rows, query.orderings)


def attribute(entity: Entity, wanted: Field) -> Any:
    """Return the value of an attribute; enums by name, ``None`` for what is not set."""
    message = entity.messages[wanted.resource]
    for name in wanted.path[1:-1]:
        if not message.HasField(name):
            return None
        message = getattr(message, name)
    name, descriptor = wanted.path[-1], wanted.descriptor
    if wanted.repeated:
        return list(getattr(message, name))
    if descriptor.has_presence and not message.HasField(name):
        return None
    value = getattr(message, name)
    if descriptor.enum_type is not None:
        return descriptor.enum_type.values_by_number[value].name
    return value


def _filters(query: Query, today: date) -> _Filters:
    filters = _Filters()
    for condition in query.conditions:
        wanted = _field(condition.field)
        test = predicate(condition, wanted, today)
        if wanted.name in BY_DAY:
            filters.days.append((BY_DAY[wanted.name], test))
        elif wanted.category is Category.ATTRIBUTE:
            filters.entities.append((wanted, test))
        else:
            filters.rows.append((wanted, test))
    return filters


def _days(filters: _Filters, today: date) -> list[date]:
    first, last = World.first_day(today).toordinal(), today.toordinal()
    days = map(date.fromordinal, range(first, last + 1))
    return [day for day in days if all(test(value(day)) for value, test in filters.days)]


class _Traffic:
    """The daily sums that one query needs, each computed once."""

    def __init__(self, days: Sequence[date], segments: Sequence[str]) -> None:
        self._ordinals = [day.toordinal() for day in days]
        self._by_campaign: dict[int, list[Totals]] = {}
        self._device = _DEVICE in segments
        self.segments = [name for name in segments if name != _DEVICE]
        if self._device:
            self.segments.append(_DEVICE)
        dated = [BY_DAY[name] for name in segments if name != _DEVICE]
        self._keys = [tuple(value(day) for value in dated) for day in days]

    def sums(self, entity: Entity) -> dict[tuple[Any, ...], Totals]:
        """Return the entity's sums by the values of the segments."""
        groups: dict[tuple[Any, ...], list[Totals]] = {}
        for campaign, share in entity.parts:
            days = self._by_campaign.get(campaign.campaign_id)
            if days is None:
                days = [day_totals(campaign, ordinal) for ordinal in self._ordinals]
                self._by_campaign[campaign.campaign_id] = days
            for key, whole in zip(self._keys, days, strict=True):
                if whole.impressions:
                    for group, sums in self._split(key, whole):
                        mine = sums if share is WHOLE else part(sums, share)
                        groups.setdefault(group, []).append(mine)
        return {key: total(sums) for key, sums in groups.items()}

    def _split(
        self, key: tuple[Any, ...], whole: Totals
    ) -> Sequence[tuple[tuple[Any, ...], Totals]]:
        if not self._device:
            return ((key, whole),)
        return [((*key, device), sums) for device, sums in by_device(whole)]


def _rows(entity: Entity, traffic: _Traffic, *, measured: bool) -> Iterator[Row]:
    if not measured:
        yield Row(entity, {}, NOTHING)
        return
    sums = traffic.sums(entity)
    if not traffic.segments:
        yield Row(entity, {}, sums.get((), NOTHING))
        return
    for key, totals in sums.items():
        yield Row(entity, dict(zip(traffic.segments, key, strict=True)), totals)


def _uses_metrics(query: Query) -> bool:
    names = [*query.fields, *(condition.field for condition in query.conditions)]
    return any(name.startswith("metrics.") for name in names)


def _ordered(rows: list[Row], orderings: Sequence[Ordering]) -> list[Row]:
    # Sorting is stable, so the last key first gives the order by all keys.
    for ordering in reversed(orderings):
        wanted = _field(ordering.field)

        def key(row: Row, wanted: Field = wanted) -> tuple[bool, Any]:
            value = row.value(wanted)
            return value is not None, value if value is not None else 0

        rows.sort(key=key, reverse=ordering.descending)
    return rows


def _field(name: str) -> Field:
    found = field_named(name)
    if found is None:
        raise LookupError(name)
    return found
