"""What is kept beyond the tables: the audit log as Parquet, its manifests, exports, logs.

One bucket with object lock, whose objects are locked one by one where they are written: manifests
for as long as entries are kept. A lock by default would also hold exports and logs, which people
have a right to have erased in time (docs/adr/0010-archive.md).
"""

from typing import Final

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.base import WppStack
from stacks.constructs.audit_catalogue import AuditCatalogue
from stacks.constructs.audit_stream import AuditStream
from stacks.constructs.buckets import bucket
from stacks.constructs.log_archive import LogArchive
from stacks.permissions import KeyName
from stacks.platform import Platform
from stacks.tables import TablesStack
from wpp_mcp.audit.entry import RETENTION_DAYS
from wpp_mcp.audit.manifest import MANIFESTS, Lock
from wpp_mcp.storage.tables import Table

_WARM: Final = Duration.days(90)
_EXPORTS: Final = Duration.days(90)
_ACCESS_LOGS: Final = Duration.days(90)
_OVERWRITTEN: Final = Duration.days(30)
_KEPT: Final = Duration.days(RETENTION_DAYS)


class ArchiveStack(WppStack):
    """The archive and what fills it, but for manifests and exports, which are scheduled.

    Attributes
    ----------
    archive
        The bucket.
    """

    def __init__(self, scope: Construct, platform: Platform, *, tables: TablesStack) -> None:
        environment = platform.environment
        super().__init__(
            scope, environment, "archive", description="wpp-mcp: archive of audit, exports and logs"
        )
        self.access_logs = bucket(
            self,
            "AccessLogs",
            name="access-logs",
            environment=environment,
            # S3 delivers access logs to buckets under its own keys only:
            # AmazonS3/latest/userguide/enable-server-access-logging.html.
            key=None,
            logs=None,
            lifecycle=[s3.LifecycleRule(id="expired", expiration=_ACCESS_LOGS)],
        )
        self.archive = bucket(
            self,
            "Archive",
            name="archive",
            environment=environment,
            key=platform.keys[KeyName.DATA],
            logs=self.access_logs,
            lifecycle=_lifecycle(),
            versioned=True,
            object_lock_enabled=True,
        )
        self._hold_manifests(Lock.of(environment.name))
        if environment.is_prod:
            self._hold_versions()
        catalogue = AuditCatalogue(self, platform, archive=self.archive, logs=self.access_logs)
        source = tables.tables[Table.AUDIT_LOGS].table_stream_arn
        if source is None:
            raise ValueError("the audit log has a stream")
        self.audit = AuditStream(self, platform, catalogue, source=source)
        self.audit.node.add_dependency(self.archive)
        if environment.archive_logs:
            LogArchive(self, platform).node.add_dependency(self.archive)
        CfnOutput(self, "ArchiveBucket", value=self.archive.bucket_name)

    def _hold_manifests(self, lock: Lock) -> None:
        """Refuse a manifest that is not locked as its environment demands."""
        key = "s3:object-lock-remaining-retention-days"
        # Two statements: the conditions of one have to hold together.
        for sid, condition in {
            "ManifestsAreLocked": {"StringNotEquals": {"s3:object-lock-mode": lock.mode.value}},
            "ManifestsAreLockedLongEnough": {"NumericLessThan": {key: str(lock.days)}},
        }.items():
            self._deny(sid, ["s3:PutObject"], [MANIFESTS], condition)

    def _hold_versions(self) -> None:
        """Let nobody delete what the archive has of the audit; time and lifecycle do."""
        folders = ["audit/", "audit-errors/", MANIFESTS]
        self._deny("AuditIsNotDeleted", ["s3:DeleteObjectVersion"], folders, None)

    def _deny(
        self,
        sid: str,
        actions: list[str],
        folders: list[str],
        conditions: dict[str, dict[str, str]] | None,
    ) -> None:
        self.archive.add_to_resource_policy(
            iam.PolicyStatement(
                sid=sid,
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=actions,
                resources=[self.archive.arn_for_objects(f"{folder}*") for folder in folders],
                conditions=conditions,
            )
        )


def _lifecycle() -> list[s3.LifecycleRule]:
    rarely = s3.Transition(
        storage_class=s3.StorageClass.GLACIER_INSTANT_RETRIEVAL, transition_after=_WARM
    )
    # Entries and manifests have no end: whoever sets one has to decide it, for good.
    return [
        s3.LifecycleRule(
            id="audit",
            prefix="audit/",
            transitions=[rarely],
            noncurrent_version_expiration=_KEPT,
        ),
        s3.LifecycleRule(id="audit-errors", prefix="audit-errors/", expiration=_KEPT),
        s3.LifecycleRule(
            id="exports",
            prefix="exports/",
            expiration=_EXPORTS,
            noncurrent_version_expiration=_OVERWRITTEN,
        ),
        s3.LifecycleRule(
            id="logs",
            prefix="logs/",
            transitions=[rarely],
            expiration=_KEPT,
            noncurrent_version_expiration=_OVERWRITTEN,
        ),
        s3.LifecycleRule(
            id="logs-errors",
            prefix="logs-errors/",
            expiration=_EXPORTS,
            noncurrent_version_expiration=_OVERWRITTEN,
        ),
    ]
