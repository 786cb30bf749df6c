"""Alarms, dashboard and queries watch what the code emits, with the figures of the guide."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from stacks import queries
from stacks.alarms import alarms_of
from stacks.constructs.edge_logs import FIELDS
from stacks.environments import Edge
from tests.infrastructure.conftest import Synthesised
from tests.infrastructure.emitted import Lines, lines
from tests.infrastructure.observability_parts import PART, alarms
from wpp_mcp.observability import NAMESPACE, Metric

DAILY = {Metric.SECRET_AGE, Metric.JOBS_DONE, Metric.AUDIT_BROKEN}
"""Emitted by jobs of ours, in one hour of the day."""
ALARM_DOLLARS, METRIC_DOLLARS, DASHBOARD_DOLLARS = 0.10, 0.30, 3.00
AWS_DIMENSIONS = {
    "AWS/ApiGateway": {"ApiId"},
    "AWS/Lambda": {"FunctionName"},
    "AWS/SQS": {"QueueName"},
    "AWS/Firehose": {"DeliveryStreamName"},
    "AWS/Billing": {"Currency"},
}
"""By whom else metrics come from: the dimensions that we ask for. Of Lambda also without: all."""

NAMED = {
    "FunctionName": ("Lambda::Function", "FunctionName"),
    "QueueName": ("SQS::Queue", "QueueName"),
    "DeliveryStreamName": ("KinesisFirehose::DeliveryStream", "DeliveryStreamName"),
}
"""By dimension: the resources that it names, and where they say their name."""


@pytest.fixture(scope="session")
def emitted() -> Lines:
    return lines()


def measured(alarm: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Namespace, name and dimensions of what an alarm asks for."""
    asked = [m["MetricStat"]["Metric"] for m in alarm.get("Metrics", []) if "MetricStat" in m]
    for metric in asked or [alarm]:
        dimensions = {d["Name"]: d["Value"] for d in metric.get("Dimensions", [])}
        yield metric["Namespace"], metric["MetricName"], dimensions


def text(value: Any) -> str:
    """A joined text of a template, with a word for each reference."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        return "".join(map(text, value["Fn::Join"][1]))
    return "reference"


def board(synthesised: Synthesised) -> dict[str, Any] | None:
    found = list(synthesised.of_type("CloudWatch::Dashboard", PART).values())
    return json.loads(text(found[0]["DashboardBody"])) if found else None


def drawn(body: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Namespace, name and dimensions of what a dashboard draws."""
    for widget in body["widgets"]:
        for row in widget["properties"].get("metrics", []):
            if isinstance(row[0], str):
                plain = [part for part in row if isinstance(part, str)]
                names, values = plain[2::2], plain[3::2]
                yield plain[0], plain[1], dict(zip(names, values, strict=True))


# What is watched is what is emitted


def assert_emitted(
    synthesised: Synthesised, emitted: Lines, asked: tuple[str, str, dict[str, str]]
) -> None:
    namespace, name, dimensions = asked
    if namespace == NAMESPACE:
        series = emitted.series(synthesised.environment.name)
        assert (namespace, name, frozenset(dimensions.items())) in series
    elif namespace == "WppMcp/Trail":
        filters = synthesised.of_type("Logs::MetricFilter", PART).values()
        made = [t for f in filters for t in f["MetricTransformations"]]
        assert {"MetricNamespace": namespace, "MetricName": name, "MetricValue": "1"} in made
        assert dimensions == {}
    else:
        ways = [AWS_DIMENSIONS[namespace], *([set()] if namespace == "AWS/Lambda" else [])]
        assert set(dimensions) in ways
        for dimension in NAMED.keys() & dimensions.keys():
            kind, attribute = NAMED[dimension]
            made = [one.get(attribute) for one in synthesised.of_type(kind).values()]
            assert dimensions[dimension] in made, name


def test_every_alarm_asks_for_what_the_code_emits(synthesised: Synthesised, emitted: Lines) -> None:
    for alarm in alarms(synthesised).values():
        for asked in measured(alarm):
            assert_emitted(synthesised, emitted, asked)


def test_every_widget_draws_what_the_code_emits(synthesised: Synthesised, emitted: Lines) -> None:
    body = board(synthesised)
    for asked in drawn(body) if body else ():
        assert_emitted(synthesised, emitted, asked)


def test_the_code_emits_every_metric_that_it_declares(emitted: Lines) -> None:
    names = {name for _, name, _ in emitted.series("any")}
    assert names == {metric.value for metric in Metric}


OF_THE_TRAIL = {
    *("eventSource", "eventName", "userIdentity.arn", "sourceIPAddress", "errorCode"),
    "requestParameters.secretId",
}
WORDS = {
    *("filter", "and", "or", "in", "ispresent", "stats", "count", "by", "sort", "desc", "asc"),
    *("limit", "fields", "pct", "as", "like"),
}


def asked_fields(query: str) -> set[str]:
    """The fields that a query names, without what it makes itself."""
    query = re.sub(r"(?m)^#.*$", "", query)
    query = re.sub(r'"[^"]*"|/[^/]*/', "", query)
    made = set(re.findall(r"\bas (\w+)", query))
    words = set(re.findall(r"@?[A-Za-z_][\w.]*", query))
    return words - WORDS - made - {"@timestamp"}


@pytest.mark.parametrize("name", queries.SAVED)
def test_a_saved_query_asks_for_fields_that_are_written(name: str, emitted: Lines) -> None:
    saved = queries.SAVED[name]
    assert asked_fields(saved.text) <= (OF_THE_TRAIL if saved.trail else emitted.fields())


def test_the_dashboards_queries_ask_for_fields_that_are_written(emitted: Lines) -> None:
    own = (queries.TOP_TOOLS, queries.BY_USER, queries.PER_TOOL, queries.PER_USER)
    for query in (*own, queries.SAFETY_EVENTS):
        fields = asked_fields(query)
        assert fields
        assert fields <= emitted.fields()
    assert set(re.findall(r"`([^`]+)`", queries.COUNTRIES)) == {"c-country"} <= set(FIELDS)


def test_queries_read_the_log_groups_of_the_functions(synthesised: Synthesised) -> None:
    trail = f"/wpp-mcp/{synthesised.environment.name}/trail"
    groups = {g["LogGroupName"] for g in synthesised.of_type("Logs::LogGroup", PART).values()}
    assert trail in groups
    prefix = f"/aws/lambda/{synthesised.environment.prefix}"
    for saved in synthesised.of_type("Logs::QueryDefinition", PART).values():
        names = saved["LogGroupNames"]
        assert 0 < len(names) <= 50  # CloudWatch's own limit
        if "eventName" in saved["QueryString"]:
            assert ["Trail" in str(name) for name in names] == [True]
        else:
            assert all(name.startswith(prefix) for name in names)


# The guide's alarms and widgets

THE_GUIDES = {
    "errors": (10, 300),
    "latency": (5000, 300),
    "unhealthy": (1, 60),
    "failed-authentication": (100, 3600),
    "foreign-accounts": (10, 3600),
    "budget-changes": (50, 3600),
    "safety-limits": (5, 3600),
}


def test_the_guides_seven_alarms_are_there_with_its_figures(synthesised: Synthesised) -> None:
    found = alarms(synthesised)
    specs = {spec.name: spec for spec in alarms_of(synthesised.environment)}
    for name, (threshold, period) in THE_GUIDES.items():
        assert (found[name]["Threshold"], specs[name].period) == (threshold, period)
        direction = "LessThan" if name == "unhealthy" else "GreaterThan"
        assert found[name]["ComparisonOperator"] == f"{direction}Threshold"


def test_an_error_that_two_see_is_counted_once(synthesised: Synthesised) -> None:
    steps = {m["Id"]: m.get("Expression") for m in alarms(synthesised)["errors"]["Metrics"]}
    assert steps["inside"] == "SUM([served, crashed])"
    assert "MAX([answered, inside])" in steps.values()
    (watched,) = (m for m in alarms(synthesised)["errors"]["Metrics"] if m["ReturnData"])
    assert watched["Expression"] == "MAX([answered, inside])"


def test_silence_is_bad_only_where_something_always_reports(synthesised: Synthesised) -> None:
    bad = {n for n, a in alarms(synthesised).items() if a["TreatMissingData"] != "notBreaching"}
    assert bad == {"unhealthy"}
    assert alarms(synthesised)["unhealthy"]["TreatMissingData"] == "breaching"


TITLES = {
    *("Requests", "Errors (%)", "Response time (ms)", "Functions at once, throttles, health"),
    *("Top tools", "Operations by user", "Budget changes per hour", "Safety events"),
    *("Requests by country", "Cost (USD, estimated)"),
}
"""The guide's ten, translated."""


def test_the_guides_ten_widgets_are_on_the_dashboard(assemblies: dict[str, Synthesised]) -> None:
    for name, synthesised in assemblies.items():
        body = board(synthesised)
        if name == "dev":
            assert body is None
            continue
        assert body is not None
        titles = {widget["properties"]["title"] for widget in body["widgets"]}
        edge = synthesised.environment.edge is not Edge.NONE
        assert titles >= (TITLES if edge else TITLES - {"Requests by country"})
    (made,) = assemblies["prod"].of_type("CloudWatch::Dashboard", PART).values()
    assert made["DashboardName"] == "wpp-mcp-production"
