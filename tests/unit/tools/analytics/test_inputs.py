from typing import Any

import pytest

from wpp_mcp.errors import WppError
from wpp_mcp.tools.analytics.get_realtime_users import RealtimeUsers
from wpp_mcp.tools.analytics.inputs import MAX_CONDITIONS, MAX_DEPTH, question_of
from wpp_mcp.tools.analytics.run_analytics_report import AnalyticsReport
from wpp_mcp.tools.inputs import parsed

PLAIN = {"filter": {"fieldName": "country", "stringFilter": {"value": "France"}}}
LEAST = {"propertyId": "300000001", "metrics": ["sessions"]}


def report(**given: Any) -> AnalyticsReport:
    return parsed(AnalyticsReport, {**LEAST, **given})


def problem(**given: Any) -> list[str]:
    with pytest.raises(WppError) as caught:
        report(**given)
    return [f"{d['field']}: {d['problem']}" for d in caught.value.details]


def nested(depth: int) -> dict[str, Any]:
    expression: dict[str, Any] = PLAIN
    for _ in range(depth - 1):
        expression = {"notExpression": expression}
    return expression


def test_a_filter_in_googles_form_becomes_googles_question() -> None:
    value = {"int64Value": "10"}
    given = {
        "andGroup": {
            "expressions": [
                PLAIN,
                {"not_expression": {"filter": {"fieldName": "city", "emptyFilter": {}}}},
                {
                    "filter": {
                        "fieldName": "hour",
                        "betweenFilter": {"fromValue": {"doubleValue": 1.5}, "toValue": value},
                    }
                },
                {
                    "filter": {
                        "fieldName": "day",
                        "numericFilter": {"operation": "EQUAL", "value": value},
                    }
                },
                {"filter": {"fieldName": "day", "inListFilter": {"values": ["01"]}}},
            ]
        }
    }

    assert question_of(report(dimensionFilter=given).dimension_filter) == {
        "and_group": {
            "expressions": [
                {
                    "filter": {
                        "field_name": "country",
                        "string_filter": {
                            "match_type": "EXACT",
                            "value": "France",
                            "case_sensitive": False,
                        },
                    }
                },
                {"not_expression": {"filter": {"field_name": "city", "empty_filter": {}}}},
                {
                    "filter": {
                        "field_name": "hour",
                        "between_filter": {
                            "from_value": {"double_value": 1.5},
                            "to_value": {"int64_value": 10},
                        },
                    }
                },
                {
                    "filter": {
                        "field_name": "day",
                        "numeric_filter": {"operation": "EQUAL", "value": {"int64_value": 10}},
                    }
                },
                {
                    "filter": {
                        "field_name": "day",
                        "in_list_filter": {"values": ["01"], "case_sensitive": False},
                    }
                },
            ]
        }
    }


def test_filters_have_a_depth_and_a_size() -> None:
    group = {"orGroup": {"expressions": [PLAIN] * MAX_CONDITIONS}}
    report(dimensionFilter=nested(MAX_DEPTH))
    report(dimensionFilter=group)

    assert "nested deeper" in problem(dimensionFilter=nested(MAX_DEPTH + 1))[0]
    two = {"andGroup": {"expressions": [group, PLAIN]}}
    assert "more than 50 conditions" in problem(dimensionFilter=two)[0]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"dimensionFilter": {}}, "give one of filter"),
        ({"dimensionFilter": {**PLAIN, "notExpression": PLAIN}}, "give one of filter"),
        ({"dimensionFilter": {"andGroup": {"expressions": []}}}, "at least 1"),
        ({"dimensionFilter": {"filter": {"fieldName": "a"}}}, "one of the filters"),
        ({"dimensionFilter": {"filter": {"fieldName": "a b", "emptyFilter": {}}}}, "pattern"),
        (
            {"dimensionFilter": {"filter": {"fieldName": "a", "emptyFilter": {}, "x": 1}}},
            "there is no such parameter",
        ),
        (
            {"metricFilter": {"filter": {"fieldName": "a", "betweenFilter": {"fromValue": {}}}}},
            "give int64Value or doubleValue",
        ),
        ({"dateRanges": [{"startDate": "2026-02-30", "endDate": "today"}]}, "no such day"),
        (
            {"dateRanges": [{"startDate": "2026-02-03", "endDate": "2026-02-01"}]},
            "endDate is before startDate",
        ),
        ({"dateRanges": [{"startDate": "last week", "endDate": "today"}]}, "pattern"),
        ({"dateRanges": [{"startDate": "٣daysAgo", "endDate": "today"}]}, "pattern"),
        (
            {"dateRanges": [{"startDate": "today", "endDate": "today", "name": "RESERVED_x"}]},
            "does not begin",
        ),
        ({"dateRanges": [{"startDate": "today", "endDate": "today"}] * 5}, "at most 4"),
        ({"metrics": []}, "at least 1"),
        ({"metrics": ["a"] * 11}, "at most 10"),
        ({"dimensions": ["a"] * 10}, "at most 9"),
        ({"limit": 10_001}, "less than or equal to 10000"),
        ({"limit": "5"}, "valid integer"),
        ({"offset": -1}, "greater than or equal to 0"),
        ({"currencyCode": "usd"}, "pattern"),
        ({"orderBys": [{}]}, "give metric or dimension"),
    ],
)
def test_what_is_not_valid_is_named(given: dict[str, Any], said: str) -> None:
    assert said in " ".join(problem(**given))


def test_numbers_are_exact_and_in_bounds() -> None:
    def metric(value: dict[str, Any]) -> dict[str, Any]:
        numeric = {"operation": "EQUAL", "value": value}
        return {"filter": {"fieldName": "sessions", "numericFilter": numeric}}

    report(metricFilter=metric({"int64Value": -5}))
    for wrong in ({"int64Value": "1e3"}, {"int64Value": 2**63}, {"doubleValue": 1e300}, {}):
        assert problem(metricFilter=metric(wrong))
    assert problem(metricFilter=metric({"int64Value": 1, "doubleValue": 1}))


def test_minutes_run_from_the_older_to_the_newer() -> None:
    with pytest.raises(WppError, match="minuteRanges"):
        parsed(
            RealtimeUsers,
            {
                "propertyId": "300000001",
                "minuteRanges": [{"startMinutesAgo": 1, "endMinutesAgo": 5}],
            },
        )
