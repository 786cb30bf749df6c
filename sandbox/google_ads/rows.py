"""Rows as GoogleAdsRow messages."""

from collections.abc import Iterable
from typing import Any, Final

from sandbox.google_ads.catalogue import ROW, Category, Field, Resource, field_named
from sandbox.google_ads.entities import Entity
from sandbox.google_ads.evaluation import Row
from sandbox.google_ads.measures import MEASURES
from sandbox.world import Totals
from wpp_mcp.google.ads.gaql.ast import Query

_NO_RESOURCES: Final = frozenset({"segments", "metrics"})


class RowWriter:
    """Writes the rows of one query: what it selects, and the resource names beside that."""

    def __init__(self, query: Query, resource: Resource) -> None:
        fields = [found for found in map(field_named, query.fields) if found is not None]
        self._attributes = [f for f in fields if f.category is Category.ATTRIBUTE]
        self._metrics = [f for f in fields if f.category is Category.METRIC]
        self._segments = [f for f in fields if f.category is Category.SEGMENT]
        # Google names the main resource and all selected ones, asked or not.
        unasked = ("omit_unselected_resource_names", "true")
        self._named: set[str] = set()
        if unasked not in {(name, word.lower()) for name, word in query.parameters}:
            self._named = {resource.name, *(f.resource for f in fields)} - _NO_RESOURCES

    @property
    def has_metrics(self) -> bool:
        """Whether there is anything to sum up."""
        return bool(self._metrics)

    def write(self, rows: Iterable[Row]) -> list[Any]:
        """Return the messages of some rows."""
        written: list[Any] = []
        entity, attributes = None, ROW()
        for row in rows:
            if row.entity is not entity:
                entity, attributes = row.entity, self._prototype(row.entity)
            message = ROW()
            message.CopyFrom(attributes)
            self._write_metrics(message, row.totals)
            for segment in self._segments:
                _write_segment(message.segments, segment, row.segments[segment.name])
            written.append(message)
        return written

    def summary(self, totals: Totals) -> Any:
        """Return the summary row of all results."""
        message = ROW()
        self._write_metrics(message, totals)
        return message

    def _prototype(self, entity: Entity) -> Any:
        message = ROW()
        for name in self._named:
            getattr(message, name).resource_name = entity.messages[name].resource_name
        for wanted in self._attributes:
            source = entity.messages[wanted.resource]
            _copy(source, getattr(message, wanted.resource), wanted.path[1:])
        return message

    def _write_metrics(self, message: Any, totals: Totals) -> None:
        metrics = message.metrics
        for metric in self._metrics:
            value = MEASURES[metric.name](totals)
            if value is not None:
                setattr(metrics, metric.path[1], value)


def _copy(source: Any, target: Any, path: tuple[str, ...]) -> None:
    for name in path[:-1]:
        if not source.HasField(name):
            return
        source, target = getattr(source, name), getattr(target, name)
    name = path[-1]
    descriptor = source.DESCRIPTOR.fields_by_name[name]
    if descriptor.is_repeated:
        getattr(target, name).extend(getattr(source, name))
    elif descriptor.message_type is not None:
        getattr(target, name).CopyFrom(getattr(source, name))
    elif not descriptor.has_presence or source.HasField(name):
        setattr(target, name, getattr(source, name))


def _write_segment(segments: Any, segment: Field, value: Any) -> None:
    enum = segment.descriptor.enum_type
    setattr(segments, segment.path[1], enum.values_by_name[value].number if enum else value)
