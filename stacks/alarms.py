"""Every alarm of the product, as data: the guide's seven, translated to functions, and a few more.

Pure data: imports no CDK. A test compares each metric with what the code was seen to emit, and
each alarm with its heading in the runbook.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from stacks.environments import Environment
from stacks.functions import FUNCTIONS
from stacks.trail_patterns import TRAIL_NAMESPACE, TrailMetric
from wpp_mcp.observability import NAMESPACE, SERVICE, Metric

FINDINGS_QUEUE: Final = "findings-dead-letters"
RUNBOOK: Final = "docs/runbook.md"

_MINUTE: Final = 60
_FIVE_MINUTES: Final = 300
_HOUR: Final = 3600
_MOST_AT_ONCE: Final = 1000
"""Product ceiling (product.md §11), and the quota of an account that has been raised to it."""

_FULL: Final = 0.8


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


def _hourly(
    name: str, metric: Metric, most: int, topic: Topic, severity: Severity, why: str
) -> AlarmSpec:
    return AlarmSpec(
        name=name,
        topic=topic,
        severity=severity,
        why=why,
        metrics={"m": ours(metric)},
        period=_HOUR,
        threshold=most,
    )


def _seen(name: str, metric: TrailMetric, why: str) -> AlarmSpec:
    counted = Measured(namespace=TRAIL_NAMESPACE, name=metric.value, statistic="Sum")
    return AlarmSpec(
        name=name,
        topic=Topic.SECURITY,
        severity=Severity.P1,
        why=why,
        metrics={"m": counted},
        period=_FIVE_MINUTES,
        threshold=0,
    )


_SERVICE: Final = (
    AlarmSpec(
        name="errors",
        topic=Topic.ALARMS,
        severity=Severity.P0,
        why="More than 10 calls failed on our side in 5 minutes.",
        # An error of ours is seen twice: by API Gateway, and by us (also inside an MCP result,
        # which is a 200). The larger of the two counts is how many there were.
        metrics={
            "answered": of_api("5xx"),
            "served": ours(Metric.SERVER_ERRORS),
            "crashed": of_functions("Errors"),
        },
        expressions={
            "inside": "SUM([served, crashed])",
            "errors": "MAX([answered, inside])",
        },
        period=_FIVE_MINUTES,
        threshold=10,
    ),
    AlarmSpec(
        name="latency",
        topic=Topic.ALARMS,
        severity=Severity.P2,
        why="One call in a hundred takes longer than 5 seconds, for 15 minutes.",
        metrics={"m": of_api("Latency", "p99")},
        period=_FIVE_MINUTES,
        periods=3,
        threshold=5000,
    ),
    AlarmSpec(
        name="unhealthy",
        topic=Topic.ALARMS,
        severity=Severity.P0,
        why="The health probe did not find the service healthy for 3 minutes, or is silent.",
        metrics={"m": ours(Metric.HEALTH_PROBE, "Maximum")},
        period=_MINUTE,
        periods=3,
        threshold=1,
        above=False,
        missing=Missing.BAD,
    ),
    AlarmSpec(
        name="throttles",
        topic=Topic.ALARMS,
        severity=Severity.P1,
        why="Lambda turned calls away: no room for another function instance.",
        metrics={"m": of_functions("Throttles")},
        period=_FIVE_MINUTES,
        threshold=0,
    ),
    AlarmSpec(
        name="concurrency",
        topic=Topic.ALARMS,
        severity=Severity.P1,
        why="Functions run at over 80 % of the 1,000 that may run at once.",
        metrics={"m": of_functions("ConcurrentExecutions", "Maximum")},
        period=_FIVE_MINUTES,
        threshold=_MOST_AT_ONCE * _FULL,
    ),
)

_RULES: Final = (
    _hourly(
        "failed-authentication",
        Metric.AUTH_FAILURES,
        100,
        Topic.SECURITY,
        Severity.P1,
        "More than 100 calls of one hour had no valid token or key.",
    ),
    _hourly(
        "foreign-accounts",
        Metric.ACCOUNT_NOT_AUTHORIZED,
        10,
        Topic.SECURITY,
        Severity.P1,
        "More than 10 calls of one hour named an account that nobody granted.",
    ),
    _hourly(
        "budget-changes",
        Metric.BUDGET_CHANGES,
        50,
        Topic.ALARMS,
        Severity.P1,
        "update_budget was called more than 50 times in one hour: an automation gone wrong?",
    ),
    _hourly(
        "safety-limits",
        Metric.SAFETY_LIMIT_EXCEEDED,
        5,
        Topic.ALARMS,
        Severity.P2,
        "More than 5 changes of one hour went over a safety limit and were refused.",
    ),
    _hourly(
        "failed-approvals",
        Metric.FAILED_APPROVALS,
        5,
        Topic.SECURITY,
        Severity.P2,
        "More than 5 confirmations or approvals of one hour were not valid.",
    ),
    _hourly(
        "sealed-lists",
        Metric.SEALED_LIST_INVALID,
        5,
        Topic.SECURITY,
        Severity.P1,
        "More than 5 sealed account lists of one hour were not valid: tampering, or a wrong key.",
    ),
)

_TRAIL: Final = (
    _seen(
        "secret-reads",
        TrailMetric.SECRET_READS,
        "Somebody who is no function of ours read a secret.",
    ),
    _seen(
        "guards-weakened",
        TrailMetric.GUARDS_WEAKENED,
        "The trail, the threat detection or a key was switched off, changed or set to be deleted.",
    ),
    _seen("root-used", TrailMetric.ROOT_USED, "The account's root user did something."),
)

_FINDINGS: Final = AlarmSpec(
    name=FINDINGS_QUEUE,
    topic=Topic.SECURITY,
    severity=Severity.P2,
    why="A finding did not reach OMA.",
    metrics={
        "m": Measured(
            namespace="AWS/SQS",
            name="ApproximateNumberOfMessagesVisible",
            statistic="Maximum",
            dimensions={"QueueName": f"{{prefix}}{FINDINGS_QUEUE}"},
        )
    },
    period=_FIVE_MINUTES,
    threshold=0,
)


def alarms_of(environment: Environment) -> Iterator[AlarmSpec]:
    """Return the alarms that an environment has."""
    yield from (*_SERVICE, *_RULES, *_TRAIL)
    if environment.guard_duty:
        yield _FINDINGS
    if environment.reserved_concurrency:
        yield from _of_reservations()


def _of_reservations() -> Iterator[AlarmSpec]:
    for function, spec in FUNCTIONS.items():
        if spec.concurrency is None:
            continue
        name = function.value.replace("_", "-")
        yield AlarmSpec(
            name=f"concurrency-{name}",
            topic=Topic.ALARMS,
            severity=Severity.P1,
            why=f"{name} runs at over 80 % of the {spec.concurrency} that are reserved for it.",
            metrics={"m": of_functions("ConcurrentExecutions", "Maximum", name)},
            period=_FIVE_MINUTES,
            threshold=spec.concurrency * _FULL,
            heading="concurrency",
        )
