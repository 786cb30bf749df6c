"""Every alarm of the product, as data: the guide's seven, translated to functions, and a few more.

Pure data: imports no CDK. A test compares each metric with what the code was seen to emit, and
each alarm with its heading in the runbook.
"""

from collections.abc import Iterator
from typing import Final

from stacks.alarm_specs import (
    AlarmSpec,
    Measured,
    Missing,
    Severity,
    Topic,
    of_api,
    of_functions,
    ours,
)
from stacks.archive_alarms import ARCHIVE, TOKENS, TRUSTED
from stacks.environments import Edge, Environment
from stacks.functions import FUNCTIONS
from stacks.mail_alarms import MAIL
from stacks.trail_patterns import TRAIL_NAMESPACE, TrailMetric
from wpp_mcp.observability import Metric

FINDINGS_QUEUE: Final = "findings-dead-letters"

_MINUTE: Final = 60
_FIVE_MINUTES: Final = 300
_HOUR: Final = 3600
_MOST_AT_ONCE: Final = 1000
"""Product ceiling (product.md §11), and the quota of an account that has been raised to it."""

_FULL: Final = 0.8


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
    AlarmSpec(
        name="outcome-unknown",
        topic=Topic.ALARMS,
        severity=Severity.P1,
        why="A change was sent to Google, and what became of it is not known.",
        metrics={"m": ours(Metric.OUTCOME_UNKNOWN)},
        period=_FIVE_MINUTES,
        threshold=0,
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
    yield from (*_SERVICE, *_RULES, *_TRAIL, *ARCHIVE, TOKENS, *MAIL)
    if environment.edge is not Edge.NONE:
        yield TRUSTED
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
