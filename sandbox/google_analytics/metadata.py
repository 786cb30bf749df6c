"""BetaAnalyticsData: GetMetadata and CheckCompatibility."""

from typing import Any, Final

from google.analytics.data_v1beta.types import CheckCompatibilityResponse, Metadata

from sandbox.google_analytics.compatibility import check_together, fits, known
from sandbox.google_analytics.dimensions import DIMENSIONS, Dimension
from sandbox.google_analytics.metrics import FORMER_NAMES, METRICS, Metric
from sandbox.google_analytics.properties import Property

_METADATA: Final[Any] = Metadata.pb()
_CHECKED: Final[Any] = CheckCompatibilityResponse.pb()
_YES, _NO = 1, 2


def metadata_of(site: Property) -> Any:
    """Return every dimension and metric of a property."""
    answer = _METADATA(name=f"{site.name}/metadata")
    for dimension in DIMENSIONS.values():
        _describe_dimension(answer.dimensions.add(), dimension)
    for metric in METRICS.values():
        _describe_metric(answer.metrics.add(), metric)
    return answer


def compatibility_of(request: Any) -> Any:
    """Return which dimensions and metrics can be added to those of the request.

    Raises
    ------
    Refusal
        Those of the request do not fit each other, or are unknown.
    """
    dimensions = known((d.name for d in request.dimensions), "dimension", DIMENSIONS)
    metrics = known((m.name for m in request.metrics), "metric", METRICS)
    check_together(dimensions, metrics)
    answer = _CHECKED()
    for dimension in DIMENSIONS.values():
        state = _YES if fits([*dimensions, dimension.name], metrics) else _NO
        if request.compatibility_filter in (0, state):
            entry = answer.dimension_compatibilities.add(compatibility=state)
            _describe_dimension(entry.dimension_metadata, dimension)
    for metric in METRICS.values():
        state = _YES if fits(dimensions, [*metrics, metric.name]) else _NO
        if request.compatibility_filter in (0, state):
            entry = answer.metric_compatibilities.add(compatibility=state)
            _describe_metric(entry.metric_metadata, metric)
    return answer


def _describe_dimension(entry: Any, dimension: Dimension) -> None:
    entry.api_name = dimension.name
    entry.ui_name = dimension.label
    entry.description = dimension.description
    entry.category = dimension.category


def _describe_metric(entry: Any, metric: Metric) -> None:
    entry.api_name = metric.name
    entry.ui_name = metric.label
    entry.description = metric.description
    entry.category = metric.category
    entry.type_ = (
        entry.DESCRIPTOR.fields_by_name["type_"].enum_type.values_by_name[metric.kind].number
    )
    entry.deprecated_api_names.extend(n for n, now in FORMER_NAMES.items() if now == metric.name)
