"""Alarms on the audit's way into the archive, and on who tries to get round what is checked.

Pure data: imports no CDK. `stacks.alarms` adds them to those of the service.
"""

from typing import Final

from stacks.alarm_specs import AlarmSpec, Measured, Severity, Topic, of_functions, ours
from stacks.allowed_by_aws import AUDIT_STREAM, REFUSED_QUEUE
from wpp_mcp.observability import Metric

_FIVE_MINUTES: Final = 300
_HOUR: Final = 3600
_HOUR_MS: Final = _HOUR * 1000


def _of_delivery(name: str, statistic: str) -> Measured:
    return Measured(
        namespace="AWS/Firehose",
        name=name,
        statistic=statistic,
        dimensions={"DeliveryStreamName": f"{{prefix}}{AUDIT_STREAM}"},
    )


ARCHIVE: Final = (
    AlarmSpec(
        name="audit-tampering",
        topic=Topic.SECURITY,
        severity=Severity.P0,
        why="An audit entry was changed or removed, which the product never does.",
        metrics={"m": ours(Metric.AUDIT_TAMPERING)},
        period=_FIVE_MINUTES,
        threshold=0,
    ),
    AlarmSpec(
        name="archive-refused",
        topic=Topic.SECURITY,
        severity=Severity.P1,
        why="What was written to the audit table was no entry of ours.",
        metrics={"m": ours(Metric.ARCHIVE_REFUSED)},
        period=_FIVE_MINUTES,
        threshold=0,
    ),
    AlarmSpec(
        name=REFUSED_QUEUE,
        topic=Topic.SECURITY,
        severity=Severity.P1,
        why="Something of the audit log lies aside and is not in the archive.",
        metrics={
            "m": Measured(
                namespace="AWS/SQS",
                name="ApproximateNumberOfMessagesVisible",
                statistic="Maximum",
                dimensions={"QueueName": f"{{prefix}}{REFUSED_QUEUE}"},
            )
        },
        period=_FIVE_MINUTES,
        threshold=0,
        heading="archive-refused",
    ),
    AlarmSpec(
        name="archive-behind",
        topic=Topic.ALARMS,
        severity=Severity.P1,
        why="The audit log's stream is over an hour behind; what is 24 hours old is lost to it.",
        metrics={"m": of_functions("IteratorAge", "Maximum", "archive-audit")},
        period=_FIVE_MINUTES,
        threshold=_HOUR_MS,
    ),
    AlarmSpec(
        name="archive-undelivered",
        topic=Topic.ALARMS,
        severity=Severity.P1,
        why="Firehose has held audit entries for over an hour.",
        metrics={"m": _of_delivery("DeliveryToS3.DataFreshness", "Maximum")},
        period=_FIVE_MINUTES,
        threshold=_HOUR,
        heading="archive-behind",
    ),
    AlarmSpec(
        name="archive-unreadable",
        topic=Topic.ALARMS,
        severity=Severity.P1,
        why="Firehose could not write audit entries as Parquet.",
        metrics={"m": _of_delivery("FailedConversion.Records", "Sum")},
        period=_FIVE_MINUTES,
        threshold=0,
        heading="archive-behind",
    ),
)

TOKENS: Final = AlarmSpec(
    name="refused-tokens",
    topic=Topic.SECURITY,
    severity=Severity.P2,
    why="More than 20 people of one hour signed in and got no token.",
    metrics={"m": ours(Metric.REFUSED_TOKENS)},
    period=_HOUR,
    threshold=20,
)

TRUSTED: Final = AlarmSpec(
    name="trusted-address-failures",
    topic=Topic.SECURITY,
    severity=Severity.P1,
    why="More than 20 made-up credentials of one hour came from OMA, whom nothing blocks.",
    metrics={"m": ours(Metric.TRUSTED_FAILURES)},
    period=_HOUR,
    threshold=20,
)
"""Only where there is an edge: elsewhere nothing counts it."""
