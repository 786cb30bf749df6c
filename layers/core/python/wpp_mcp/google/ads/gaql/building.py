"""Queries put together by our own code: from parts, never from text."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from wpp_mcp.google.ads.gaql.ast import (
    Condition,
    Literal,
    LiteralKind,
    Operator,
    Ordering,
    Query,
)

_PATTERNS: Final = re.compile(r"[\[\]%_]")
"""What stands for something else in LIKE, unless in brackets."""
MAX_ROWS: Final = 10_000
"""Rows of one query at most: one page of Google's."""


def select(
    fields: Sequence[str],
    resource: str,
    conditions: Iterable[Condition] = (),
    order: Iterable[Ordering] = (),
) -> Query:
    """Return a query over as many rows as one page of Google's holds."""
    return Query(tuple(fields), resource, tuple(conditions), tuple(order), MAX_ROWS)


def one_of(field: str, values: Iterable[str], kind: LiteralKind) -> Condition:
    """Return ``field IN (…)``."""
    return Condition(field, Operator.IN, tuple(Literal(kind, value) for value in values))


def compared(field: str, operator: Operator, value: str, kind: LiteralKind) -> Condition:
    """Return ``field operator value``."""
    return Condition(field, operator, (Literal(kind, value),))


def any_case(field: str, text: str) -> Condition:
    """Return the condition that a text is this one, in whichever case.

    LIKE is the operator that does not look at it
    (https://developers.google.com/google-ads/api/docs/query/case-sensitivity).
    """
    literally = _PATTERNS.sub(r"[\g<0>]", text)
    return compared(field, Operator.LIKE, literally, LiteralKind.STRING)


def not_removed(field: str) -> Condition:
    """Return the condition that leaves removed things out."""
    return compared(field, Operator.NOT_EQUALS, "REMOVED", LiteralKind.WORD)


def between(first: str, last: str) -> Condition:
    """Return the condition on days, ISO 8601, both included; in the account's own time zone."""
    days = (Literal(LiteralKind.STRING, first), Literal(LiteralKind.STRING, last))
    return Condition("segments.date", Operator.BETWEEN, days)
