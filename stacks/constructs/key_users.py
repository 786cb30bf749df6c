"""Services that use a key of ours as themselves, each on behalf of this account alone."""

from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

PUBLISHERS: Final = ("backup", "budgets", "cloudwatch", "events")
"""Services that publish to our encrypted topics, or put into our queues."""


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


def let_publishers_use(key: kms.Key) -> None:
    """Let services that tell of something use the key of our topics and queues."""
    for service in PUBLISHERS:
        key.add_to_resource_policy(
            iam.PolicyStatement(
                sid=f"MessagesOf{service.capitalize()}",
                principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(key).account}},
            )
        )


def let_the_trail_use(key: kms.Key, name: str) -> None:
    """Let CloudTrail use a key for one trail, as create-kms-key-policy-for-cloudtrail.html says."""
    stack = Stack.of(key)
    trail = f"arn:{stack.partition}:cloudtrail:{stack.region}:{stack.account}:trail/{name}"
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
