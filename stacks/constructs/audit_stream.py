"""From the audit log's table to the archive: stream, function, Firehose, Parquet."""

import json
from typing import Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.allowed_by_aws import AUDIT_STREAM, REFUSED_QUEUE
from stacks.audit_queries import ENTRIES
from stacks.constructs.acknowledging import acknowledge
from stacks.constructs.audit_catalogue import AuditCatalogue
from stacks.constructs.delivery import DeliveryStream
from stacks.constructs.function import WppFunction
from stacks.permissions import KeyName, Permission, Resource, may, stream_of
from stacks.platform import Platform
from wpp_mcp.audit.columns import ARRIVED
from wpp_mcp.functions import Function
from wpp_mcp.storage.tables import Table

BUFFER_MB: Final = 64
"""The least that Firehose gathers where it writes Parquet."""

ENTRIES_ONLY: Final = {"dynamodb": {"Keys": {"daySequence": {"S": [{"prefix": "2"}]}}}}
"""Sort keys of entries begin with a year. Those of heads, with each entry a second, do not."""

_AT_ONCE: Final = 500
_WINDOW_SECONDS: Final = 30
_LONGEST: Final = Duration.hours(23)
"""A stream holds 24 hours: before they are over, what could not be handled is put aside."""


class AuditStream(Construct):
    """Every entry of the audit log, in the archive.

    Attributes
    ----------
    function
        Reads the stream of the table.
    refused
        The queue of what it could not send on.
    """

    def __init__(
        self, scope: Construct, platform: Platform, catalogue: AuditCatalogue, *, source: str
    ) -> None:
        super().__init__(scope, "AuditStream")
        self.delivery = self._delivery(self, platform, catalogue)
        self.refused = self._queue(platform)
        self.function = WppFunction(
            scope,
            Function.ARCHIVE_AUDIT,
            platform,
            variables={
                "WPP_ARCHIVE_STREAM": self.delivery.name,
                "WPP_ARCHIVE_REFUSED": self.refused.queue_url,
            },
            permissions=_read_stream(),
        )
        self.function.node.add_dependency(self.delivery)
        mapping = lambda_.CfnEventSourceMapping(
            self,
            "Source",
            event_source_arn=source,
            function_name=self.function.function.function_name,
            starting_position="TRIM_HORIZON",
            batch_size=_AT_ONCE,
            maximum_batching_window_in_seconds=_WINDOW_SECONDS,
            # Entries may come in any order.
            parallelization_factor=2,
            bisect_batch_on_function_error=True,
            # What no try helps is put aside by the function: the rest waits for AWS to recover.
            maximum_retry_attempts=-1,
            maximum_record_age_in_seconds=_LONGEST.to_seconds(),
            function_response_types=["ReportBatchItemFailures"],
            filter_criteria=lambda_.CfnEventSourceMapping.FilterCriteriaProperty(
                filters=[
                    lambda_.CfnEventSourceMapping.FilterProperty(
                        pattern=json.dumps(ENTRIES_ONLY),
                    )
                ]
            ),
            destination_config=lambda_.CfnEventSourceMapping.DestinationConfigProperty(
                on_failure=lambda_.CfnEventSourceMapping.OnFailureProperty(
                    destination=self.refused.queue_arn
                )
            ),
        )
        # Lambda tries the role when the mapping is made.
        mapping.node.add_dependency(self.function.role)

    def _queue(self, platform: Platform) -> sqs.Queue:
        queue = sqs.Queue(
            self,
            "Refused",
            queue_name=f"{platform.environment.prefix}{REFUSED_QUEUE}",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=platform.keys[KeyName.DATA],
            data_key_reuse=Duration.hours(1),
            enforce_ssl=True,
            retention_period=Duration.days(14),
            visibility_timeout=Duration.minutes(5),
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
            if platform.environment.deletion_protection
            else RemovalPolicy.DESTROY,
        )
        acknowledge(
            queue,
            "AwsSolutions-SQS3",
            "It is the queue of what failed; people read it, so nothing can fail behind it",
        )
        return queue

    @staticmethod
    def _delivery(
        scope: Construct, platform: Platform, catalogue: AuditCatalogue
    ) -> DeliveryStream:
        delivery = DeliveryStream(
            scope,
            "Delivery",
            platform,
            name=AUDIT_STREAM,
            # By the day of arrival, which costs nothing; the entry's own day is a column.
            below=f"{ARRIVED}=!{{timestamp:yyyy-MM-dd}}/",
            buffer_mb=BUFFER_MB,
            destination=lambda role: {
                "data_format_conversion_configuration": _parquet(platform, catalogue, role)
            },
            permissions=_read_columns(catalogue.database_name),
        )
        delivery.node.add_dependency(catalogue.entries)
        return delivery


def _parquet(
    platform: Platform, catalogue: AuditCatalogue, role: str
) -> firehose.CfnDeliveryStream.DataFormatConversionConfigurationProperty:
    made = firehose.CfnDeliveryStream
    return made.DataFormatConversionConfigurationProperty(
        enabled=True,
        input_format_configuration=made.InputFormatConfigurationProperty(
            deserializer=made.DeserializerProperty(open_x_json_ser_de=made.OpenXJsonSerDeProperty())
        ),
        output_format_configuration=made.OutputFormatConfigurationProperty(
            serializer=made.SerializerProperty(
                parquet_ser_de=made.ParquetSerDeProperty(compression="SNAPPY")
            )
        ),
        schema_configuration=made.SchemaConfigurationProperty(
            catalog_id=platform.environment.account,
            region=platform.environment.region,
            database_name=catalogue.database_name,
            table_name=ENTRIES,
            role_arn=role,
            version_id="LATEST",
        ),
    )


def _read_stream() -> tuple[Permission, ...]:
    reads = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
    every = Resource("*", why_wildcard="Streams are listed for an account or not at all")
    return may(stream_of(Table.AUDIT_LOGS), *reads), may(every, "dynamodb:ListStreams")


def _read_columns(database: str) -> tuple[Permission, ...]:
    place = "arn:{partition}:glue:{region}:{account}:"
    things = ("catalog", f"database/{database}", f"table/{database}/{ENTRIES}")
    reads = ("glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions")
    return tuple(may(Resource(f"{place}{thing}"), *reads) for thing in things)
