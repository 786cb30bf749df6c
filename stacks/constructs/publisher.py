"""The role with which EventBridge publishes to our encrypted topics.

As a role: EventBridge honours no condition in a topic's policy, and a key's policy cannot name its
account either (eventbridge/latest/userguide/eb-troubleshooting.html).
"""

from collections.abc import Iterable

from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.permissions import KeyName
from stacks.platform import Platform


def publisher(
    scope: Construct, construct_id: str, platform: Platform, topics: Iterable[str], says: str
) -> iam.Role:
    """Add the role.

    Parameters
    ----------
    topics
        ARNs of the topics.
    """
    environment = platform.environment
    role = iam.Role(
        scope,
        construct_id,
        assumed_by=iam.ServicePrincipal(
            "events.amazonaws.com",
            conditions={"StringEquals": {"aws:SourceAccount": environment.account}},
        ),
        description=f"wpp-mcp: {says}",
    )
    role.add_to_policy(iam.PolicyStatement(actions=["sns:Publish"], resources=list(topics)))
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[platform.keys[KeyName.DATA].key_arn],
            conditions={
                "StringEquals": {"kms:ViaService": f"sns.{environment.region}.amazonaws.com"}
            },
        )
    )
    return role
