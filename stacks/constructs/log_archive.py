"""Every log group of the account, in the archive past its retention.

One policy of the account subscribes all log groups, those too that a later stack or AWS itself
makes, so that none is forgotten; each environment has an account of its own. The log group of the
delivery stream itself is left out: what it logs would be delivered, and logged.
"""

import json
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.constructs.delivery import DeliveryStream
from stacks.constructs.roles import allow
from stacks.permissions import delivery_stream, may
from stacks.platform import Platform

LOGS: str = "logs"
"""The delivery stream without the prefix, and the folder."""

_BUFFER_MB = 64


class LogArchive(Construct):
    """All logs, compressed, by the day on which they came.

    Each line is what CloudWatch Logs sends: ``logGroup``, ``logStream`` and ``logEvents``.
    """

    def __init__(self, scope: Construct, platform: Platform) -> None:
        super().__init__(scope, "LogArchive")
        delivery = DeliveryStream(
            self,
            "Delivery",
            platform,
            name=LOGS,
            below="!{timestamp:yyyy/MM/dd}/",
            buffer_mb=_BUFFER_MB,
            destination=lambda _: _unpacked_and_packed(),
        )
        role = self._role(platform)
        policy = logs.CfnAccountPolicy(
            self,
            "EveryLogGroup",
            policy_name=delivery.name,
            policy_type="SUBSCRIPTION_FILTER_POLICY",
            scope="ALL",
            policy_document=Stack.of(self).to_json_string(
                {
                    "DestinationArn": delivery.stream.attr_arn,
                    "RoleArn": role.role_arn,
                    "FilterPattern": "",
                }
            ),
            selection_criteria="LogGroupName NOT IN "
            + json.dumps([f"/aws/kinesisfirehose/{delivery.name}"]),
        )
        # CloudWatch Logs tries the role when the policy is made.
        policy.node.add_dependency(role, delivery)

    def _role(self, platform: Platform) -> iam.Role:
        environment, stack = platform.environment, Stack.of(self)
        source = f"arn:{stack.partition}:logs:{environment.region}:{environment.account}:*"
        role = iam.Role(
            self,
            "Role",
            # AmazonCloudWatch/latest/logs/SubscriptionFilters.html, "Firehose".
            assumed_by=iam.ServicePrincipal(
                "logs.amazonaws.com", conditions={"StringLike": {"aws:SourceArn": source}}
            ),
            description="wpp-mcp: CloudWatch Logs sends log groups to the archive",
        )
        sends = may(delivery_stream(LOGS), "firehose:PutRecord", "firehose:PutRecordBatch")
        allow(role, [sends], environment, platform.keys)
        return role


def _unpacked_and_packed() -> dict[str, Any]:
    """Return how the many small archives that come are made into few large ones."""
    made = firehose.CfnDeliveryStream
    unpack = made.ProcessorProperty(
        type="Decompression",
        parameters=[
            made.ProcessorParameterProperty(
                parameter_name="CompressionFormat", parameter_value="GZIP"
            )
        ],
    )
    line = made.ProcessorProperty(
        type="AppendDelimiterToRecord",
        parameters=[
            made.ProcessorParameterProperty(parameter_name="Delimiter", parameter_value="\\n")
        ],
    )
    return {
        "compression_format": "GZIP",
        "processing_configuration": made.ProcessingConfigurationProperty(
            enabled=True, processors=[unpack, line]
        ),
    }
