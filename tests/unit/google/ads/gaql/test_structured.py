import pytest

from wpp_mcp.google.ads.gaql import grammar
from wpp_mcp.google.ads.gaql.parser import GaqlSyntaxError, parse
from wpp_mcp.google.ads.gaql.structured import from_parts


def test_parts_make_the_same_query_as_the_text():
    query = from_parts(
        ["campaign.id", " metrics.clicks "],
        "campaign",
        ["campaign.status = 'ENABLED'", "segments.date BETWEEN '2026-01-01' AND '2026-01-31'"],
        ["metrics.clicks desc", "campaign.id"],
        10,
    )
    assert query == parse(
        "SELECT campaign.id, metrics.clicks FROM campaign WHERE campaign.status = 'ENABLED' "
        "AND segments.date BETWEEN '2026-01-01' AND '2026-01-31' "
        "ORDER BY metrics.clicks DESC, campaign.id LIMIT 10"
    )


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ({"fields": ["a.b", "a.b, c.d"]}, "fields[1]"),
        ({"fields": ["a.b FROM customer_client"]}, "fields[0]"),
        ({"fields": ["SELECT"]}, "fields[0]"),
        ({"fields": [""]}, "fields[0]"),
        ({"fields": []}, "fields"),
        ({"resource": "campaign WHERE a.b = 1"}, "resource"),
        ({"resource": "campaign LIMIT 5"}, "resource"),
        ({"resource": "campaign.id"}, "resource"),
        ({"resource": ""}, "resource"),
        ({"conditions": ["a.b = 1", "a.b = 1 AND customer.id = 9876543210"]}, "conditions[1]"),
        ({"conditions": ["a.b = 1 ORDER BY a.b"]}, "conditions[0]"),
        ({"conditions": ["a.b = 1 LIMIT 100000"]}, "conditions[0]"),
        ({"conditions": ["a.b = 1 PARAMETERS include_drafts = true"]}, "conditions[0]"),
        ({"conditions": ["a.b = 'x' OR a.b = 'y'"]}, "conditions[0]"),
        ({"conditions": ["a.b = 'x", "' AND c.d = 'y'"]}, "conditions[0]"),
        ({"conditions": ["a.b IN (1", "2)"]}, "conditions[0]"),
        ({"conditions": [f"a.b IN ({','.join(['1'] * 1001)})"]}, "conditions[0]"),
        ({"orderings": ["a.b DESC, c.d"]}, "orderings[0]"),
        ({"orderings": ["a.b", "a.b LIMIT 5"]}, "orderings[1]"),
        ({"fields": ["a.b"] * (grammar.MAX_FIELDS + 1)}, "fields"),
        ({"conditions": ["a.b = 1"] * (grammar.MAX_CONDITIONS + 1)}, "conditions"),
        ({"orderings": ["a.b"] * (grammar.MAX_ORDERINGS + 1)}, "orderings"),
        ({"conditions": ["a.b = 1" + " " * 4_000] * 3}, "parameters"),
    ],
)
def test_no_part_brings_along_another(parts, named):
    arguments = {"fields": ["a.b"], "resource": "c", "conditions": [], "orderings": []} | parts
    with pytest.raises(GaqlSyntaxError) as caught:
        from_parts(**arguments, limit=None)
    assert str(caught.value).startswith(f"{named}: ")
    assert caught.value.part == named
