"""What is told of scheduled jobs: that one failed, did not run, or found something broken."""

from typing import Final, cast

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.constructs.function import WppFunction, camel
from stacks.environments import Environment
from wpp_mcp.jobs.registry import Job
from wpp_mcp.observability import NAMESPACE, SERVICE, Metric

ALARMS: Final = "alarms"
SECURITY: Final = "security"
"""The topics, by their name behind the prefix; they are named, not referred to, since their stack
comes later."""

_NOTICED: Final = Duration.minutes(5)
_HOUR: Final = Duration.hours(1)
_BELOW: Final = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
_FROM: Final = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
_BREACHING: Final = cloudwatch.TreatMissingData.BREACHING
_NOT_BREACHING: Final = cloudwatch.TreatMissingData.NOT_BREACHING


class JobAlarms(Construct):
    """Alarms of jobs.

    Attributes
    ----------
    alarms
        All that were made.
    """

    def __init__(self, scope: Construct, construct_id: str, environment: Environment) -> None:
        super().__init__(scope, construct_id)
        self._environment = environment
        self.alarms: list[cloudwatch.Alarm] = []

    def dead_letters(self, queue: sqs.IQueue) -> None:
        """Tell when an event lies in the queue."""
        self._add(
            "job-dead-letters",
            "An event of a scheduled job lies in the dead-letter queue: it was not run, or failed.",
            namespace="AWS/SQS",
            metric="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": queue.queue_name},
            statistic="Maximum",
        )

    def failures(self, function: WppFunction) -> None:
        """Tell when a run of a function fails, also where the next try goes well."""
        name = function.spec.function.value.replace("_", "-")
        self._add(
            f"job-errors-{name}",
            f"A run of {name} failed; its log says which job and why.",
            namespace="AWS/Lambda",
            metric="Errors",
            dimensions={"FunctionName": function.physical_name},
        )

    def overdue(self, job: Job) -> None:
        """Tell when a job has not gone well for too long: not started, or failed each time."""
        self._add(
            f"job-overdue-{job.name.value}",
            f"{job.name.value} has not gone well for {job.overdue_hours} hours.",
            namespace=NAMESPACE,
            metric=Metric.JOBS_DONE.value,
            dimensions={**self._ours, "job": job.name.value},
            periods=job.overdue_hours,
            lacking=True,
        )

    def broken_chain(self) -> None:
        """Tell when the verification finds that the audit is not what was written."""
        self._add(
            "audit-chain-broken",
            "The audit log is not what was written; the security log says where.",
            namespace=NAMESPACE,
            metric=Metric.AUDIT_BROKEN.value,
            dimensions=self._ours,
            topics=(ALARMS, SECURITY),
        )

    @property
    def _ours(self) -> dict[str, str]:
        return {"service": SERVICE, "environment": self._environment.name}

    def _add(
        self,
        name: str,
        says: str,
        *,
        namespace: str,
        metric: str,
        dimensions: dict[str, str],
        statistic: str = "Sum",
        periods: int = 1,
        lacking: bool = False,
        topics: tuple[str, ...] = (ALARMS,),
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            camel(name),
            alarm_name=f"{self._environment.prefix}{name}",
            alarm_description=says,
            metric=cloudwatch.Metric(
                namespace=namespace,
                metric_name=metric,
                dimensions_map=dimensions,
                statistic=statistic,
                period=_HOUR if lacking else _NOTICED,
            ),
            evaluation_periods=periods,
            threshold=1,
            comparison_operator=_BELOW if lacking else _FROM,
            treat_missing_data=_BREACHING if lacking else _NOT_BREACHING,
        )
        for topic in topics:
            action = actions.SnsAction(self._topic(topic))
            alarm.add_alarm_action(action)
            alarm.add_ok_action(action)
        self.alarms.append(alarm)

    def _topic(self, name: str) -> sns.ITopic:
        found = self.node.try_find_child(name)
        if found is not None:
            return cast("sns.ITopic", found)
        stack = Stack.of(self)
        topic = f"{self._environment.prefix}{name}"
        arn = f"arn:{stack.partition}:sns:{stack.region}:{stack.account}:{topic}"
        return sns.Topic.from_topic_arn(self, name, arn)
