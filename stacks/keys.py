"""The customer-managed keys, one per kind of thing that they protect.

A key's policy is where least privilege begins: who may decrypt a Google token is not who may read
a log line.
"""

from typing import Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.base import WppStack
from stacks.environments import Environment
from stacks.permissions import KeyName

_PENDING_WINDOW: Final = Duration.days(30)

TRAIL: Final = "trail"
"""The name of the trail behind the environment's prefix (`stacks.trail`)."""

_PUBLISHERS: Final = ("backup", "budgets", "cloudwatch", "events")
"""Services that publish to topics, or leave dead letters, as themselves and not as a role."""

_PROTECTED: Final = {
    KeyName.DATA: "tables, queues, topics and buckets",
    KeyName.SECRETS: "secrets",
    KeyName.LOGS: "log groups",
    KeyName.TOKENS: "stored Google connections",
}


class KeysStack(WppStack):
    """Keys for data, secrets, logs and Google's tokens.

    Attributes
    ----------
    by_name
        ``logs`` may be used by CloudWatch Logs for groups of this account and region, and by
        CloudTrail for our trail; ``data`` by the services that publish to our encrypted topics and
        fill our queues; ``tokens`` makes the data keys of stored Google connections.
    """

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, environment, "keys", description="wpp-mcp: encryption keys")
        self.by_name = {name: self._key(name, what) for name, what in _PROTECTED.items()}
        self._let_logs_use(self.by_name[KeyName.LOGS])
        self._let_the_trail_use(self.by_name[KeyName.LOGS])
        self._let_publishers_use(self.by_name[KeyName.DATA])

    def _key(self, name: KeyName, what: str) -> kms.Key:
        return kms.Key(
            self,
            name.capitalize(),
            alias=f"alias/{self.environment_of.prefix}{name}",
            description=f"wpp-mcp: {what}",
            enable_key_rotation=True,
            pending_window=_PENDING_WINDOW,
            # Whatever it encrypted is lost with it, in every environment.
            removal_policy=RemovalPolicy.RETAIN,
        )

    def _let_logs_use(self, key: kms.Key) -> None:
        group = f"arn:{self.partition}:logs:{self.region}:{self.account}:log-group:*"
        key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="LogGroupsOfThisAccount",
                principals=[iam.ServicePrincipal(f"logs.{self.region}.amazonaws.com")],
                actions=[
                    "kms:Encrypt*",
                    "kms:Decrypt*",
                    "kms:ReEncrypt*",
                    "kms:GenerateDataKey*",
                    "kms:Describe*",
                ],
                resources=["*"],
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": group}},
            )
        )

    def _let_publishers_use(self, key: kms.Key) -> None:
        for service in _PUBLISHERS:
            key.add_to_resource_policy(
                iam.PolicyStatement(
                    sid=f"MessagesOf{service.capitalize()}",
                    principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
                    actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                    resources=["*"],
                    conditions={"StringEquals": {"aws:SourceAccount": self.account}},
                )
            )

    def _let_the_trail_use(self, key: kms.Key) -> None:
        """As create-kms-key-policy-for-cloudtrail.html says, for the one trail of this account."""
        named = f"{self.environment_of.prefix}{TRAIL}"
        trail = f"arn:{self.partition}:cloudtrail:{self.region}:{self.account}:trail/{named}"
        principal = iam.ServicePrincipal("cloudtrail.amazonaws.com")
        key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="FilesOfTheTrail",
                principals=[principal],
                actions=["kms:GenerateDataKey*"],
                resources=["*"],
                conditions={
                    "StringEquals": {"aws:SourceArn": trail},
                    "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": trail},
                },
            )
        )
        key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="TheTrailLooksTheKeyUp",
                principals=[principal],
                actions=["kms:DescribeKey"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceArn": trail}},
            )
        )
