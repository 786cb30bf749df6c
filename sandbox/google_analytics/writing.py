"""What report answers share: order, pages, headers, rows and totals."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from sandbox.google_analytics.failures import Refusal, wrong_field

MOST_ROWS: Final = 250_000
_USUAL_ROWS: Final = 10_000
_TOTAL: Final = 1
Key = tuple[str, ...]


def page_of(request: Any) -> tuple[int, int]:
    """Return the first row of the page and the one after its last.

    Raises
    ------
    Refusal
        For numbers below zero.
    """
    limit, offset = request.limit, getattr(request, "offset", 0)
    if limit < 0:
        raise wrong_field("limit", "The limit must be positive.")
    if offset < 0:
        raise wrong_field("offset", "The offset must not be negative.")
    return offset, offset + min(limit or _USUAL_ROWS, MOST_ROWS)


def ordered(
    keys: list[Key],
    orders: Sequence[Any],
    dimensions: Sequence[str],
    metrics: Mapping[str, str],
    value: Callable[[Key, str], float],
) -> list[Key]:
    """Return the rows in the order that was asked for, by key where that leaves them equal.

    Parameters
    ----------
    metrics
        Names that may be asked for, and what each is called now.

    Raises
    ------
    Refusal
        For an order by what the report does not show.
    """
    keys.sort()
    for order in reversed(orders):
        which = order.WhichOneof("one_order_by")
        if which == "metric":
            name = order.metric.metric_name
            _require(name, metrics)
            keys.sort(key=partial(_by_metric, value, metrics[name]), reverse=order.desc)
        elif which == "dimension":
            name = order.dimension.dimension_name
            _require(name, dimensions)
            read = _reader(order.dimension, list(dimensions).index(name))
            keys.sort(key=read, reverse=order.desc)
        else:
            raise Refusal("An OrderBy requires a metric or a dimension.")
    return keys


def write_headers(
    response: Any, dimensions: Sequence[str], metrics: Sequence[tuple[str, str]]
) -> None:
    """Write the names of the columns; metrics with their type."""
    for name in dimensions:
        response.dimension_headers.add(name=name)
    for name, kind in metrics:
        response.metric_headers.add(name=name, type_=kind)


def write_row(rows: Any, key: Sequence[str], values: Sequence[str]) -> None:
    """Add one row."""
    row = rows.add()
    for text in key:
        row.dimension_values.add(value=text)
    for text in values:
        row.metric_values.add(value=text)


def add_totals(
    response: Any, request: Any, dimensions: Sequence[str], totals: Mapping[str, Sequence[str]]
) -> None:
    """Add a row of totals for each range, where the request wants them."""
    if _TOTAL not in request.metric_aggregations:
        return
    for name, values in totals.items():
        key = ["RESERVED_TOTAL"] * len(dimensions)
        if "dateRange" in dimensions:
            key[list(dimensions).index("dateRange")] = name
        write_row(response.totals, key, values)


def _by_metric(value: Callable[[Key, str], float], name: str, key: Key) -> float:
    return value(key, name)


def _require(name: str, shown: Any) -> None:
    if name not in shown:
        raise Refusal(f"Field {name} in orderBys must be one of the fields of the request.")


def _reader(order: Any, position: int) -> Callable[[Key], Any]:
    if order.order_type == 3:  # NUMERIC
        return lambda key: (not key[position].isdecimal(), _number(key[position]))
    if order.order_type == 2:  # CASE_INSENSITIVE_ALPHANUMERIC
        return lambda key: key[position].lower()
    return lambda key: key[position]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
