"""From the parts of a query to its one canonical text."""

from typing import Final

from wpp_mcp.google.ads.gaql import grammar
from wpp_mcp.google.ads.gaql.ast import Condition, Literal, LiteralKind, Operator, Query

_LISTS: Final = frozenset(
    {
        Operator.IN,
        Operator.NOT_IN,
        Operator.CONTAINS_ANY,
        Operator.CONTAINS_ALL,
        Operator.CONTAINS_NONE,
    }
)
_NULLS: Final = frozenset({Operator.IS_NULL, Operator.IS_NOT_NULL})


def render(query: Query) -> str:
    """Return the canonical text of a query; ``parse(render(query)) == query``.

    The product always sends this text to Google, never the caller's own, so that two parsers can
    never disagree about one query: what was checked is what is sent. Every name, number and word
    is matched against the grammar once more, so that parts put together by code can no more hold
    a second clause than parts that were read.

    A string stands in single quotes, or in double quotes where it holds single ones only, so that
    it needs a backslash before a quote only when it holds both kinds.

    Raises
    ------
    ValueError
        For parts that no text can mean: a name outside the grammar, a control character or a
        line break in a string, a list without values, a limit below 1.
    """
    if not query.fields:
        raise ValueError("A query has at least one field")
    clauses = [
        "SELECT " + ", ".join(map(_field, query.fields)),
        "FROM " + _identifier(query.resource),
    ]
    if query.conditions:
        clauses.append("WHERE " + " AND ".join(map(_condition, query.conditions)))
    if query.orderings:
        parts = (f"{_field(o.field)} {'DESC' if o.descending else 'ASC'}" for o in query.orderings)
        clauses.append("ORDER BY " + ", ".join(parts))
    if query.limit is not None:
        clauses.append(f"LIMIT {_limit(query.limit)}")
    if query.parameters:
        pairs = (f"{_identifier(name)} = {_word(word)}" for name, word in query.parameters)
        clauses.append("PARAMETERS " + ", ".join(pairs))
    return " ".join(clauses)


def _condition(condition: Condition) -> str:
    operator, values = condition.operator, [_literal(value) for value in condition.values]
    start = f"{_field(condition.field)} {operator.value}"
    if operator in _NULLS:
        _require(not values, "IS NULL takes no value")
        return start
    if operator in _LISTS:
        _require(bool(values), "A list has at least one value")
        return f"{start} ({', '.join(values)})"
    if operator is Operator.BETWEEN:
        _require(len(values) == len(("from", "to")), "BETWEEN takes two values")
        return f"{start} {values[0]} AND {values[1]}"
    _require(len(values) == 1, "The operator takes one value")
    return f"{start} {values[0]}"


def _literal(literal: Literal) -> str:
    if literal.kind is LiteralKind.STRING:
        return _quoted(literal.text)
    if literal.kind is LiteralKind.WORD:
        return _word(literal.text)
    _require(grammar.NUMBER.fullmatch(literal.text) is not None, "Not a number")
    return literal.text


def _quoted(text: str) -> str:
    _require(grammar.UNQUOTABLE.search(text) is None, "A control character in a string")
    quote = '"' if "'" in text and '"' not in text else "'"
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    return f"{quote}{escaped}{quote}"


def _field(name: str) -> str:
    _require(grammar.FIELD.fullmatch(name) is not None, "Not a field name")
    return name


def _identifier(name: str) -> str:
    _require(grammar.IDENTIFIER.fullmatch(name) is not None, "Not a name")
    return name


def _word(text: str) -> str:
    _require(grammar.WORD.fullmatch(text) is not None, "Not a word")
    return text


def _limit(limit: int) -> int:
    _require(1 <= limit <= grammar.MAX_LIMIT, "The limit is out of range")
    return limit


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001
    if not holds:
        raise ValueError(otherwise)
