"""Which dimensions and metrics Google takes together."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from sandbox.google_analytics.dimensions import DIMENSIONS
from sandbox.google_analytics.failures import Refusal, incompatible, needed, unknown_field
from sandbox.google_analytics.metrics import AD_METRICS, FORMER_NAMES, ITEM_METRICS

CORE_SCHEMA: Final = "api-schema"
_MOST: Final = {"dimension": 9, "metric": 10}
_ITEM_DIMENSIONS: Final = frozenset(n for n, d in DIMENSIONS.items() if d.split == "item")
_CAMPAIGNS: Final = frozenset(
    name for name, d in DIMENSIONS.items() if d.category == "Traffic source"
)
_AD_DIMENSIONS: Final = frozenset(
    name for name in _CAMPAIGNS if name.startswith("session") and "ampaign" in name
)


def known(
    names: Iterable[str], kind: str, catalogue: Mapping[str, Any], schema: str = CORE_SCHEMA
) -> list[str]:
    """Return names as the catalogue has them, former ones by their new name.

    Raises
    ------
    Refusal
        For a name that is not there, and for too many.
    """
    found = []
    for name in names:
        current = FORMER_NAMES.get(name, name) if kind == "metric" else name
        if current not in catalogue:
            alike = get_close_matches(name, catalogue, 1, 0.75)
            raise unknown_field(name, kind, schema, alike[0] if alike else None)
        found.append(current)
    if len(found) > _MOST[kind]:
        raise Refusal(
            f"Requests are limited to {_MOST[kind]} {kind}s. This request contains "
            f"{len(found)} {kind}s."
        )
    return found


def check_together(dimensions: Iterable[str], metrics: Iterable[str]) -> None:
    """Refuse what does not fit together.

    Raises
    ------
    Refusal
        Names what to remove or to add.
    """
    asked, measured = list(dimensions), list(metrics)
    if any(name in _ITEM_DIMENSIONS for name in asked):
        _refuse(name for name in measured if name not in ITEM_METRICS)
        _refuse(name for name in asked if DIMENSIONS[name].category in ("Event", "Page / screen"))
    if any(name in ITEM_METRICS for name in measured):
        _refuse(name for name in measured if name not in ITEM_METRICS)
    if any(name in AD_METRICS for name in measured):
        if not any(name in _AD_DIMENSIONS for name in asked):
            raise needed("sessionCampaignName")
        _refuse(name for name in asked if DIMENSIONS[name].split)


def fits(dimensions: Iterable[str], metrics: Iterable[str]) -> bool:
    """Whether names fit together."""
    try:
        check_together(dimensions, metrics)
    except Refusal:
        return False
    return True


def _refuse(names: Iterable[str]) -> None:
    for name in names:
        raise incompatible(name)
