"""Reports of Analytics as plain values: numbers by their metric's type, and Google's notes.

Texts are still as the property has them; the gateway makes every text of an answer visible.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

_CURRENCY: Final = "TYPE_CURRENCY"
_WHOLE: Final = "TYPE_INTEGER"
_RANGE: Final = "dateRange"
_QUOTAS: Final = {
    "tokens_per_day": "tokensPerDay",
    "tokens_per_hour": "tokensPerHour",
    "tokens_per_project_per_hour": "tokensPerProjectPerHour",
    "concurrent_requests": "concurrentRequests",
    "server_errors_per_project_per_hour": "serverErrorsPerProjectPerHour",
    "potentially_thresholded_requests_per_hour": "potentiallyThresholdedRequestsPerHour",
}


@dataclass(frozen=True, slots=True)
class Report:
    """One report.

    Parameters
    ----------
    rows
        Flat mappings: dimension to text, metric to number.
    matches
        How many rows there are, whatever the limit.
    totals
        Metric to number; with several ranges, range to such a mapping.
    currency
        ISO 4217 code, where a metric is an amount.
    """

    rows: Sequence[dict[str, Any]]
    matches: int
    totals: Mapping[str, Any] | None
    currency: str | None
    quota: Mapping[str, Any] | None
    notes: tuple[str, ...]


def report_of(answer: Any) -> Report:
    """Return the plain report of a RunReportResponse or RunRealtimeReportResponse."""
    dimensions = [header.name for header in answer.dimension_headers]
    metrics = [(header.name, header.type_.name) for header in answer.metric_headers]
    metadata = getattr(answer, "metadata", None)  # realtime reports have none
    amounts = any(kind == _CURRENCY for _, kind in metrics)
    return Report(
        rows=[
            _texts(dimensions, row.dimension_values) | _numbers(metrics, row.metric_values)
            for row in answer.rows
        ],
        matches=int(answer.row_count),
        totals=_totals(dimensions, metrics, answer.totals),
        currency=metadata.currency_code or None if metadata and amounts else None,
        quota=_quota(answer.property_quota) if "property_quota" in answer else None,
        notes=tuple(_notes(metadata)) if metadata else (),
    )


def _texts(names: Iterable[str], values: Iterable[Any]) -> dict[str, Any]:
    return {name: value.value for name, value in zip(names, values, strict=True)}


def _numbers(metrics: Iterable[tuple[str, str]], values: Iterable[Any]) -> dict[str, Any]:
    return {
        name: _number(kind, value.value)
        for (name, kind), value in zip(metrics, values, strict=True)
    }


def _number(kind: str, text: str) -> int | Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite():
        return None
    return int(value) if kind == _WHOLE else value


def _totals(
    dimensions: Sequence[str], metrics: Sequence[tuple[str, str]], rows: Sequence[Any]
) -> dict[str, Any] | None:
    if not rows:
        return None
    if _RANGE not in dimensions:
        return _numbers(metrics, rows[0].metric_values)
    position = dimensions.index(_RANGE)
    return {
        row.dimension_values[position].value: _numbers(metrics, row.metric_values) for row in rows
    }


def _quota(quota: Any) -> dict[str, Any]:
    """Return consumed and remaining of each bucket."""
    found = {}
    for field, name in _QUOTAS.items():
        status = getattr(quota, field)
        found[name] = {"consumed": int(status.consumed), "remaining": int(status.remaining)}
    return found


def _notes(metadata: Any) -> Iterator[str]:
    if metadata.data_loss_from_other_row:
        yield "Google rolled rare combinations into rows named (other): rows are incomplete."
    if metadata.subject_to_thresholding:
        yield "Google withholds rows with few users (thresholding): sums may be too low."
    for number, sample in enumerate(metadata.sampling_metadatas):
        read, whole = int(sample.samples_read_count), int(sample.sampling_space_size)
        share = f"{Decimal(read) * 100 / whole:.1f} %" if whole else "a part"
        yield f"Sampled: range {number + 1} counts {share} of its events and estimates the rest."
    if metadata.schema_restriction_response.active_metric_restrictions:
        yield "Google hides some metrics from this user: they show as zero."
    if metadata.empty_reason:
        yield f"Google gives no rows: {metadata.empty_reason}"
    if metadata.data_truncation_reasons:
        yield "Google has cut off data outside the property's retention."
