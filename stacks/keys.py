"""The customer-managed keys, one per kind of thing that they protect.

A key's policy is where least privilege begins: who may decrypt a Google token is not who may read
a log line.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from aws_cdk import CfnOutput, Duration, Fn, RemovalPolicy, Stack
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.base import WppStack
from stacks.constructs.key_users import let_logs_use, let_publishers_use, let_the_trail_use
from stacks.environments import Environment
from stacks.permissions import KeyName

TRAIL: Final = "trail"
"""The trail's name, without the prefix."""

_PENDING_WINDOW: Final = Duration.days(30)
_PROTECTED: Final = {
    KeyName.DATA: "tables, queues, topics and buckets",
    KeyName.SECRETS: "secrets",
    KeyName.LOGS: "log groups",
    KeyName.TOKENS: "stored Google connections",
}
_OWN_IN_SECOND: Final = (KeyName.DATA, KeyName.SECRETS, KeyName.LOGS)
"""Keys whose data is encrypted anew on its way to the second region."""


class _Keys(WppStack):
    """What the keys of both regions have in common."""

    def _made(self, names: Iterable[KeyName]) -> dict[KeyName, kms.Key]:
        made: dict[KeyName, kms.Key] = {}
        for name in names:
            key = self._key(name, _PROTECTED[name])
            if name is KeyName.LOGS:
                let_logs_use(key)
            made[name] = key
        return made

    def _key(self, name: KeyName, what: str) -> kms.Key:
        return kms.Key(
            self,
            name.capitalize(),
            alias=_alias(self.environment_of, name),
            description=f"wpp-mcp: {what}",
            enable_key_rotation=True,
            # What a connection's data key was encrypted with has to be there in the second region
            # too, and a key cannot become a multi-Region key later.
            multi_region=name is KeyName.TOKENS,
            pending_window=_PENDING_WINDOW,
            # Whatever it encrypted is lost with it, in every environment.
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )


class KeysStack(_Keys):
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
        made = self._made(KeyName)
        let_the_trail_use(made[KeyName.LOGS], f"{environment.prefix}{TRAIL}")
        let_publishers_use(made[KeyName.DATA])
        self.by_name: dict[KeyName, kms.IKey] = dict(made)


class SecondKeysStack(_Keys):
    """The keys in the second region: for replicas now, and for everything of a standby.

    Their ARNs are exported from the beginning: the day they are needed, the first region cannot be
    asked, and no stack of this one has to change.
    """

    def __init__(
        self, scope: Construct, environment: Environment, *, primary: Mapping[KeyName, kms.IKey]
    ) -> None:
        super().__init__(
            scope,
            environment,
            "keys-second",
            description="wpp-mcp: encryption keys of the second region",
            region=environment.second_region,
        )
        arns = {name: key.key_arn for name, key in self._made(_OWN_IN_SECOND).items()}
        arns[KeyName.TOKENS] = self._replica(KeyName.TOKENS, primary[KeyName.TOKENS])
        for name, arn in arns.items():
            output = f"{name.capitalize()}KeyArn"
            CfnOutput(self, output, value=arn, export_name=_export(environment, name))

    def _replica(self, name: KeyName, primary: kms.IKey) -> str:
        root = f"arn:{self.partition}:iam::{self.account}:root"
        replica = kms.CfnReplicaKey(
            self,
            name.capitalize(),
            primary_key_arn=primary.key_arn,
            description=f"wpp-mcp: {_PROTECTED[name]}",
            pending_window_in_days=int(_PENDING_WINDOW.to_days()),
            # As CDK writes that of the primary: the account's own policies say who.
            key_policy={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": root},
                        "Action": "kms:*",
                        "Resource": "*",
                    }
                ],
            },
        )
        replica.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        alias = kms.CfnAlias(
            self,
            f"{name.capitalize()}Alias",
            alias_name=_alias(self.environment_of, name),
            target_key_id=replica.attr_key_id,
        )
        alias.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        return replica.attr_arn


def standby_keys(scope: Stack, environment: Environment) -> dict[KeyName, kms.IKey]:
    """Return the keys that `SecondKeysStack` made, for a stack of the standby."""
    return {
        name: kms.Key.from_key_arn(
            scope, f"{name.capitalize()}Key", standby_key_arn(environment, name)
        )
        for name in KeyName
    }


def standby_key_arn(environment: Environment, name: KeyName) -> str:
    """Return the ARN of a key that `SecondKeysStack` made."""
    return Fn.import_value(_export(environment, name))


def key_alias_arn(stack: WppStack, name: KeyName, region: str) -> str:
    """Return the ARN of a key's alias in another region: what can be known of that key here."""
    alias = _alias(stack.environment_of, name)
    return f"arn:{stack.partition}:kms:{region}:{stack.account}:{alias}"


def _alias(environment: Environment, name: KeyName) -> str:
    return f"alias/{environment.prefix}{name}"


def _export(environment: Environment, name: KeyName) -> str:
    return f"{environment.prefix}second-{name}-key"
