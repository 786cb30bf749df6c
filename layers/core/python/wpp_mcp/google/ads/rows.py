"""Rows of Google Ads as plain values: enums by name, micros as amounts.

Texts are still as the account has them; the gateway makes every text of an answer visible.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from wpp_mcp.models.money import from_micros

_SUFFIX: Final = "_micros"
_MICROS_WITHOUT_SUFFIX: Final = frozenset(
    f"metrics.{name}"
    for name in (
        "active_view_cpm",
        "average_cost",
        "average_cpc",
        "average_cpe",
        "average_cpm",
        "benchmark_average_max_cpc",
        "control_cost_per_conversion",
        "cost_per_all_conversions",
        "cost_per_conversion",
        "cost_per_current_model_attributed_conversion",
        "cost_per_platform_comparable_conversion",
        "trueview_average_cpv",
    )
)
"""Amounts that Google gives in micros under a name that does not say so."""

_TAKEN: Final = frozenset({"metrics.cross_device_conversions_value_micros"})
"""Amounts whose name without the suffix is another field's."""


def is_amount(path: str) -> bool:
    """Whether a field is an amount in micros."""
    return path.endswith(_SUFFIX) or path in _MICROS_WITHOUT_SUFFIX


def wire_name(path: str) -> str:
    """Return the name a field has in our answers: amounts lose ``_micros``, where that is free."""
    return path if path in _TAKEN else path.removesuffix(_SUFFIX)


def plain_rows(rows: Iterable[Any], fields: Sequence[str]) -> list[dict[str, Any]]:
    """Return each protobuf row as ``{wire name: value}`` for the selected fields."""
    readers = [(wire_name(path), _reader(path)) for path in fields]
    return [{name: read(row) for name, read in readers} for row in rows]


def _reader(path: str) -> Callable[[Any], Any]:
    parents = path.split(".")
    last = parents.pop()
    amount = is_amount(path)

    def read(row: Any) -> Any:
        message = row
        for name in parents:
            message = getattr(message, _python_name(message, name))
        field = message.DESCRIPTOR.fields_by_name[_python_name(message, last)]
        if field.has_presence and not message.HasField(field.name):
            return None
        value = getattr(message, field.name)
        if field.is_repeated:
            return [_plain(field, item) for item in value]
        return from_micros(value) if amount else _plain(field, value)

    return read


def _python_name(message: Any, name: str) -> str:
    # The library renames fields that are reserved words: `type` is `type_`.
    return name if name in message.DESCRIPTOR.fields_by_name else f"{name}_"


def _plain(field: Any, value: Any) -> Any:
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return known.name if known else "UNKNOWN"
    if field.message_type is not None:
        return str(value)
    return value
