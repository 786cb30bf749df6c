"""The catalogue of a property's dimensions and metrics as plain values."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEntry:
    """One dimension or metric.

    Parameters
    ----------
    type
        What a metric's values are, as Google calls it (``TYPE_CURRENCY``); none for dimensions.
    compatible
        Whether it can be added to the names that were asked about.
    """

    kind: str
    name: str
    label: str
    description: str
    category: str
    custom: bool
    type: str | None = None
    compatible: bool | None = None


def catalogue_of(metadata: Any) -> list[FieldEntry]:
    """Return the entries of Google's Metadata: dimensions first, each kind by name."""
    found = [_dimension(entry) for entry in metadata.dimensions]
    return _sorted([*found, *(_metric(entry) for entry in metadata.metrics)])


def compatibility_of(answer: Any) -> list[FieldEntry]:
    """Return the entries of Google's answer to a compatibility check."""
    found = [
        _dimension(entry.dimension_metadata, compatible=_fits(entry))
        for entry in answer.dimension_compatibilities
    ]
    found += [
        _metric(entry.metric_metadata, compatible=_fits(entry))
        for entry in answer.metric_compatibilities
    ]
    return _sorted(found)


def _fits(entry: Any) -> bool:
    return bool(entry.compatibility.name == "COMPATIBLE")


def _sorted(entries: list[FieldEntry]) -> list[FieldEntry]:
    return sorted(entries, key=lambda entry: (entry.kind, entry.name))


def _dimension(entry: Any, *, compatible: bool | None = None) -> FieldEntry:
    return FieldEntry(
        kind="dimension",
        name=entry.api_name,
        label=entry.ui_name,
        description=entry.description,
        category=entry.category,
        custom=entry.custom_definition,
        compatible=compatible,
    )


def _metric(entry: Any, *, compatible: bool | None = None) -> FieldEntry:
    return FieldEntry(
        kind="metric",
        name=entry.api_name,
        label=entry.ui_name,
        description=entry.description,
        category=entry.category,
        custom=entry.custom_definition,
        type=entry.type_.name,
        compatible=compatible,
    )
