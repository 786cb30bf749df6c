"""The dashboard: the guide's ten widgets, translated to functions, and percentiles per tool.

Refreshing every minute, and sharing, are settings of who looks at it (docs/infrastructure.md).
"""

from collections.abc import Sequence
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks import queries
from stacks.alarm_specs import Measured, of_api, of_functions, ours
from stacks.constructs.metrics import MetricMaker
from stacks.environments import Edge, Environment
from wpp_mcp.observability import Metric

_BILLING_REGION: Final = "us-east-1"
_EDGE_REGION: Final = "us-east-1"
_FULL: Final = 24
_HALF: Final = 12
_HEIGHT: Final = 6
_FIVE_MINUTES: Final = 300
_HOUR: Final = 3600
_DAY: Final = 86_400
_BILLING_PERIOD: Final = 21_600

_COST: Final = Measured(
    namespace="AWS/Billing",
    name="EstimatedCharges",
    statistic="Maximum",
    dimensions={"Currency": "USD"},
)

Graph = cloudwatch.GraphWidgetView


class Dashboard(Construct):
    """One dashboard of one environment."""

    def __init__(self, scope: Construct, environment: Environment, metrics: MetricMaker) -> None:
        super().__init__(scope, "Board")
        self._environment = environment
        self._metrics = metrics
        self._groups = queries.log_groups(environment)
        name = "production" if environment.is_prod else environment.name
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=f"wpp-mcp-{name}",
            default_interval=Duration.hours(24),
            widgets=[
                [self._volume(), self._error_rate()],
                [self._latency(), self._capacity()],
                [
                    self._table("Top tools", queries.TOP_TOOLS, _BAR),
                    self._table("Operations by user", queries.BY_USER, _PIE),
                ],
                [self._budgets(), self._refusals()],
                [self._table("Safety events", queries.SAFETY_EVENTS, width=_FULL)],
                [
                    self._table("Response times per tool (ms)", queries.PER_TOOL),
                    self._table("Response times per user (ms)", queries.PER_USER),
                ],
                [*self._countries(), self._cost()],
            ],
        )

    def _graph(
        self,
        title: str,
        left: Sequence[cloudwatch.IMetric],
        right: Sequence[cloudwatch.IMetric] = (),
        view: Graph = Graph.TIME_SERIES,
        *,
        stacked: bool = False,
    ) -> cloudwatch.IWidget:
        return cloudwatch.GraphWidget(
            title=title,
            left=list(left),
            right=list(right),
            view=view,
            stacked=stacked,
            width=_HALF,
            height=_HEIGHT,
        )

    def _one(
        self, measured: Measured, label: str, period: int = _FIVE_MINUTES
    ) -> cloudwatch.IMetric:
        return self._metrics.of(measured, period, label)

    def _volume(self) -> cloudwatch.IWidget:
        return self._graph(
            "Requests",
            [
                self._one(of_api("Count"), "requests"),
                self._one(ours(Metric.CALLS), "recorded calls"),
            ],
        )

    def _error_rate(self) -> cloudwatch.IWidget:
        return self._graph(
            "Errors (%)",
            [
                self._metrics.math(
                    "100 * failed / calls",
                    {"failed": ours(Metric.ERRORS), "calls": ours(Metric.CALLS)},
                    _FIVE_MINUTES,
                    "failed calls",
                ),
                self._metrics.math(
                    "100 * faults / requests",
                    {"faults": of_api("5xx"), "requests": of_api("Count")},
                    _FIVE_MINUTES,
                    "answers of 500 and more",
                ),
            ],
        )

    def _latency(self) -> cloudwatch.IWidget:
        every = ("p50", "p95", "p99")
        return self._graph(
            "Response time (ms)",
            [self._one(of_api("Latency", p), f"all requests {p}") for p in every],
            [self._one(ours(Metric.LATENCY, p), f"recorded calls {p}") for p in every],
        )

    def _capacity(self) -> cloudwatch.IWidget:
        return self._graph(
            "Functions at once, throttles, health",
            [
                self._one(of_functions("ConcurrentExecutions", "Maximum"), "at once"),
                self._one(of_functions("Throttles"), "throttled"),
                self._one(of_functions("Errors"), "crashed"),
            ],
            [self._one(ours(Metric.HEALTH_PROBE, "Minimum"), "healthy (1) or not (0)")],
        )

    def _budgets(self) -> cloudwatch.IWidget:
        changes = self._one(ours(Metric.BUDGET_CHANGES), "update_budget", _HOUR)
        return self._graph("Budget changes per hour", [changes], stacked=True)

    def _refusals(self) -> cloudwatch.IWidget:
        watched = (
            Metric.AUTH_FAILURES,
            Metric.ACCOUNT_NOT_AUTHORIZED,
            Metric.SEALED_LIST_INVALID,
            Metric.SAFETY_LIMIT_EXCEEDED,
            Metric.FAILED_APPROVALS,
            Metric.RATE_LIMITED,
        )
        shown = [self._one(ours(metric), metric.value, _HOUR) for metric in watched]
        return self._graph("Refusals per hour", shown, stacked=True)

    def _table(
        self,
        title: str,
        text: str,
        view: cloudwatch.LogQueryVisualizationType = cloudwatch.LogQueryVisualizationType.TABLE,
        *,
        width: int = _HALF,
    ) -> cloudwatch.IWidget:
        return cloudwatch.LogQueryWidget(
            title=title,
            log_group_names=self._groups,
            query_string=text,
            view=view,
            width=width,
            height=_HEIGHT,
        )

    def _countries(self) -> list[cloudwatch.IWidget]:
        if self._environment.edge is Edge.NONE:
            return []
        return [
            cloudwatch.LogQueryWidget(
                title="Requests by country",
                log_group_names=[queries.edge_log_group(self._environment)],
                query_string=queries.COUNTRIES,
                region=_EDGE_REGION,
                width=_HALF,
                height=_HEIGHT,
            )
        ]

    def _cost(self) -> cloudwatch.IWidget:
        charges = self._metrics.of(_COST, _BILLING_PERIOD, "this month so far", _BILLING_REGION)
        daily = self._metrics.math(
            "DIFF(charges)", {"charges": _COST}, _DAY, "per day", _BILLING_REGION
        )
        return self._graph("Cost (USD, estimated)", [charges], [daily])


_BAR: Final = cloudwatch.LogQueryVisualizationType.BAR
_PIE: Final = cloudwatch.LogQueryVisualizationType.PIE
