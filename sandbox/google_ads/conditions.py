"""Conditions of WHERE as predicates on one value; literals that do not fit are refused."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from sandbox.google_ads.catalogue import Field
from sandbox.google_ads.dates import DURING, STARTS, parse_date
from sandbox.google_ads.failures import query_error
from wpp_mcp.google.ads.gaql.ast import Condition, Literal, LiteralKind, Operator

Predicate = Callable[[Any], bool]

_EQUALITY: Final = frozenset({Operator.EQUALS, Operator.NOT_EQUALS, Operator.IN, Operator.NOT_IN})
_ORDER: Final = frozenset(
    {Operator.GREATER, Operator.GREATER_EQUALS, Operator.LESS, Operator.LESS_EQUALS}
) | {Operator.BETWEEN}
_TEXT: Final = frozenset(
    {Operator.LIKE, Operator.NOT_LIKE, Operator.REGEXP_MATCH, Operator.NOT_REGEXP_MATCH}
)
_NULL: Final = frozenset({Operator.IS_NULL, Operator.IS_NOT_NULL})
_LISTS: Final = frozenset({Operator.CONTAINS_ANY, Operator.CONTAINS_ALL, Operator.CONTAINS_NONE})
_ALLOWED: Final = {
    "STRING": _EQUALITY | _TEXT | _NULL,
    "RESOURCE_NAME": _EQUALITY | _NULL,
    "ENUM": _EQUALITY | _NULL,
    "BOOLEAN": frozenset({Operator.EQUALS, Operator.NOT_EQUALS}) | _NULL,
    "DATE": _EQUALITY | _ORDER | _NULL | {Operator.DURING},
}
_NUMERIC: Final = _EQUALITY | _ORDER | _NULL
_PERIODS: Final = frozenset({"segments.date", "change_event.change_date_time"})
_UNUSABLE: Final = frozenset({"UNSPECIFIED", "UNKNOWN"})
_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_LIKE_PARTS: Final = re.compile(r"\[([\[\]%_])\]|(%)|(_)|(.)", re.DOTALL)

_COMPARE: Final[dict[Operator, Callable[[Any, list[Any]], bool]]] = {
    Operator.EQUALS: lambda value, wanted: value == wanted[0],
    Operator.NOT_EQUALS: lambda value, wanted: value != wanted[0],
    Operator.GREATER: lambda value, wanted: value > wanted[0],
    Operator.GREATER_EQUALS: lambda value, wanted: value >= wanted[0],
    Operator.LESS: lambda value, wanted: value < wanted[0],
    Operator.LESS_EQUALS: lambda value, wanted: value <= wanted[0],
    Operator.IN: lambda value, wanted: value in wanted,
    Operator.NOT_IN: lambda value, wanted: value not in wanted,
    Operator.BETWEEN: lambda value, wanted: wanted[0] <= value <= wanted[1],
    Operator.DURING: lambda value, wanted: wanted[0] <= value <= wanted[1],
    Operator.CONTAINS_ANY: lambda value, wanted: any(item in value for item in wanted),
    Operator.CONTAINS_ALL: lambda value, wanted: all(item in value for item in wanted),
    Operator.CONTAINS_NONE: lambda value, wanted: not any(item in value for item in wanted),
}
_NEGATIVE: Final = frozenset(
    {
        Operator.NOT_EQUALS,
        Operator.NOT_IN,
        Operator.NOT_LIKE,
        Operator.NOT_REGEXP_MATCH,
        Operator.CONTAINS_NONE,
    }
)


def predicate(condition: Condition, field: Field, today: date) -> Predicate:
    """Return the test of one value; ``None`` is a field that is not set.

    Parameters
    ----------
    today
        In the account's time zone; DURING counts from it.

    Raises
    ------
    Refusal
        Where the operator does not suit the field, or a literal does not.
    """
    operator = condition.operator
    _check_operator(operator, field)
    if operator in _NULL:
        wants_null = operator is Operator.IS_NULL
        return lambda value: _unset(value) is wants_null
    if operator in _TEXT:
        return _text_predicate(operator, condition.values[0])
    wanted = _wanted(condition, field, today)
    compare, absent = _COMPARE[operator], operator in _NEGATIVE
    return lambda value: absent if value is None else compare(value, wanted)


def _check_operator(operator: Operator, field: Field) -> None:
    allowed = _LISTS | _NULL if field.repeated else _ALLOWED.get(field.kind, _NUMERIC)
    if operator is Operator.DURING and field.name not in _PERIODS:
        allowed -= {Operator.DURING}
    if operator not in allowed:
        raise query_error(
            "OPERATOR_FIELD_MISMATCH",
            f"Operator '{operator}' cannot be used with the field '{field.name}'.",
        )


def _unset(value: Any) -> bool:
    return value is None or value == []


def _text_predicate(operator: Operator, literal: Literal) -> Predicate:
    # Google's LIKE does not look at letter case, its REGEXP_MATCH does.
    like = operator in {Operator.LIKE, Operator.NOT_LIKE}
    try:
        pattern = (
            re.compile(_like(literal.text), re.IGNORECASE | re.DOTALL)
            if like
            else re.compile(literal.text, re.DOTALL)
        )
    except re.error:
        message = f"Invalid regular expression: '{literal.text}'."
        raise query_error("INVALID_STRING_VALUE", message) from None
    wanted = operator not in _NEGATIVE
    return lambda value: (pattern.fullmatch(value or "") is not None) is wanted


def _like(text: str) -> str:
    parts = []
    for escaped, anything, one, plain in _LIKE_PARTS.findall(text):
        parts.append(".*" if anything else "." if one else re.escape(escaped or plain))
    return "".join(parts)


def _wanted(condition: Condition, field: Field, today: date) -> list[Any]:
    if condition.operator is Operator.DURING:
        word = condition.values[0].text.upper()
        period = DURING.get(word)
        if period is None:
            raise query_error(
                "INVALID_VALUE_WITH_DURING_OPERATOR",
                f"Invalid value with DURING operator: '{condition.values[0].text}'.",
            )
        first, last = (day.isoformat() for day in period(today))
        # A moment has its time behind the day: the last one of the last day counts.
        return [first, last if field.name == "segments.date" else f"{last} 23:59:59.999999"]
    values = [_value(literal, field) for literal in condition.values]
    if condition.operator is Operator.BETWEEN and values[0] > values[1]:
        raise query_error(
            "INVALID_VALUE_WITH_BETWEEN_OPERATOR",
            "The first value of BETWEEN must not be greater than the second one.",
        )
    return values


def _value(literal: Literal, field: Field) -> Any:
    kind = field.kind
    if kind == "ENUM":
        return _enum(literal, field)
    if kind == "DATE":
        return _date(literal, field)
    if kind == "BOOLEAN":
        return _boolean(literal)
    if kind in {"STRING", "RESOURCE_NAME", "MESSAGE"}:
        if literal.kind is LiteralKind.STRING:
            return literal.text
        raise _bad_value(literal)
    if not _NUMBER.fullmatch(literal.text):
        raise query_error("BAD_NUMBER", f"Error in WHERE clause: invalid number '{literal.text}'.")
    return float(literal.text) if "." in literal.text else int(literal.text)


def _enum(literal: Literal, field: Field) -> str:
    if literal.text not in field.enum_values:
        raise query_error(
            "BAD_ENUM_CONSTANT",
            f"Invalid enum value cannot be included in WHERE clause: '{literal.text}'.",
        )
    if literal.text in _UNUSABLE:
        raise query_error(
            "PROHIBITED_ENUM_CONSTANT",
            f"Enum value cannot be included in WHERE clause: '{literal.text}'.",
        )
    return literal.text


def _date(literal: Literal, field: Field) -> str:
    if field.name.endswith("_date_time"):
        return literal.text
    day = parse_date(literal.text)
    if day is None:
        raise query_error(
            "INVALID_DATE_FORMAT",
            f"Invalid date '{literal.text}'. Dates are written as yyyy-MM-dd or yyyyMMdd.",
        )
    if STARTS[field.name](day) != day:
        raise query_error(
            "MISALIGNED_DATE_FOR_FILTER",
            f"The date '{literal.text}' is not the first day of a period of '{field.name}'.",
        )
    return day.isoformat()


def _boolean(literal: Literal) -> bool:
    if literal.text.upper() in {"TRUE", "FALSE"}:
        return literal.text.upper() == "TRUE"
    raise _bad_value(literal)


def _bad_value(literal: Literal) -> Exception:
    return query_error("BAD_VALUE", f"Error in WHERE clause: invalid value {literal.text}.")
