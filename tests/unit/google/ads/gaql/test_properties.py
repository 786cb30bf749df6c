import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpp_mcp.errors import WppError
from wpp_mcp.google.ads.gaql import grammar
from wpp_mcp.google.ads.gaql.ast import (
    Condition,
    Literal,
    LiteralKind,
    Operator,
    Ordering,
    Query,
)
from wpp_mcp.google.ads.gaql.parser import GaqlSyntaxError, parse
from wpp_mcp.google.ads.gaql.render import render
from wpp_mcp.google.ads.gaql.rules import govern, mentioned_customers
from wpp_mcp.google.ads.gaql.structured import from_parts
from wpp_mcp.models.accounts import AccountRef, Api

LISTS = [
    Operator.IN,
    Operator.NOT_IN,
    Operator.CONTAINS_ANY,
    Operator.CONTAINS_ALL,
    Operator.CONTAINS_NONE,
]
NULLS = [Operator.IS_NULL, Operator.IS_NOT_NULL]
SINGLE = [o for o in Operator if o not in {*LISTS, *NULLS, Operator.BETWEEN}]

names = st.from_regex(grammar.IDENTIFIER, fullmatch=True)
fields = st.one_of(
    st.from_regex(grammar.FIELD, fullmatch=True),
    st.sampled_from(["customer.id", "campaign.resource_name", "campaign.name", "metrics.clicks"]),
)
words = st.from_regex(grammar.WORD, fullmatch=True)
hostile = st.lists(
    st.sampled_from(
        [
            "'", '"', "\\", "\\'", '\\"', " AND ", " LIMIT 1", "; SELECT ",
            " FROM customer_client", "customers/", "9876543210", "987-654-3210", "%2F", "%25", "é",
            "日", "\u200b", "\t", "--",
        ]
    ),
    max_size=8,
).map("".join)  # fmt: skip
strings = st.one_of(hostile, st.text(max_size=30)).filter(
    lambda text: not grammar.UNQUOTABLE.search(text)
)
literals = st.one_of(
    st.builds(Literal, st.just(LiteralKind.STRING), strings),
    st.builds(Literal, st.just(LiteralKind.NUMBER), st.from_regex(grammar.NUMBER, fullmatch=True)),
    st.builds(Literal, st.just(LiteralKind.WORD), words),
)
some = st.lists(literals, min_size=1, max_size=4).map(tuple)
conditions = st.one_of(
    st.builds(Condition, fields, st.sampled_from(SINGLE), st.tuples(literals)),
    st.builds(Condition, fields, st.sampled_from(LISTS), some),
    st.builds(Condition, fields, st.sampled_from(NULLS)),
    st.builds(Condition, fields, st.just(Operator.BETWEEN), st.tuples(literals, literals)),
)
queries = st.builds(
    Query,
    fields=st.lists(fields, min_size=1, max_size=4).map(tuple),
    resource=names,
    conditions=st.lists(conditions, max_size=4).map(tuple),
    orderings=st.lists(st.builds(Ordering, fields, st.booleans()), max_size=3).map(tuple),
    limit=st.one_of(st.none(), st.integers(1, grammar.MAX_LIMIT)),
    parameters=st.lists(st.tuples(names, words), max_size=2).map(tuple),
)
ACCOUNT = AccountRef(Api.GOOGLE_ADS, "1234567890")
# The first example builds the parser, on a machine that may be busy: no time limit per example.
steady = settings(deadline=None, database=None)


@steady
@given(queries)
def test_rendering_and_parsing_are_inverse(query):
    text = render(query)
    assert parse(text) == query
    assert render(parse(text)) == text


@steady
@given(queries)
def test_no_string_brings_a_clause_along(query):
    """Outside its strings, found by a reader of its own, the text has each clause once."""
    outside = re.sub(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", "?", render(query))
    assert "'" not in outside
    assert '"' not in outside
    assert outside.isascii()
    assert ";" not in outside
    for clause, held in [
        ("SELECT", 1),
        ("FROM", 1),
        ("WHERE", bool(query.conditions)),
        ("ORDER", bool(query.orderings)),
        ("LIMIT", query.limit is not None),
        ("PARAMETERS", bool(query.parameters)),
    ]:
        assert len(re.findall(rf"(?<![\w.]){clause}(?![\w.])", outside)) == held


@steady
@given(st.text())
def test_garbage_is_refused_in_one_way(text):
    with pytest.raises(GaqlSyntaxError) as caught:
        parse(text)
    assert len(str(caught.value)) < 300


@steady
@given(queries, st.data())
def test_mutated_text_is_read_or_refused_in_one_way(query, data):
    text = render(query)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 10)))
    mutated = text[:start] + data.draw(st.one_of(hostile, st.text(max_size=4))) + text[end:]
    try:
        read = parse(mutated)
    except GaqlSyntaxError:
        return
    assert parse(render(read)) == read


@steady
@given(hostile, hostile, hostile, hostile)
def test_garbage_in_parts_is_refused_in_one_way(field, resource, condition, ordering):
    for parts in (
        ([field], "c", [], []),
        (["a.b"], resource, [], []),
        (["a.b"], "c", [f"a.b = 1{condition}", condition], []),
        (["a.b"], "c", [], [ordering]),
    ):
        try:
            query = from_parts(*parts, None)
        except GaqlSyntaxError:
            continue
        assert len(query.conditions) == len(parts[2])


@steady
@given(queries)
def test_governing_is_idempotent_and_leaves_only_the_granted_customer(query):
    limits = {"default_limit": 100, "max_limit": grammar.MAX_LIMIT}
    try:
        once = govern(query, ACCOUNT, **limits)
    except WppError:
        return
    assert govern(once, ACCOUNT, **limits) == once
    assert once.limit is not None
    assert mentioned_customers(once) <= {ACCOUNT.account_id}
