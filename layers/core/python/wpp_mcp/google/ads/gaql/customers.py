"""Which Google Ads customers a query names, however they are spelled."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from wpp_mcp.google.ads.gaql.ast import Condition, Literal, LiteralKind, Query

_ID: Final = re.compile(r"0*([1-9][0-9]{9}|0[0-9]{9})", re.ASCII)
_DASHED: Final = re.compile(r"[0-9]{3}-[0-9]{3}-[0-9]{4}(?![0-9])", re.ASCII)
_PATH: Final = re.compile(r"customers?\s*/\s*([0-9][0-9-]*)", re.ASCII)
_RUN: Final = re.compile(r"[0-9]+", re.ASCII)
# Marks of LIKE and REGEXP_MATCH that could split an id or a path without changing its meaning.
_MARKS: Final = str.maketrans("", "", "\\[](){}^$")
_ROUNDS: Final = 8
_CUSTOMER_FIELD: Final = re.compile(r"(?:.*[._])?customer(?:_id)?|customer\.(?:id|resource_name)")


def holds_customer(field: str) -> bool:
    """Tell whether the values of a field are customers: ids, or resource names of customers."""
    return _CUSTOMER_FIELD.fullmatch(field) is not None


def mentioned_customers(query: Query) -> frozenset[str]:
    """Return the ten-digit ids of every customer that a query names.

    Named are the values of fields that hold a customer, in any spelling, and whatever stands
    after ``customers/`` in any string: dashed, percent-encoded (also more than once), in odd
    letter case, with digits and slashes from outside ASCII, with invisible characters between.
    """
    return frozenset(
        found
        for condition in query.conditions
        for literal in condition.values
        for found in named_by(condition, literal)
    )


def named_by(condition: Condition, literal: Literal) -> Iterator[str]:
    """Yield the ids that one value of a condition names."""
    for text in _readings(literal.text):
        for match in _PATH.finditer(text):
            yield from _ids(match[1])
        if holds_customer(condition.field):
            yield from _ids(text.strip())


def plainly(condition: Condition, literal: Literal, customer_id: str) -> Literal | None:
    """Return a value of a customer field as Google spells it, or None for any other value.

    Taken are the id as a number or string, its dashed spelling as a string, and on fields that
    hold a resource name ``customers/`` and the id.
    """
    is_text = literal.kind is LiteralKind.STRING
    if condition.field == "customer.id" or condition.field.endswith("customer_id"):
        if is_text and literal.text == f"{customer_id[:3]}-{customer_id[3:6]}-{customer_id[6:]}":
            return Literal(LiteralKind.NUMBER, customer_id)
        is_plain = literal.kind is not LiteralKind.WORD and literal.text == customer_id
        return literal if is_plain else None
    return literal if is_text and literal.text == f"customers/{customer_id}" else None


def _ids(text: str) -> Iterator[str]:
    """Yield each ten-digit id that digits and dashes at the start of a text can mean."""
    run = _RUN.match(text)
    dashed = _DASHED.match(text)
    whole = text.replace("-", "")
    for spelling in (whole, run[0] if run else "", dashed[0] if dashed else ""):
        match = _ID.fullmatch(spelling.replace("-", ""))
        if match:
            yield match[1]


def _readings(text: str) -> Iterator[str]:
    """Yield a text as it is read plainly and after each round of percent-decoding."""
    for _ in range(_ROUNDS):
        yield _folded(text)
        decoded = unquote(text) if "%" in text else text
        if decoded == text:
            return
        text = decoded


def _folded(text: str) -> str:
    """Return a text in plain letters and digits: compatibility forms, case and marks undone."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_MARKS)
    return "".join(_character(c) for c in plain if unicodedata.category(c) not in {"Cf", "Mn"})


def _character(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    return "-" if unicodedata.category(character) == "Pd" else character
