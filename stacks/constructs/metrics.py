"""CloudWatch's metrics from data: of alarms and of the dashboard."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from stacks.alarm_specs import AlarmSpec, Measured
from stacks.environments import Environment


@dataclass(frozen=True, slots=True)
class MetricMaker:
    """Fills in what a metric's dimensions leave open: environment, API, prefix."""

    environment: Environment
    api_id: str

    def of(
        self, measured: Measured, period: int, label: str | None = None, region: str | None = None
    ) -> cloudwatch.Metric:
        """Return a metric; ``period`` in seconds."""
        places = {
            "environment": self.environment.name,
            "api": self.api_id,
            "prefix": self.environment.prefix,
        }
        return cloudwatch.Metric(
            namespace=measured.namespace,
            metric_name=measured.name,
            dimensions_map={n: v.format(**places) for n, v in measured.dimensions.items()},
            statistic=measured.statistic,
            period=Duration.seconds(period),
            label=label,
            region=region,
        )

    def math(
        self,
        expression: str,
        uses: Mapping[str, Measured],
        period: int,
        label: str,
        region: str | None = None,
    ) -> cloudwatch.MathExpression:
        """Return what an expression makes of metrics, by their ids."""
        return cloudwatch.MathExpression(
            expression=expression,
            using_metrics={n: self.of(m, period, None, region) for n, m in uses.items()},
            period=Duration.seconds(period),
            label=label,
            search_region=region,
        )

    def watched(self, spec: AlarmSpec) -> cloudwatch.IMetric:
        """Return what an alarm watches: its metric, or the last of its expressions."""
        known: dict[str, cloudwatch.IMetric] = {
            name: self.of(measured, spec.period) for name, measured in spec.metrics.items()
        }
        last = next(iter(known.values()))
        for name, expression in spec.expressions.items():
            used = {n: m for n, m in known.items() if n in expression}
            last = cloudwatch.MathExpression(
                expression=expression, using_metrics=used, period=Duration.seconds(spec.period)
            )
            known[name] = last
        return last
