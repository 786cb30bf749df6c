"""The scheduled jobs: EventBridge Scheduler, its functions, and who is told when one does not run.

Everything about a job comes from `wpp_mcp.jobs.registry`. Scheduler hands an event to Lambda and
is done; Lambda runs it later (docs/adr/0014-scheduled-jobs.md). So there are two places that try
again, one for what was not taken and one for what failed, and both end in one queue.
"""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.allowed_by_aws import DEAD_JOBS
from stacks.base import WppStack
from stacks.constructs.acknowledging import acknowledge
from stacks.constructs.function import WppFunction, camel
from stacks.constructs.job_alarms import JobAlarms
from stacks.constructs.roles import fill
from stacks.entry import EntryStack
from stacks.environments import Edge
from stacks.permissions import ARCHIVE, KeyName
from stacks.platform import Platform
from stacks.variables import variables_of
from wpp_mcp.functions import Function
from wpp_mcp.jobs.registry import JOBS, Job, jobs_of
from wpp_mcp.models import strict_json

_GROUP: Final = "jobs"
_KEPT: Final = Duration.days(14)
_LEAST_AGE_MINUTES: Final = 1
"""For how long Lambda keeps an event at least."""


class SchedulesStack(WppStack):
    """A schedule for each job, and the functions that are there for jobs alone.

    Attributes
    ----------
    functions
        By name. What runs a job and has a stack of its own is named by its ARN.
    alarms
        Everything that is told to the topic of alarms or of security.
    """

    def __init__(self, scope: Construct, platform: Platform, *, entry: EntryStack) -> None:
        environment = platform.environment
        super().__init__(scope, environment, "schedules", description="wpp-mcp: scheduled jobs")
        self._key = platform.keys[KeyName.DATA]
        self.dead_letters = self._queue()
        self.functions = {
            Function.AUDIT_JOBS: WppFunction(
                self,
                Function.AUDIT_JOBS,
                platform,
                variables={"WPP_ARCHIVE_BUCKET": self._archive()},
            ),
            Function.EXPORT_TABLES: WppFunction(
                self,
                Function.EXPORT_TABLES,
                platform,
                variables={
                    "WPP_ARCHIVE_BUCKET": self._archive(),
                    "WPP_ARCHIVE_KEY": self._key.key_arn,
                },
            ),
            Function.OPERATION_JOBS: WppFunction(
                self,
                Function.OPERATION_JOBS,
                platform,
                variables=variables_of(Function.OPERATION_JOBS, platform, entry),
            ),
            Function.JOBS: WppFunction(self, Function.JOBS, platform),
        }
        for function in self.functions.values():
            self._tries(function)
        self._schedules()
        told = JobAlarms(self, "Alarms", environment)
        told.dead_letters(self.dead_letters)
        for function in self.functions.values():
            told.failures(function)
        for job in JOBS.values():
            if self._runs(job) and job.function in self.functions:
                told.overdue(job)
        told.broken_chain()
        self.alarms = told.alarms

    def _queue(self) -> sqs.Queue:
        queue = sqs.Queue(
            self,
            "DeadLetters",
            queue_name=f"{self.environment_of.prefix}{DEAD_JOBS}",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=self._key,
            enforce_ssl=True,
            retention_period=_KEPT,
        )
        acknowledge(
            queue, "AwsSolutions-SQS3", "It is the dead-letter queue; an alarm tells what is in it"
        )
        return queue

    def _tries(self, function: WppFunction) -> None:
        """Say how often Lambda tries again what failed, and where it goes in the end."""
        jobs = [JOBS[name] for name in jobs_of(function.spec.function)]
        kept = max((job.keep_minutes for job in jobs), default=_LEAST_AGE_MINUTES)
        config = lambda_.CfnEventInvokeConfig(
            function,
            "Tries",
            function_name=function.function.function_name,
            qualifier="$LATEST",
            # What is not built fails again: one try is enough.
            maximum_retry_attempts=max((job.retries for job in jobs), default=0),
            maximum_event_age_in_seconds=60 * kept,
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
                on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(
                    destination=self.dead_letters.queue_arn
                )
            ),
        )
        # Lambda looks whether the role may send there.
        config.node.add_dependency(function.role)

    def _schedules(self) -> None:
        name = f"{self.environment_of.prefix}{_GROUP}"
        group = scheduler.CfnScheduleGroup(self, "Group", name=name)
        role = self._role(name)
        for job in JOBS.values():
            schedule = scheduler.CfnSchedule(
                self,
                camel(job.name.value),
                name=job.name.value,
                group_name=name,
                description=job.does,
                state="ENABLED" if self._runs(job) else "DISABLED",
                schedule_expression=job.schedule,
                schedule_expression_timezone="UTC",
                flexible_time_window=_window(job),
                kms_key_arn=self._key.key_arn,
                target=scheduler.CfnSchedule.TargetProperty(
                    arn=self._arn_of(job),
                    role_arn=role.role_arn,
                    input=strict_json.dumps(job.event),
                    dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(
                        arn=self.dead_letters.queue_arn
                    ),
                    retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                        maximum_retry_attempts=job.retries,
                        maximum_event_age_in_seconds=job.keep_minutes * 60,
                    ),
                ),
            )
            schedule.node.add_dependency(group, role)

    def _archive(self) -> str:
        return fill(ARCHIVE, self, self.environment_of)

    def _runs(self, job: Job) -> bool:
        has_edge = self.environment_of.edge is not Edge.NONE
        return job.built and (has_edge or not job.only_with_edge)

    def _arn_of(self, job: Job) -> str:
        # What does not run here is answered by the function that fails loudly.
        function = job.function if self._runs(job) else Function.JOBS
        if function in self.functions:
            return self.functions[function].function.function_arn
        name = f"{self.environment_of.prefix}{function.value.replace('_', '-')}"
        return f"arn:{self.partition}:lambda:{self.region}:{self.account}:function:{name}"

    def _role(self, group: str) -> iam.Role:
        scheduler_arn = f"arn:{self.partition}:scheduler:{self.region}:{self.account}"
        role = iam.Role(
            self,
            "SchedulerRole",
            # As Scheduler of this account, for this group: cross-service-confused-deputy.
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": self.account},
                    "ArnEquals": {"aws:SourceArn": f"{scheduler_arn}:schedule-group/{group}"},
                },
            ),
            description="wpp-mcp: starts scheduled jobs",
        )
        called = list(dict.fromkeys(self._arn_of(job) for job in JOBS.values()))
        role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=called))
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["sqs:SendMessage"], resources=[self.dead_letters.queue_arn]
            )
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[self._key.key_arn],
                conditions={"StringEquals": {"kms:ViaService": f"sqs.{self.region}.amazonaws.com"}},
            )
        )
        role.add_to_policy(
            # What a schedule sends is encrypted: scheduler/latest/UserGuide/encryption-rest.html.
            iam.PolicyStatement(
                actions=["kms:Decrypt"],
                resources=[self._key.key_arn],
                conditions={
                    "StringEquals": {
                        "kms:EncryptionContext:aws:scheduler:schedule:arn": [
                            f"{scheduler_arn}:schedule/{group}/{name.value}" for name in JOBS
                        ]
                    }
                },
            )
        )
        return role


def _window(job: Job) -> scheduler.CfnSchedule.FlexibleTimeWindowProperty:
    if not job.window_minutes:
        return scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF")
    return scheduler.CfnSchedule.FlexibleTimeWindowProperty(
        mode="FLEXIBLE", maximum_window_in_minutes=job.window_minutes
    )
