"""A delivery stream of Firehose into one folder of the archive, with a role for that alone."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.constructs.logs import log_group
from stacks.constructs.roles import allow
from stacks.permissions import ARCHIVE, KeyName, Permission, archive, may
from stacks.platform import Platform

SECONDS: Final = 900
"""How long Firehose gathers at most; longer makes fewer and larger files."""

_ERROR: Final = "!{firehose:error-output-type}"
_OBJECTS: Final = ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject")
_BUCKET: Final = ("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads")


class DeliveryStream(Construct):
    """A delivery stream.

    Parameters
    ----------
    name
        Without the prefix; also the folder, and with ``-errors`` that of what was not to be
        written.
    below
        What follows the folder in the names of objects, with Firehose's own expressions.
    buffer_mb
        Size at which a file is written before its time.
    destination
        What else the destination has (conversion, compression, processing), by the ARN of the
        role.
    permissions
        What that needs.

    Attributes
    ----------
    stream
        The delivery stream.
    log_group
        Where Firehose says what it could not deliver.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        platform: Platform,
        *,
        name: str,
        below: str,
        buffer_mb: int,
        destination: Callable[[str], Mapping[str, Any]],
        permissions: Iterable[Permission] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        environment, stack = platform.environment, Stack.of(self)
        self.name = f"{environment.prefix}{name}"
        self.log_group = log_group(
            self,
            "Logs",
            name=f"/aws/kinesisfirehose/{self.name}",
            environment=environment,
            key=platform.keys[KeyName.LOGS],
        )
        logs.LogStream(self, "Errors", log_group=self.log_group, log_stream_name="delivery")
        folder, errors = f"{name}/", f"{name}-errors/"
        self.role = self._role(platform, [folder, errors], permissions)
        bucket = ARCHIVE.format(
            prefix=environment.prefix, account=environment.account, region=environment.region
        )
        options = firehose.CfnDeliveryStream.CloudWatchLoggingOptionsProperty(
            enabled=True, log_group_name=self.log_group.log_group_name, log_stream_name="delivery"
        )
        self.stream = firehose.CfnDeliveryStream(
            self,
            "Stream",
            delivery_stream_name=self.name,
            delivery_stream_type="DirectPut",
            delivery_stream_encryption_configuration_input=(
                firehose.CfnDeliveryStream.DeliveryStreamEncryptionConfigurationInputProperty(
                    key_type="CUSTOMER_MANAGED_CMK", key_arn=platform.keys[KeyName.DATA].key_arn
                )
            ),
            extended_s3_destination_configuration=(
                firehose.CfnDeliveryStream.ExtendedS3DestinationConfigurationProperty(
                    bucket_arn=f"arn:{stack.partition}:s3:::{bucket}",
                    role_arn=self.role.role_arn,
                    prefix=f"{folder}{below}",
                    error_output_prefix=f"{errors}{_ERROR}/!{{timestamp:yyyy-MM-dd}}/",
                    buffering_hints=firehose.CfnDeliveryStream.BufferingHintsProperty(
                        interval_in_seconds=SECONDS, size_in_m_bs=buffer_mb
                    ),
                    cloud_watch_logging_options=options,
                    **destination(self.role.role_arn),
                )
            ),
        )
        # Firehose tries its role when the stream is made.
        self.stream.node.add_dependency(self.role)

    def _role(
        self, platform: Platform, folders: Iterable[str], permissions: Iterable[Permission]
    ) -> iam.Role:
        account = platform.environment.account
        role = iam.Role(
            self,
            "Role",
            # firehose/latest/dev/controlling-access.html, "Allow Firehose to assume an IAM role".
            assumed_by=iam.ServicePrincipal(
                "firehose.amazonaws.com",
                conditions={"StringEquals": {"sts:ExternalId": account}},
            ),
            description=f"wpp-mcp: what the delivery stream {self.name} may do",
        )
        self.log_group.grant(role, "logs:PutLogEvents")
        own = [may(archive(), *_BUCKET)]
        own += [may(archive(f"{folder}*"), *_OBJECTS) for folder in folders]
        allow(role, [*own, *permissions], platform.environment, platform.keys)
        return role
