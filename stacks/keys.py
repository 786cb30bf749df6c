"""The customer-managed keys, one per kind of thing that they protect.

A key's policy is where least privilege begins: who may decrypt a Google token is not who may read
a log line.
"""

from typing import Final

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.base import WppStack
from stacks.environments import Environment
from stacks.permissions import KeyName

_PENDING_WINDOW: Final = Duration.days(30)
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
        ``logs`` may be used by CloudWatch Logs for groups of this account and region; ``tokens``
        makes the data keys of stored Google connections.
    """

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, environment, "keys", description="wpp-mcp: encryption keys")
        self.by_name = {name: self._key(name, what) for name, what in _PROTECTED.items()}
        let_logs_use(self.by_name[KeyName.LOGS])

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


def let_logs_use(key: kms.Key) -> None:
    """Let CloudWatch Logs encrypt the groups of the key's account and region with it."""
    stack = Stack.of(key)
    group = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:*"
    key.add_to_resource_policy(
        iam.PolicyStatement(
            sid="LogGroupsOfThisAccount",
            principals=[iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com")],
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
