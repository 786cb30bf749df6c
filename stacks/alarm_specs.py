"""What an alarm is, as data: a metric, a threshold, whom it tells and how urgently.

Pure data: imports no CDK. The alarms themselves are in `stacks.alarms`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from wpp_mcp.observability import NAMESPACE, SERVICE, Metric

RUNBOOK: Final = "docs/runbook/alarms.md"


class Topic(StrEnum):
    """Where an alarm goes, by the name behind the environment's prefix."""

    ALARMS = "alarms"
    SECURITY = "security"


class Severity(StrEnum):
    """How fast somebody has to look; what a description begins with.

    P0 wakes somebody up where the environment has PagerDuty, P1 is for the same hour, P2 for the
    same working day.
    """

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"


class Missing(StrEnum):
    """What no data means, by CloudWatch's names."""

    FINE = "notBreaching"
    BAD = "breaching"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A metric and its statistic.

    Parameters
    ----------
    dimensions
        Values may hold ``{environment}``, ``{api}`` and ``{prefix}``.
    """

    namespace: str
    name: str
    statistic: str
    dimensions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSpec:
    """One alarm.

    Parameters
    ----------
    name
        Behind the environment's prefix.
    heading
        Its heading in the runbook, where that is not its name.
    why
        What it means, in one sentence, for the mail.
    metrics
        By the id that ``expression`` uses; without an expression exactly one.
    expression
        Further steps of metric math by id, the last of which is watched.
    threshold
        In the metric's own unit; crossed when the value is ``above`` it, else below it.
    periods
        So many periods of ``period`` seconds in a row.
    """

    name: str
    topic: Topic
    severity: Severity
    why: str
    metrics: Mapping[str, Measured]
    expressions: Mapping[str, str] = field(default_factory=dict)
    period: int
    threshold: float
    above: bool = True
    periods: int = 1
    missing: Missing = Missing.FINE
    heading: str = ""

    @property
    def anchor(self) -> str:
        """Its heading in the runbook."""
        return self.heading or self.name

    @property
    def description(self) -> str:
        """The text of the mail: how urgent, what, and where to read on."""
        return f"{self.severity.value}: {self.why} What to do: {RUNBOOK}#{self.anchor}"


def ours(metric: Metric, statistic: str = "Sum") -> Measured:
    """Return a metric that the code emits."""
    return Measured(
        namespace=NAMESPACE,
        name=metric.value,
        statistic=statistic,
        dimensions={"service": SERVICE, "environment": "{environment}"},
    )


def of_api(name: str, statistic: str = "Sum") -> Measured:
    """Return a metric of the HTTP API."""
    return Measured(
        namespace="AWS/ApiGateway",
        name=name,
        statistic=statistic,
        dimensions={"ApiId": "{api}"},
    )


def of_functions(name: str, statistic: str = "Sum", function: str | None = None) -> Measured:
    """Return a metric of one Lambda function, or of all in the account together."""
    dimensions = {"FunctionName": f"{{prefix}}{function}"} if function else {}
    return Measured(namespace="AWS/Lambda", name=name, statistic=statistic, dimensions=dimensions)
