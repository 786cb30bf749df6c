"""The parts of one GAQL query, as the parser gives them and the renderer takes them."""

from dataclasses import dataclass
from enum import StrEnum


class Operator(StrEnum):
    """The operators of a GAQL condition, in their canonical spelling."""

    EQUALS = "="
    NOT_EQUALS = "!="
    GREATER = ">"
    GREATER_EQUALS = ">="
    LESS = "<"
    LESS_EQUALS = "<="
    IN = "IN"
    NOT_IN = "NOT IN"
    LIKE = "LIKE"
    NOT_LIKE = "NOT LIKE"
    CONTAINS_ANY = "CONTAINS ANY"
    CONTAINS_ALL = "CONTAINS ALL"
    CONTAINS_NONE = "CONTAINS NONE"
    IS_NULL = "IS NULL"
    IS_NOT_NULL = "IS NOT NULL"
    DURING = "DURING"
    BETWEEN = "BETWEEN"
    REGEXP_MATCH = "REGEXP_MATCH"
    NOT_REGEXP_MATCH = "NOT REGEXP_MATCH"


class LiteralKind(StrEnum):
    """How a literal is written: quoted text, a number, or a bare word (enum, date function)."""

    STRING = "string"
    NUMBER = "number"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Literal:
    """One literal; ``text`` is the value itself, unquoted and unescaped."""

    kind: LiteralKind
    text: str


@dataclass(frozen=True, slots=True)
class Condition:
    """``field operator values``: none for IS [NOT] NULL, two for BETWEEN, some for IN."""

    field: str
    operator: Operator
    values: tuple[Literal, ...] = ()


@dataclass(frozen=True, slots=True)
class Ordering:
    """One part of ORDER BY."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """One SELECT. ``parameters`` are (name, word) pairs of the PARAMETERS clause."""

    fields: tuple[str, ...]
    resource: str
    conditions: tuple[Condition, ...] = ()
    orderings: tuple[Ordering, ...] = ()
    limit: int | None = None
    parameters: tuple[tuple[str, str], ...] = ()
