"""Alarms on mails: what nobody could send, what waits, what was refused.

Pure data: imports no CDK. `stacks.alarms` adds them to those of the service.
"""

from typing import Final

from stacks.alarm_specs import AlarmSpec, Measured, Severity, Topic, ours
from stacks.allowed_by_aws import DEAD_MAILS
from stacks.permissions import MAILS
from wpp_mcp.observability import Metric

_FIVE_MINUTES: Final = 300
_LONGEST_WAIT_SECONDS: Final = 900


def _of_queue(queue: str, metric: str) -> Measured:
    return Measured(
        namespace="AWS/SQS",
        name=metric,
        statistic="Maximum",
        dimensions={"QueueName": f"{{prefix}}{queue}"},
    )


MAIL: Final = (
    AlarmSpec(
        name=DEAD_MAILS,
        topic=Topic.ALARMS,
        severity=Severity.P2,
        why="A mail was given up after hours of trying, or is none of ours.",
        metrics={"m": _of_queue(DEAD_MAILS, "ApproximateNumberOfMessagesVisible")},
        period=_FIVE_MINUTES,
        threshold=0,
    ),
    AlarmSpec(
        name="mail-behind",
        topic=Topic.ALARMS,
        severity=Severity.P2,
        why="A mail has waited for over 15 minutes: approvals may be waiting for it.",
        metrics={"m": _of_queue(MAILS, "ApproximateAgeOfOldestMessage")},
        period=_FIVE_MINUTES,
        threshold=_LONGEST_WAIT_SECONDS,
    ),
    AlarmSpec(
        name="mails-not-sent",
        topic=Topic.ALARMS,
        severity=Severity.P2,
        why="SES refused a mail for good, or did not say whether it was sent.",
        metrics={"m": ours(Metric.MAILS_NOT_SENT)},
        period=_FIVE_MINUTES,
        threshold=0,
    ),
)
