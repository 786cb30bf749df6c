"""From the separate parameters of a tool call to one query."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from wpp_mcp.google.ads.gaql import grammar
from wpp_mcp.google.ads.gaql.ast import Query
from wpp_mcp.google.ads.gaql.parser import GaqlSyntaxError, condition_of, ordering_of, tree_of

if TYPE_CHECKING:
    from lark import Token, Tree

_Part = TypeVar("_Part")


def from_parts(
    fields: Sequence[str],
    resource: str,
    conditions: Sequence[str] = (),
    orderings: Sequence[str] = (),
    limit: int | None = None,
) -> Query:
    """Return the query that separate parameters describe.

    Each part is read by itself, as exactly one field, condition or ordering and nothing else, so
    that none can bring along a second condition, another resource or a clause.

    Parameters
    ----------
    fields
        Field names, at least one.
    resource
        The name after FROM.
    conditions
        Texts like ``campaign.status = 'ENABLED'``, all of which have to hold.
    orderings
        Texts like ``metrics.clicks DESC``.
    limit
        Taken as it is; `govern` checks its range.

    Raises
    ------
    GaqlSyntaxError
        Its message begins with the part that is wrong, for example ``conditions[1]``.
    """
    _bound(fields, grammar.MAX_FIELDS, "fields")
    _bound(conditions, grammar.MAX_CONDITIONS, "conditions")
    _bound(orderings, grammar.MAX_ORDERINGS, "orderings")
    if not fields:
        raise GaqlSyntaxError("Expected at least one field", "", 1, "fields")
    if sum(map(len, (*fields, resource, *conditions, *orderings))) > grammar.MAX_TEXT:
        raise GaqlSyntaxError(
            f"More than {grammar.MAX_TEXT} characters altogether", "", 1, "parameters"
        )
    return Query(
        fields=_each(fields, "fields", "field", _name),
        resource=_read(resource, "resource", "resource", _name),
        conditions=_each(conditions, "conditions", "condition", condition_of),
        orderings=_each(orderings, "orderings", "ordering", lambda tree, _: ordering_of(tree)),
        limit=limit,
    )


def _each(
    texts: Sequence[str], what: str, start: str, build: "Callable[[Tree[Token], str], _Part]"
) -> tuple[_Part, ...]:
    return tuple(_read(text, f"{what}[{i}]", start, build) for i, text in enumerate(texts))


def _read(text: str, part: str, start: str, build: "Callable[[Tree[Token], str], _Part]") -> _Part:
    try:
        return build(tree_of(text, start), text)
    except GaqlSyntaxError as error:
        raise error.within(part) from None


def _name(tree: "Tree[Token]", _text: str) -> str:
    return str(tree.children[0])


def _bound(parts: Sequence[str], most: int, what: str) -> None:
    if len(parts) > most:
        raise GaqlSyntaxError(f"More than {most} {what}", "", 1, what)
