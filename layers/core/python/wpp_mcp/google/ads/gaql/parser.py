"""From GAQL text to its parts, with a grammar and bounds."""

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from wpp_mcp.google.ads.gaql import grammar
from wpp_mcp.google.ads.gaql.ast import (
    Condition,
    Literal,
    LiteralKind,
    Operator,
    Ordering,
    Query,
)

if TYPE_CHECKING:
    from lark import Lark, Token, Tree
    from lark.exceptions import UnexpectedInput

_STARTS: Final = ("query", "condition", "ordering", "field", "resource")
_KINDS: Final = {
    "STRING": LiteralKind.STRING,
    "NUMBER": LiteralKind.NUMBER,
    "WORD": LiteralKind.WORD,
}
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_NAMES: Final = {
    "FIELD": "a field name",
    "IDENTIFIER": "a name in lower case",
    "WORD": "a word",
    "NUMBER": "a number",
    "STRING": "a quoted string",
    "COUNT": "a whole number from 1",
    "COMPARISON": "a comparison",
    "COMMA": "','",
    "LPAR": "'('",
    "RPAR": "')'",
    "EQUAL": "'='",
    "$END": "the end",
}
_NEAR: Final = 30


class GaqlSyntaxError(ValueError):
    """A text is not GAQL, or not within the bounds.

    Parameters
    ----------
    problem
        What is wrong or was expected, in the product's words only.
    text
        The text that was read; the message repeats at most a few cleaned characters of it.
    position
        Where, counted in characters from 1.
    part
        Name of the parameter that was read, where it was not a whole query.
    """

    def __init__(self, problem: str, text: str, position: int, part: str = "") -> None:
        self.problem = problem
        self.position = position
        self.part = part
        self._text = text
        where = f"{part}: " if part else ""
        super().__init__(f"{where}{problem} at position {position}{_near(text, position)}")

    def within(self, part: str) -> "GaqlSyntaxError":
        """Return the same error, saying in which parameter it was found."""
        return GaqlSyntaxError(self.problem, self._text, self.position, part)


def parse(text: str) -> Query:
    """Return the parts of one GAQL query.

    Parameters
    ----------
    text
        The query, at most 10,000 characters. Keywords in any letter case; field names and the
        resource as Google spells them, in lower case.

    Raises
    ------
    GaqlSyntaxError
        For everything but exactly one well-formed SELECT within the bounds.
    """
    return _query(tree_of(text, "query"), text)


def condition_of(tree: "Tree[Token]", text: str) -> Condition:
    """Return one condition from its tree."""
    field, operation = _parts(tree)
    tokens = [token for token in _parts(operation) if token is not None]
    words = [str(token).upper() for token in tokens if token.type not in _KINDS]
    literals = [token for token in tokens if token.type in _KINDS]
    if len(literals) > grammar.MAX_LIST:
        beyond = _position(literals[grammar.MAX_LIST])
        raise GaqlSyntaxError(f"More than {grammar.MAX_LIST} values in a list", text, beyond)
    return Condition(str(field), Operator(" ".join(words)), tuple(map(_literal, literals)))


def ordering_of(tree: "Tree[Token]") -> Ordering:
    """Return one part of ORDER BY from its tree."""
    field, direction = _parts(tree)
    return Ordering(str(field), direction is not None and str(direction).upper() == "DESC")


def tree_of(text: str, start: str) -> "Tree[Token]":
    """Return the syntax tree of a text that has to be one whole ``start`` and nothing else.

    Raises
    ------
    GaqlSyntaxError
        When it is not, is too long, or holds characters that no query may hold.
    """
    if len(text) > grammar.MAX_TEXT:
        raise GaqlSyntaxError(f"More than {grammar.MAX_TEXT} characters", "", grammar.MAX_TEXT + 1)
    refused = grammar.REFUSED.search(text)
    if refused:
        raise GaqlSyntaxError("A control character is not allowed", text, refused.start() + 1)
    from lark.exceptions import UnexpectedInput

    try:
        return _parser().parse(text, start=start)
    except UnexpectedInput as error:
        raise _refusal(error, text) from None


@cache
def _parser() -> "Lark":
    """Return the one parser of the process; lark is loaded by the first query."""
    from lark import Lark

    return Lark(grammar.grammar(), parser="lalr", start=list(_STARTS), maybe_placeholders=True)


def _query(tree: "Tree[Token]", text: str) -> Query:
    fields, resource, where, order, limit, parameters = _parts(tree)
    conditions, orderings = _parts(where), _parts(order)
    _bound(_parts(fields), grammar.MAX_FIELDS, "fields", text)
    _bound(conditions, grammar.MAX_CONDITIONS, "conditions", text)
    _bound(orderings, grammar.MAX_ORDERINGS, "orderings", text)
    return Query(
        fields=tuple(map(str, _parts(fields))),
        resource=str(resource),
        conditions=tuple(condition_of(part, text) for part in conditions),
        orderings=tuple(map(ordering_of, orderings)),
        limit=int(_parts(limit)[0]) if limit is not None else None,
        parameters=tuple(_pair(part) for part in _parts(parameters)),
    )


def _pair(parameter: "Tree[Token]") -> tuple[str, str]:
    name, word = _parts(parameter)
    return str(name), str(word)


def _parts(tree: Any) -> list[Any]:
    """Return the children of a tree; none for a clause that is not there."""
    return [] if tree is None else list(tree.children)


def _bound(parts: list[Any], most: int, what: str, text: str) -> None:
    if len(parts) > most:
        raise GaqlSyntaxError(f"More than {most} {what}", text, _position(parts[most]))


def _position(part: Any) -> int:
    token = part if hasattr(part, "start_pos") else part.children[0]
    return int(token.start_pos) + 1


def _literal(token: "Token") -> Literal:
    text = str(token)
    if token.type == "STRING":
        text = _ESCAPE.sub(r"\1", text[1:-1])
    return Literal(_KINDS[token.type], text)


def _refusal(error: "UnexpectedInput", text: str) -> GaqlSyntaxError:
    names: set[str] = set()
    for attribute in ("accepts", "allowed", "expected"):
        names = set(getattr(error, attribute, None) or ())
        if names:
            break
    at_end = getattr(getattr(error, "token", None), "type", "") == "$END"
    offset = len(text) if at_end else max(getattr(error, "pos_in_stream", 0) or 0, 0)
    if text[offset : offset + 1] in {"'", '"'} and "STRING" in names:
        problem = "A string without its closing quote, or a backslash before a plain character,"
    else:
        readable = sorted(_NAMES.get(name, name.removeprefix("_")) for name in names)
        problem = "Expected " + " or ".join(readable) if readable else "Not GAQL"
    return GaqlSyntaxError(problem, text, offset + 1)


def _near(text: str, position: int) -> str:
    part = text[position - 1 : position - 1 + _NEAR]
    cleaned = "".join(c if c.isprintable() else " " for c in part).strip()
    return f", near {cleaned!r}" if cleaned else ""
