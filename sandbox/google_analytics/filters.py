"""Filter expressions, evaluated for real."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from sandbox.google_analytics.failures import Refusal
from sandbox.google_analytics.visits import NOT_SET

Value = str | float
Test = Callable[[Callable[[str], Value]], bool]
"""Answers whether a row passes, given how its fields are read."""

_COMPARED: Final[dict[str, Callable[[float, float], bool]]] = {
    "EQUAL": lambda value, other: value == other,
    "LESS_THAN": lambda value, other: value < other,
    "LESS_THAN_OR_EQUAL": lambda value, other: value <= other,
    "GREATER_THAN": lambda value, other: value > other,
    "GREATER_THAN_OR_EQUAL": lambda value, other: value >= other,
}
_MATCHED: Final[dict[str, Callable[[str, str], bool]]] = {
    "EXACT": lambda value, other: value == other,
    "BEGINS_WITH": str.startswith,
    "ENDS_WITH": str.endswith,
    "CONTAINS": lambda value, other: other in value,
}
_ALWAYS: Final[Test] = lambda _: True  # noqa: E731


def field_names(expression: Any) -> Iterator[str]:
    """Yield each field that an expression (protobuf) tests."""
    which = expression.WhichOneof("expr")
    if which == "filter":
        yield expression.filter.field_name
    elif which == "not_expression":
        yield from field_names(expression.not_expression)
    elif which is not None:
        for inner in getattr(expression, which).expressions:
            yield from field_names(inner)


def test_of(expression: Any) -> Test:
    """Return the test that an expression (protobuf) stands for; an empty one passes everything.

    Raises
    ------
    Refusal
        For what Google refuses before it looks at data.
    """
    which = expression.WhichOneof("expr")
    if which is None:
        return _ALWAYS
    if which == "filter":
        return _condition(expression.filter)
    if which == "not_expression":
        inner = test_of(expression.not_expression)
        return lambda read: not inner(read)
    tests = [test_of(inner) for inner in getattr(expression, which).expressions]
    if not tests:
        raise Refusal("A FilterExpressionList requires at least one expression.")
    if which == "and_group":
        return lambda read: all(test(read) for test in tests)
    return lambda read: any(test(read) for test in tests)


def _condition(condition: Any) -> Test:
    name = condition.field_name
    which = condition.WhichOneof("one_filter")
    if which is None:
        raise Refusal(f"The filter of field {name} requires one filter to be set.")
    test: Callable[[Value], bool] = _TESTS[which](getattr(condition, which))
    return lambda read: test(read(name))


def _string(given: Any) -> Callable[[Value], bool]:
    kind = given.DESCRIPTOR.fields_by_name["match_type"].enum_type
    match = kind.values_by_number[given.match_type].name
    if match in ("FULL_REGEXP", "PARTIAL_REGEXP"):
        return _regexp(given, whole=match == "FULL_REGEXP")
    compare = _MATCHED.get(match, _MATCHED["EXACT"])
    if given.case_sensitive:
        return lambda value: compare(str(value), given.value)
    return lambda value: compare(str(value).lower(), given.value.lower())


def _regexp(given: Any, *, whole: bool) -> Callable[[Value], bool]:
    try:
        pattern = re.compile(given.value, 0 if given.case_sensitive else re.IGNORECASE)
    except re.error:
        raise Refusal(f"Invalid regular expression: {given.value}") from None
    find = pattern.fullmatch if whole else pattern.search
    return lambda value: find(str(value)) is not None


def _in_list(given: Any) -> Callable[[Value], bool]:
    if not given.values:
        raise Refusal("An InListFilter requires a non-empty list of values.")
    if given.case_sensitive:
        wanted = frozenset(given.values)
        return lambda value: str(value) in wanted
    lowered = frozenset(value.lower() for value in given.values)
    return lambda value: str(value).lower() in lowered


def _numeric(given: Any) -> Callable[[Value], bool]:
    kind = given.DESCRIPTOR.fields_by_name["operation"].enum_type
    compare = _COMPARED.get(kind.values_by_number[given.operation].name)
    if compare is None:
        raise Refusal("A NumericFilter requires an operation.")
    other = _number(given.value)
    return lambda value: _is_number(value) and compare(float(value), other)


def _between(given: Any) -> Callable[[Value], bool]:
    low, high = _number(given.from_value), _number(given.to_value)
    return lambda value: _is_number(value) and low <= float(value) <= high


def _empty(_: Any) -> Callable[[Value], bool]:
    return lambda value: value in ("", NOT_SET)


def _number(value: Any) -> float:
    which = value.WhichOneof("one_value")
    if which is None:
        raise Refusal("A NumericValue requires int64Value or doubleValue.")
    return float(getattr(value, which))


def _is_number(value: Value) -> bool:
    return not isinstance(value, str) or value.isdecimal()


_TESTS: Final[dict[str, Callable[[Any], Callable[[Value], bool]]]] = {
    "string_filter": _string,
    "in_list_filter": _in_list,
    "numeric_filter": _numeric,
    "between_filter": _between,
    "empty_filter": _empty,
}
