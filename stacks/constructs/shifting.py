"""How a new version takes over: a tenth of the calls first, back at once where an alarm rings."""

from collections.abc import Iterable
from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.constructs.acknowledging import acknowledge
from stacks.environments import Environment

ALIAS: Final = "live"
"""The alias that calls go to."""

_MINUTE: Final = Duration.minutes(1)
_AT_LEAST: Final = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
_SLOW: Final = 0.5
"""A p99 of more than so much of its time-out, and a function is on its way to be cut off."""


class Shifts(Construct):
    """CodeDeploy for the functions of a stack.

    Parameters
    ----------
    also
        Alarms that stop every shift, beside those of the function itself.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        environment: Environment,
        *,
        also: Iterable[cloudwatch.Alarm],
    ) -> None:
        super().__init__(scope, construct_id)
        self._environment = environment
        self._also = tuple(also)
        name = f"{environment.prefix}functions"
        self._application = codedeploy.LambdaApplication(self, "Application", application_name=name)
        self._role = self._codedeploy_role()
        self._config = (
            codedeploy.LambdaDeploymentConfig.ALL_AT_ONCE
            if environment.name == "dev"
            else codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES
        )

    def shift(self, alias: lambda_.Alias, name: str, timeout: Duration) -> None:
        """Lead calls over to each new version of a function step by step.

        Parameters
        ----------
        name
            The function's physical name.
        timeout
            Its time-out.
        """
        stack = Stack.of(self)
        own = f"arn:{stack.partition}:lambda:{stack.region}:{stack.account}:function:{name}"
        self._role.add_to_policy(
            iam.PolicyStatement(actions=["lambda:GetAlias", "lambda:UpdateAlias"], resources=[own])
        )
        self._role.add_to_policy(
            # That is asked of an alias, which has an ARN of its own.
            iam.PolicyStatement(
                actions=["lambda:GetProvisionedConcurrencyConfig"], resources=[f"{own}:{ALIAS}"]
            )
        )
        group = codedeploy.LambdaDeploymentGroup(
            self,
            f"{name}Group",
            deployment_group_name=name,
            application=self._application,
            alias=alias,
            deployment_config=self._config,
            alarms=[*self._alarms(alias, name, timeout), *self._also],
            auto_rollback=codedeploy.AutoRollbackConfig(
                failed_deployment=True, stopped_deployment=True, deployment_in_alarm=True
            ),
            # CDK would add a managed policy, which is for every function of the account.
            role=self._role.without_policy_updates(),
        )
        group.node.add_dependency(self._role)

    def _codedeploy_role(self) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("codedeploy.amazonaws.com"),
            description="wpp-mcp: lead calls over to new versions of functions",
        )
        stack = Stack.of(self)
        alarms = f"arn:{stack.partition}:cloudwatch:{stack.region}:{stack.account}:alarm:*"
        role.add_to_policy(
            iam.PolicyStatement(actions=["cloudwatch:DescribeAlarms"], resources=[alarms])
        )
        acknowledge(
            role,
            f"AwsSolutions-IAM5[Resource::{alarms}]",
            "CodeDeploy asks for the states of alarms in one call, which IAM allows on all alarms"
            " of the account and region or not at all; it is a read of names and states",
        )
        return role

    def _alarms(
        self, alias: lambda_.Alias, name: str, timeout: Duration
    ) -> tuple[cloudwatch.Alarm, ...]:
        slow_ms = timeout.to_milliseconds() * _SLOW
        return (
            # The wrapper round each handler answers every error: this is a crash or a time-out.
            self._alarm(name, "errors", alias.metric_errors(period=_MINUTE), 1),
            self._alarm(
                name, "slow", alias.metric_duration(period=_MINUTE, statistic="p99"), slow_ms
            ),
        )

    def _alarm(
        self, name: str, what: str, metric: cloudwatch.Metric, threshold: float
    ) -> cloudwatch.Alarm:
        return cloudwatch.Alarm(
            self,
            f"{name}-{what}",
            alarm_name=f"{name}-{ALIAS}-{what}",
            alarm_description=f"Stops the shift to a new version of {name}, and leads calls back",
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=_AT_LEAST,
            # No calls, no reason to go back.
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
