import pytest

from wpp_mcp.google.ads.gaql.ast import (
    Condition,
    Literal,
    LiteralKind,
    Operator,
    Ordering,
    Query,
)
from wpp_mcp.google.ads.gaql.parser import parse
from wpp_mcp.google.ads.gaql.render import render


def with_value(kind, text, operator=Operator.EQUALS):
    values = (Literal(kind, text),)
    return Query(("a.b",), "c", (Condition("a.b", operator, values),))


def test_one_spelling():
    text = (
        "select a.b,c.d from c where a.b='x' and a.b in(1,\"y\") and a.b between 1 and 2 "
        "and a.b is not null order by a.b, c.d desc limit 7 parameters include_drafts=true"
    )
    assert render(parse(text)) == (
        "SELECT a.b, c.d FROM c WHERE a.b = 'x' AND a.b IN (1, 'y') AND a.b BETWEEN 1 AND 2 "
        "AND a.b IS NOT NULL ORDER BY a.b ASC, c.d DESC LIMIT 7 PARAMETERS include_drafts = true"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("x", "'x'"),
        ("it's", '"it\'s"'),
        ('say "x"', "'say \"x\"'"),
        ("'\"", "'\\'\"'"),
        ("end\\", "'end\\\\'"),
        ("\\'", '"\\\\\'"'),
        ("' OR customer.id = 1", '"\' OR customer.id = 1"'),
    ],
)
def test_strings_are_always_quoted(text, written):
    query = with_value(LiteralKind.STRING, text)
    assert render(query) == f"SELECT a.b FROM c WHERE a.b = {written}"
    assert parse(render(query)) == query


CONDITION = Condition("a.b", Operator.EQUALS, (Literal(LiteralKind.NUMBER, "1"),))


@pytest.mark.parametrize(
    "query",
    [
        Query((), "c"),
        Query(("a.b FROM d",), "c"),
        Query(("A",), "c"),
        Query(("a\n",), "c"),
        Query(("select",), "c"),
        Query(("a",), "c d"),
        Query(("a",), "c.d"),
        Query(("a",), "c", limit=0),
        Query(("a",), "c", limit=10**10),
        Query(("a",), "c", orderings=(Ordering("a LIMIT 5"),)),
        Query(("a",), "c", parameters=(("x y", "true"),)),
        Query(("a",), "c", parameters=(("x", "true, y = true"),)),
        with_value(LiteralKind.WORD, "ENABLED AND a = 1"),
        with_value(LiteralKind.WORD, "ENABLED\n"),
        with_value(LiteralKind.WORD, "limit"),
        with_value(LiteralKind.WORD, ""),
        with_value(LiteralKind.NUMBER, "1 AND"),
        with_value(LiteralKind.NUMBER, "NaN"),
        with_value(LiteralKind.NUMBER, "\u0661"),
        with_value(LiteralKind.STRING, "x\ny"),
        with_value(LiteralKind.STRING, "x\0"),
        with_value(LiteralKind.NUMBER, "1", Operator.IS_NULL),
        with_value(LiteralKind.NUMBER, "1", Operator.BETWEEN),
        Query(("a",), "c", (Condition("a", Operator.IN),)),
        Query(("a",), "c", (Condition("a", Operator.EQUALS),)),
        Query(("a",), "c", (Condition("a = 1 AND b", Operator.IS_NULL),)),
    ],
)
def test_parts_that_no_text_can_mean(query):
    with pytest.raises(ValueError, match=r"^(A|The|Not|IS|BETWEEN) "):
        render(query)
