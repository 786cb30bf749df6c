"""The secrets, their rotation, and the alarms on those that nobody rotates.

Whatever differs between secrets is in `stacks.secret_specs`.
"""

from typing import Any, Final

from aws_cdk import CfnTag, Duration, RemovalPolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.base import WppStack
from stacks.constructs.acknowledging import acknowledge
from stacks.constructs.function import WppFunction, camel
from stacks.environments import Edge, Environment
from stacks.keys import key_alias_arn
from stacks.permissions import KeyName, Permission, Resource, may
from stacks.platform import Platform
from stacks.secret_specs import AGED, ROTATION_DAYS, SECRETS, Rotation, SecretSpec, Source
from wpp_mcp.functions import Function
from wpp_mcp.observability import NAMESPACE, SERVICE, Metric

LENGTH: Final = 44
"""Characters of a generated value, each one of 62: more than 256 bits."""

_HOUR: Final = "5"
"""UTC, of the daily look at the ages: before people begin to work."""


def distribution_parameter(environment: Environment) -> str:
    """Return the SSM parameter in which the edge's stack leaves the distribution's id.

    The edge comes after the secrets, whose value it sends: neither can refer to the other.
    """
    return f"/{environment.secret_prefix}distribution-id"


class SecretsStack(WppStack):
    """Every secret, the functions that rotate and watch them, and alarms.

    Attributes
    ----------
    secrets
        By their name behind the prefix.
    """

    def __init__(self, scope: Construct, environment: Environment, platform: Platform) -> None:
        super().__init__(
            scope, environment, "secrets", description="wpp-mcp: secrets and their rotation"
        )
        specs = [
            spec for spec in SECRETS.values() if environment.pager_duty or not spec.pager_duty_only
        ]
        self.secrets = {spec.name: self._secret(spec, platform) for spec in specs}
        self._rotation(platform, [s for s in specs if s.rotation is Rotation.AUTOMATIC])
        self._ages(platform)
        for spec in specs:
            if spec.max_age_days is not None:
                self._alarm(spec, spec.max_age_days)

    def _secret(self, spec: SecretSpec, platform: Platform) -> secretsmanager.CfnSecret:
        environment = self.environment_of
        # The L2 construct cannot make a secret without a value: it would generate one.
        secret = secretsmanager.CfnSecret(
            self,
            camel(spec.name),
            name=f"{environment.secret_prefix}{spec.name}",
            description=f"wpp-mcp: {spec.what}",
            kms_key_id=platform.keys[KeyName.SECRETS].key_arn,
            generate_secret_string=_generated() if spec.source is Source.GENERATED else None,
            replica_regions=self._replicas() if spec.in_standby else None,
            tags=[
                CfnTag(key="owner", value=spec.owner),
                CfnTag(key="rotation", value=spec.rotation.value),
            ],
        )
        keep = (
            RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
            if environment.is_prod
            else RemovalPolicy.DESTROY
        )
        secret.apply_removal_policy(keep)
        if spec.rotation is Rotation.BY_HAND:
            acknowledge(
                secret,
                "AwsSolutions-SMG4",
                f"{spec.owner} has to change it too: by hand, as docs/runbook/secrets.md says, with"
                " an alarm on its age",
            )
        return secret

    def _replicas(self) -> list[secretsmanager.CfnSecret.ReplicaRegionProperty] | None:
        region = self.environment_of.second_region
        if region is None:
            return None
        return [
            secretsmanager.CfnSecret.ReplicaRegionProperty(
                region=region, kms_key_id=key_alias_arn(self, KeyName.SECRETS, region)
            )
        ]

    def _rotation(self, platform: Platform, specs: list[SecretSpec]) -> None:
        environment = self.environment_of
        has_edge = environment.edge is not Edge.NONE
        parameter = distribution_parameter(environment)
        rotator = WppFunction(
            self,
            Function.ROTATE_SECRET,
            platform,
            variables={"WPP_DISTRIBUTION_PARAMETER": parameter} if has_edge else {},
            permissions=_of_edge(environment, parameter) if has_edge else (),
        )
        for spec in specs:
            # Secrets Manager, and for these secrets alone.
            allowed = lambda_.CfnPermission(
                self,
                f"{camel(spec.name)}MayRotate",
                action="lambda:InvokeFunction",
                function_name=rotator.function.function_arn,
                principal="secretsmanager.amazonaws.com",
                source_account=environment.account,
                source_arn=self.secrets[spec.name].ref,
            )
            schedule = secretsmanager.CfnRotationSchedule(
                self,
                f"{camel(spec.name)}Rotation",
                secret_id=self.secrets[spec.name].ref,
                rotation_lambda_arn=rotator.function.function_arn,
                rotation_rules=secretsmanager.CfnRotationSchedule.RotationRulesProperty(
                    automatically_after_days=ROTATION_DAYS
                ),
                # The first rotation makes a next value known, and changes nothing that is in use.
                rotate_immediately_on_update=True,
            )
            schedule.node.add_dependency(rotator.function, allowed)

    def _ages(self, platform: Platform) -> None:
        ages = WppFunction(
            self,
            Function.SECRET_AGES,
            platform,
            variables={"WPP_AGED_SECRETS": ",".join(sorted(AGED))},
        )
        events.Rule(
            self,
            "Daily",
            rule_name=f"{self.environment_of.prefix}secret-ages",
            description="wpp-mcp: how old secrets are",
            schedule=events.Schedule.cron(minute="0", hour=_HOUR),
            targets=[targets.LambdaFunction(ages.function, retry_attempts=2)],
        )
        self._tell(
            cloudwatch.Alarm(
                self,
                "AgesUnknown",
                alarm_name=f"{self.environment_of.prefix}secret-ages-unknown",
                alarm_description="how old secrets are is not known: see the log of the function",
                metric=ages.function.metric_errors(period=Duration.days(1)),
                threshold=1,
                evaluation_periods=1,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
        )

    def _alarm(self, spec: SecretSpec, days: int) -> None:
        environment = self.environment_of
        what = (
            "should have rotated by itself"
            if spec.rotation is Rotation.AUTOMATIC
            else "has to be changed by hand"
        )
        alarm = cloudwatch.Alarm(
            self,
            f"{camel(spec.name)}Age",
            alarm_name=f"{environment.prefix}secret-age-{spec.name}",
            alarm_description=f"{spec.name} is over {days} days old and {what}:"
            " docs/runbook/secrets.md",
            metric=cloudwatch.Metric(
                namespace=NAMESPACE,
                metric_name=Metric.SECRET_AGE.value,
                dimensions_map={
                    "service": SERVICE,
                    "environment": environment.name,
                    "secret": spec.name,
                },
                statistic="Maximum",
                period=Duration.days(1),
            ),
            threshold=days,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            # Two days: the daily run may fall a minute to either side of a day's border.
            evaluation_periods=2,
            treat_missing_data=cloudwatch.TreatMissingData.MISSING,
        )
        self._tell(alarm)

    def _tell(self, alarm: cloudwatch.Alarm) -> None:
        environment = self.environment_of
        topic = (
            f"arn:{self.partition}:sns:{self.region}:{self.account}:{environment.prefix}security"
        )
        found = self.node.try_find_child("Security") or sns.Topic.from_topic_arn(
            self, "Security", topic
        )
        alarm.add_alarm_action(actions.SnsAction(found))  # type: ignore[arg-type]  # it is a topic


def _generated() -> secretsmanager.CfnSecret.GenerateSecretStringProperty:
    """Return how a first value is made: JSON, as `wpp_mcp.secret_store` reads it."""
    return secretsmanager.CfnSecret.GenerateSecretStringProperty(
        secret_string_template="{}",  # noqa: S106 - holds nothing
        generate_string_key="current",
        password_length=LENGTH,
        exclude_punctuation=True,
        include_space=False,
    )


def _of_edge(environment: Environment, parameter: str) -> tuple[Permission, ...]:
    ours: dict[str, dict[str, Any]] = {
        "StringEquals": {
            "aws:ResourceTag/project": "wpp-mcp",
            "aws:ResourceTag/environment": environment.name,
        }
    }
    distribution = Resource(
        "arn:{partition}:cloudfront::{account}:distribution/*",
        why_wildcard="The distribution is made after the function, and CloudFront chooses its id;"
        " its tags narrow it to this environment's",
    )
    # CloudFront looks whether its caller may read the web ACL that a configuration names.
    firewall = Resource(
        "arn:{partition}:wafv2:us-east-1:{account}:global/webacl/{prefix}edge/*",
        why_wildcard="AWS WAF ends the ARN of a web ACL with an id of its own",
    )
    where = Resource(f"arn:{{partition}}:ssm:{{region}}:{{account}}:parameter{parameter}")
    return (
        may(where, "ssm:GetParameter"),
        may(firewall, "wafv2:GetWebACL"),
        Permission(
            distribution,
            frozenset({"cloudfront:GetDistribution", "cloudfront:UpdateDistribution"}),
            ours,
        ),
    )
