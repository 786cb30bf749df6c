"""CloudTrail: who did what in the account, where it cannot be changed, and what is looked for."""

from typing import Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.base import WppStack
from stacks.constructs.acknowledging import acknowledge
from stacks.constructs.logs import log_group
from stacks.environments import Environment
from stacks.keys import TRAIL
from stacks.trail_patterns import TRAIL_NAMESPACE, patterns_of

KEPT_DAYS: Final = 365
_KEPT_DAYS_BEFORE_PROD: Final = 90
_PRINCIPAL: Final = "cloudtrail.amazonaws.com"

Selector = cloudtrail.CfnTrail.AdvancedEventSelectorProperty
Field = cloudtrail.CfnTrail.AdvancedFieldSelectorProperty


class Trail(Construct):
    """The trail of the account, in every region.

    Attributes
    ----------
    log_group
        Where the trail is searched; the files in the bucket are the evidence.
    """

    def __init__(self, scope: WppStack, environment: Environment, *, key: kms.IKey) -> None:
        super().__init__(scope, "Trail")
        self._environment = environment
        self._name = f"{environment.prefix}{TRAIL}"
        self._stack = scope
        self.log_group = log_group(
            self,
            "Logs",
            name=f"/wpp-mcp/{environment.name}/trail",
            environment=environment,
            key=key,
        )
        bucket = self._bucket(key)
        role = self._role()
        trail = cloudtrail.CfnTrail(
            self,
            "Trail",
            trail_name=self._name,
            is_logging=True,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            s3_bucket_name=bucket.bucket_name,
            kms_key_id=key.key_arn,
            cloud_watch_logs_log_group_arn=self.log_group.log_group_arn,
            cloud_watch_logs_role_arn=role.role_arn,
            advanced_event_selectors=self._selectors(bucket),
        )
        # CloudTrail tries both when the trail is made.
        trail.node.add_dependency(role)
        if bucket.policy is not None:
            trail.node.add_dependency(bucket.policy)
        self._search()

    def _bucket(self, key: kms.IKey) -> s3.Bucket:
        prod = self._environment.is_prod
        bucket = s3.Bucket(
            self,
            "Files",
            bucket_name=f"{self._name}-{self._stack.account}-{self._stack.region}",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            versioned=True,
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
            if prod
            else RemovalPolicy.DESTROY,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="kept",
                    expiration=Duration.days(KEPT_DAYS if prod else _KEPT_DAYS_BEFORE_PROD),
                    noncurrent_version_expiration=Duration.days(30),
                    abort_incomplete_multipart_upload_after=Duration.days(7),
                )
            ],
        )
        acknowledge(
            bucket,
            "AwsSolutions-S1",
            "The trail itself records who deletes files here; a log of the log's deliveries would"
            " need a bucket of its own and say nothing more",
        )
        condition = {"StringEquals": {"aws:SourceArn": self._arn()}}
        for sid, action, resource in (
            ("TheTrailAsksForTheOwner", "s3:GetBucketAcl", bucket.bucket_arn),
            (
                "TheTrailWrites",
                "s3:PutObject",
                bucket.arn_for_objects(f"AWSLogs/{self._stack.account}/*"),
            ),
        ):
            bucket.add_to_resource_policy(
                iam.PolicyStatement(
                    sid=sid,
                    principals=[iam.ServicePrincipal(_PRINCIPAL)],
                    actions=[action],
                    resources=[resource],
                    conditions=condition,
                )
            )
        return bucket

    def _arn(self) -> str:
        stack = self._stack
        place = f"arn:{stack.partition}:cloudtrail:{stack.region}:{stack.account}"
        return f"{place}:trail/{self._name}"

    def _role(self) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                _PRINCIPAL, conditions={"StringEquals": {"aws:SourceArn": self._arn()}}
            ),
            description="wpp-mcp: CloudTrail writes its log group",
        )
        self.log_group.grant(role, "logs:CreateLogStream", "logs:PutLogEvents")
        return role

    def _selectors(self, bucket: s3.Bucket) -> list[Selector]:
        prefix, place = self._environment.prefix, f"{self._stack.account}-{self._stack.region}"
        manifests = f"arn:{self._stack.partition}:s3:::{prefix}archive-{place}/manifests/"
        return [
            *self._management(),
            Selector(
                name="Manifests of the audit: writes and deletions",
                field_selectors=[
                    Field(field="eventCategory", equal_to=["Data"]),
                    Field(field="resources.type", equal_to=["AWS::S3::Object"]),
                    Field(field="readOnly", equal_to=["false"]),
                    Field(field="resources.ARN", starts_with=[manifests]),
                ],
            ),
            Selector(
                # Deliveries are left out: the trail would record its own writing for ever.
                name="Files of the trail: deletions",
                field_selectors=[
                    Field(field="eventCategory", equal_to=["Data"]),
                    Field(field="resources.type", equal_to=["AWS::S3::Object"]),
                    Field(field="eventName", equal_to=["DeleteObject", "DeleteObjects"]),
                    Field(field="resources.ARN", starts_with=[bucket.arn_for_objects("")]),
                ],
            ),
        ]

    def _management(self) -> list[Selector]:
        category = Field(field="eventCategory", equal_to=["Management"])
        if self._environment.is_prod:
            # With each use of a key: who had a stored Google token decrypted, and when.
            return [Selector(name="Management", field_selectors=[category])]
        return [
            Selector(
                name="Management: writes",
                field_selectors=[category, Field(field="readOnly", equal_to=["false"])],
            ),
            Selector(
                # Uses of keys are most of the volume, and have no real accounts behind them here.
                name="Management: reads, uses of keys left out",
                field_selectors=[
                    category,
                    Field(field="readOnly", equal_to=["true"]),
                    Field(field="eventSource", not_equals=["kms.amazonaws.com"]),
                ],
            ),
        ]

    def _search(self) -> None:
        for metric, pattern in patterns_of(self._environment).items():
            logs.CfnMetricFilter(
                self,
                metric.value,
                log_group_name=self.log_group.log_group_name,
                filter_name=metric.value,
                filter_pattern=pattern,
                metric_transformations=[
                    logs.CfnMetricFilter.MetricTransformationProperty(
                        metric_namespace=TRAIL_NAMESPACE,
                        metric_name=metric.value,
                        metric_value="1",
                    )
                ],
            )
