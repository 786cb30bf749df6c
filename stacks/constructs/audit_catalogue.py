"""What the archive's files mean, and where auditors ask: Glue's table, a view, Athena's workgroup.

Partitions are projected: the folder of a day follows from its name, so no crawler has to find it.
The catalog itself is not encrypted by us. That is a setting of the whole account, and it holds the
names of columns, which are public.
"""

import base64
import json
from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_athena as athena
from aws_cdk import aws_glue as glue
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.audit_queries import ENTRIES, ONCE, Question, questions, view
from stacks.constructs.buckets import bucket
from stacks.constructs.function import camel
from stacks.permissions import KeyName
from stacks.platform import Platform
from wpp_mcp.audit.columns import ARRIVED, schema

FIRST_DAY: Final = "2026-11-01"
"""Before it, nothing was archived."""

_RESULTS: Final = Duration.days(30)
_MOST_BYTES: Final = 50 * 1024**3
"""What one query may read: $0.25, and more than years of entries."""

_PARQUET: Final = "org.apache.hadoop.hive.ql.io.parquet"
_IN_VIEWS: Final = {"string": "varchar", "bigint": "bigint"}


class AuditCatalogue(Construct):
    """Glue and Athena over the ``audit/`` folder of the archive.

    Attributes
    ----------
    database_name
        The prefix with underscores, and ``audit``.
    entries
        The table that Firehose takes its columns from.
    """

    def __init__(
        self, scope: Construct, platform: Platform, *, archive: s3.IBucket, logs: s3.IBucket
    ) -> None:
        super().__init__(scope, "AuditCatalogue")
        self._platform, environment = platform, platform.environment
        self.database_name = f"{environment.prefix.replace('-', '_')}audit"
        self.database = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=environment.account,
            database_input=glue.CfnDatabase.DatabaseInputProperty(
                name=self.database_name, description="wpp-mcp: the archived audit log"
            ),
        )
        self.location = f"s3://{archive.bucket_name}/audit/"
        self.entries = self._table(ENTRIES, self._entries())
        self._table(ONCE, self._once())
        self.results = bucket(
            self,
            "Results",
            name="athena",
            environment=environment,
            key=platform.keys[KeyName.DATA],
            logs=logs,
            lifecycle=[s3.LifecycleRule(id="results", expiration=_RESULTS)],
        )
        self.workgroup = self._workgroup()
        for question in questions():
            self._query(question)

    def _table(self, name: str, table: dict[str, Any]) -> glue.CfnTable:
        made = glue.CfnTable(
            self,
            camel(name),
            catalog_id=self._platform.environment.account,
            database_name=self.database_name,
            table_input=glue.CfnTable.TableInputProperty(name=name, **table),
        )
        made.node.add_dependency(self.database)
        return made

    def _entries(self) -> dict[str, Any]:
        parquet = glue.CfnTable.StorageDescriptorProperty(
            columns=[_column(name, kind) for name, kind in schema().items()],
            location=self.location,
            input_format=f"{_PARQUET}.MapredParquetInputFormat",
            output_format=f"{_PARQUET}.MapredParquetOutputFormat",
            serde_info=glue.CfnTable.SerdeInfoProperty(
                serialization_library=f"{_PARQUET}.serde.ParquetHiveSerDe"
            ),
        )
        return {
            "table_type": "EXTERNAL_TABLE",
            "description": "Audit entries as they came, some more than once",
            "partition_keys": [_column(ARRIVED, "string")],
            "storage_descriptor": parquet,
            "parameters": {
                "classification": "parquet",
                "projection.enabled": "true",
                f"projection.{ARRIVED}.type": "date",
                f"projection.{ARRIVED}.format": "yyyy-MM-dd",
                f"projection.{ARRIVED}.range": f"{FIRST_DAY},NOW",
                "storage.location.template": f"{self.location}{ARRIVED}=${{{ARRIVED}}}/",
            },
        }

    def _once(self) -> dict[str, Any]:
        columns = schema() | {ARRIVED: "string"}
        # Athena's own form of a view in Glue, as CREATE VIEW writes it.
        said = json.dumps(
            {
                "originalSql": view(),
                "catalog": "awsdatacatalog",
                "schema": self.database_name,
                "columns": [{"name": n, "type": _IN_VIEWS[k]} for n, k in columns.items()],
            }
        )
        return {
            "table_type": "VIRTUAL_VIEW",
            "description": "Each audit entry once",
            "parameters": {"presto_view": "true", "comment": "Presto View"},
            "storage_descriptor": glue.CfnTable.StorageDescriptorProperty(
                columns=[_column(name, kind) for name, kind in columns.items()],
                serde_info=glue.CfnTable.SerdeInfoProperty(),
            ),
            "view_original_text": f"/* Presto View: {base64.b64encode(said.encode()).decode()} */",
            "view_expanded_text": "/* Presto View */",
        }

    def _workgroup(self) -> athena.CfnWorkGroup:
        environment = self._platform.environment
        results = athena.CfnWorkGroup.ResultConfigurationProperty(
            encryption_configuration=athena.CfnWorkGroup.EncryptionConfigurationProperty(
                encryption_option="SSE_KMS", kms_key=self._platform.keys[KeyName.DATA].key_arn
            ),
            expected_bucket_owner=environment.account,
            output_location=f"s3://{self.results.bucket_name}/audit/",
        )
        return athena.CfnWorkGroup(
            self,
            "Workgroup",
            name=f"{environment.prefix}audit",
            description="wpp-mcp: questions about the audit log",
            recursive_delete_option=not environment.deletion_protection,
            work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                bytes_scanned_cutoff_per_query=_MOST_BYTES,
                enforce_work_group_configuration=True,
                engine_version=athena.CfnWorkGroup.EngineVersionProperty(
                    selected_engine_version="Athena engine version 3"
                ),
                publish_cloud_watch_metrics_enabled=True,
                result_configuration=results,
            ),
        )

    def _query(self, question: Question) -> None:
        query = athena.CfnNamedQuery(
            self,
            f"{camel(question.name)}Query",
            name=f"{self._platform.environment.prefix}{question.name}",
            description=question.meaning,
            database=self.database_name,
            query_string=question.sql,
            work_group=self.workgroup.name,
        )
        query.node.add_dependency(self.workgroup)


def _column(name: str, kind: str) -> glue.CfnTable.ColumnProperty:
    return glue.CfnTable.ColumnProperty(name=name, type=kind)
