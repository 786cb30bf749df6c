"""What sees that something is wrong, and says so: alarms, dashboard, trail, threats, budget."""

from typing import Final

from aws_cdk import CfnOutput
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from stacks import queries
from stacks.alarm_specs import AlarmSpec, Severity, Topic
from stacks.alarms import alarms_of
from stacks.base import WppStack
from stacks.constructs.function import WppFunction, camel
from stacks.constructs.metrics import MetricMaker
from stacks.dashboard import Dashboard
from stacks.environments import Environment
from stacks.permissions import KeyName
from stacks.platform import Platform
from stacks.threats import Threats
from stacks.topics import Topics
from stacks.trail import Trail
from wpp_mcp.functions import Function

_WITH_DASHBOARD: Final = frozenset({"staging", "prod"})
"""A dashboard costs $3 a month; in dev the saved queries have to do."""

_ABOVE: Final = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
_BELOW: Final = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
_NOTICES: Final = (("ACTUAL", 80), ("FORECASTED", 100))
"""Percent of the monthly budget that is an alarm."""


class ObservabilityStack(WppStack):
    """Alarms and what they are made of.

    Parameters
    ----------
    api_id
        The id of the HTTP API, whose metrics are watched.
    origin
        The public address of the product, without a slash at the end.

    Attributes
    ----------
    alarms
        By the name of their spec.
    """

    def __init__(self, scope: Construct, platform: Platform, *, api_id: str, origin: str) -> None:
        environment = platform.environment
        super().__init__(
            scope, environment, "observability", description="wpp-mcp: alarms, dashboard, trail"
        )
        self._platform = platform
        self._metrics = MetricMaker(environment, api_id)
        self._topics = Topics(self, environment, key=platform.keys[KeyName.DATA])
        self.alarms = {spec.name: self._alarm(spec) for spec in alarms_of(environment)}
        trail = Trail(self, environment, key=platform.keys[KeyName.LOGS])
        self._probe(f"{origin}/health")
        if environment.guard_duty:
            Threats(self, platform, self._topics)
        if environment.name in _WITH_DASHBOARD:
            Dashboard(self, environment, self._metrics)
        self._save_queries(trail.log_group.log_group_name)
        self._budget(environment)
        for topic, made in self._topics.by_name.items():
            CfnOutput(self, f"{topic.value.capitalize()}TopicArn", value=made.topic_arn)

    def _alarm(self, spec: AlarmSpec) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            camel(f"{spec.name}-alarm"),
            alarm_name=f"{self.environment_of.prefix}{spec.name}",
            alarm_description=spec.description,
            metric=self._metrics.watched(spec),
            threshold=spec.threshold,
            comparison_operator=_ABOVE if spec.above else _BELOW,
            evaluation_periods=spec.periods,
            datapoints_to_alarm=spec.periods,
            treat_missing_data=_missing(spec),
        )
        told = {spec.topic} | ({Topic.ALARMS} if spec.severity is Severity.P0 else set())
        for topic in sorted(told):
            action = actions.SnsAction(self._topics.by_name[topic])
            alarm.add_alarm_action(action)
            alarm.add_ok_action(action)
        return alarm

    def _probe(self, url: str) -> None:
        """Ask for health every minute; who does not answer is not asked again for that minute."""
        made = WppFunction(
            self, Function.HEALTH_PROBE, self._platform, variables={"WPP_HEALTH_URL": url}
        )
        name = f"{self.environment_of.prefix}health-probe"
        role = iam.Role(
            self,
            "ProbeSchedule",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            ),
            description="wpp-mcp: starts the health probe",
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["lambda:InvokeFunction"], resources=[made.function.function_arn]
            )
        )
        scheduler.CfnSchedule(
            self,
            "EveryMinute",
            name=name,
            description="wpp-mcp: health, seen from outside",
            schedule_expression="rate(1 minute)",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=made.function.function_arn,
                role_arn=role.role_arn,
                input='{"scheduledAt":"<aws.scheduler.scheduled-time>"}',
                # The next one comes in a minute; the alarm counts the silence.
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_retry_attempts=0, maximum_event_age_in_seconds=60
                ),
            ),
        ).node.add_dependency(role)

    def _save_queries(self, trail: str) -> None:
        functions = queries.log_groups(self.environment_of)
        for name, saved in queries.SAVED.items():
            logs.CfnQueryDefinition(
                self,
                camel(f"{name}-query"),
                name=f"{self.environment_of.prefix}{name}",
                query_string=saved.text,
                log_group_names=[trail] if saved.trail else functions,
            )

    def _budget(self, environment: Environment) -> None:
        topic = self._topics.by_name[Topic.ALARMS]
        property_of = budgets.CfnBudget
        budgets.CfnBudget(
            self,
            "Budget",
            budget=property_of.BudgetDataProperty(
                budget_name=f"{environment.prefix}monthly",
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=property_of.SpendProperty(
                    amount=environment.monthly_budget_usd, unit="USD"
                ),
            ),
            notifications_with_subscribers=[
                property_of.NotificationWithSubscribersProperty(
                    notification=property_of.NotificationProperty(
                        notification_type=kind,
                        comparison_operator="GREATER_THAN",
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[
                        property_of.SubscriberProperty(
                            subscription_type="SNS", address=topic.topic_arn
                        )
                    ],
                )
                for kind, percent in _NOTICES
            ],
        ).node.add_dependency(topic)


def _missing(spec: AlarmSpec) -> cloudwatch.TreatMissingData:
    known = cloudwatch.TreatMissingData
    return {"notBreaching": known.NOT_BREACHING, "breaching": known.BREACHING}[spec.missing.value]
