"""One way in and one way out for JSON, stricter than the standard library.

`json` takes NaN and Infinity, keeps the last of two equal keys and recurses as deep as it is
told to; each has been used to make two readers of one message disagree (facts.md, Strictness).
"""

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, Final

MAX_DEPTH: Final = 32
"""Deepest nesting of arrays and objects that `loads` accepts."""

MAX_NUMBER: Final = 40
"""Longest number literal, in characters."""


class StrictJsonError(ValueError):
    """The text is not strict JSON; the message says why and holds none of the content."""


def loads(text: str | bytes) -> Any:
    """Parse strict JSON (RFC 8259): no NaN or Infinity, no duplicate keys, bounded depth.

    Numbers with a fraction or exponent come as `Decimal`, whole ones as `int`.

    Raises
    ------
    StrictJsonError
        Anything else.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise StrictJsonError("not UTF-8") from error
    _check_depth(text)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=_decimal,
            parse_int=_integer,
        )
        # A lone surrogate (\ud800) parses, and fails wherever it is written next.
        json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
    except StrictJsonError:
        raise
    except (ValueError, RecursionError) as error:
        raise StrictJsonError("not JSON") from error
    return value


def dumps(value: Any) -> str:
    """Write compact JSON; a `Decimal` as a number, to its last digit.

    Raises
    ------
    ValueError
        NaN or Infinity.
    TypeError
        A type that has no JSON form.
    """
    return "".join(_written(value, ordered=False))


def plain(value: Any) -> Any:
    """Return the value with each `Decimal` as int or float, for writers other than `dumps`."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def canonical(value: Any) -> bytes:
    """Write one ASCII byte string for equal values: sorted keys, no blanks. For digests and MACs.

    A number has one form however it was written: ``1``, ``1.0`` and ``Decimal("1.00")`` are equal.
    """
    return "".join(_written(value, ordered=True)).encode("ascii")


def _written(value: Any, *, ordered: bool) -> Iterator[str]:
    """Yield the pieces of a value's JSON text.

    The standard writer knows `Decimal` only as a float or as text, which either loses digits or
    makes ``1.5`` and ``"1.5"`` the same.
    """
    if isinstance(value, dict):
        members = sorted(value.items()) if ordered else value.items()
        yield "{"
        for number, (name, inner) in enumerate(members):
            yield ("," if number else "") + json.dumps(str(name), ensure_ascii=ordered) + ":"
            yield from _written(inner, ordered=ordered)
        yield "}"
    elif isinstance(value, list | tuple):
        yield "["
        for number, inner in enumerate(value):
            yield "," if number else ""
            yield from _written(inner, ordered=ordered)
        yield "]"
    elif isinstance(value, float | Decimal):
        yield _number(value)
    else:
        yield json.dumps(value, ensure_ascii=ordered, default=_no_form)


def _number(value: float | Decimal) -> str:
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not exact.is_finite():
        raise ValueError("NaN and Infinity are not JSON")
    if exact == 0:
        return "0"
    # Not normalize(): that rounds to the context's 28 digits.
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _no_form(value: Any) -> Any:
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise StrictJsonError("duplicate key in an object")
        result[key] = value
    return result


def _no_constant(_: str) -> Any:
    raise StrictJsonError("NaN and Infinity are not JSON")


def _decimal(text: str) -> Decimal:
    if len(text) > MAX_NUMBER:
        raise StrictJsonError("a number is too long")
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise StrictJsonError("a number is too large or too fine") from None
    exponent = value.as_tuple().exponent
    # What is read can be written and read again: without an exponent it is as short.
    if not isinstance(exponent, int) or len(_number(value)) > MAX_NUMBER:
        raise StrictJsonError("a number is too large or too fine")
    return value


def _integer(text: str) -> int:
    if len(text) > MAX_NUMBER:
        raise StrictJsonError("a number is too long")
    return int(text)


def _check_depth(text: str) -> None:
    depth = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise StrictJsonError(f"nested deeper than {MAX_DEPTH}")
        elif character in "]}":
            depth -= 1
