"""Metrics of Google Ads from sums; what would divide by zero is not set."""

from collections.abc import Callable
from typing import Any, Final

from sandbox.world import Totals

_MICROS: Final = 1_000_000


def _ratio(above: float, below: float, scale: float = 1.0) -> float | None:
    return above / below * scale if below else None


MEASURES: Final[dict[str, Callable[[Totals], Any]]] = {
    "metrics.impressions": lambda t: t.impressions,
    "metrics.clicks": lambda t: t.clicks,
    "metrics.interactions": lambda t: t.clicks,
    "metrics.cost_micros": lambda t: t.cost_micros,
    "metrics.conversions": lambda t: t.conversions / 100,
    "metrics.conversions_value": lambda t: t.value / 100,
    "metrics.ctr": lambda t: _ratio(t.clicks, t.impressions) or 0.0,
    "metrics.interaction_rate": lambda t: _ratio(t.clicks, t.impressions) or 0.0,
    "metrics.average_cpc": lambda t: _ratio(t.cost_micros, t.clicks),
    "metrics.average_cost": lambda t: _ratio(t.cost_micros, t.clicks),
    "metrics.average_cpm": lambda t: _ratio(t.cost_micros, t.impressions, 1000),
    "metrics.cost_per_conversion": lambda t: _ratio(t.cost_micros, t.conversions, 100),
    "metrics.value_per_conversion": lambda t: _ratio(t.value, t.conversions),
    "metrics.conversions_value_per_cost": lambda t: _ratio(t.value, t.cost_micros, _MICROS / 100),
    "metrics.conversions_from_interactions_rate": lambda t: (
        _ratio(t.conversions, t.clicks, 1 / 100) or 0.0
    ),
}
"""Every metric that the emulator answers; money is in micros except conversion values."""
