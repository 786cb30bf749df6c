"""Buckets: private, encrypted, over TLS 1.2 and newer, and each access to them written down."""

from collections.abc import Sequence
from typing import Any, Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.environments import Environment

_TLS: Final = 1.2
UNFINISHED: Final = Duration.days(7)
"""After how long the parts of an upload that never ended are thrown away."""


def bucket(
    scope: Construct,
    construct_id: str,
    *,
    name: str,
    environment: Environment,
    lifecycle: Sequence[s3.LifecycleRule],
    key: kms.IKey | None,
    logs: s3.IBucket | None,
    **more: Any,
) -> s3.Bucket:
    """Add a bucket.

    Parameters
    ----------
    name
        Without the prefix; account and region are put behind it.
    key
        With which it is encrypted; S3's own where none, which S3 wants for access logs.
    logs
        The bucket that takes its access logs.
    """
    own: dict[str, Any] = {
        "bucket_name": f"{environment.prefix}{name}-{environment.account}-{environment.region}",
        "block_public_access": s3.BlockPublicAccess.BLOCK_ALL,
        "object_ownership": s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        "enforce_ssl": True,
        "minimum_tls_version": _TLS,
        "lifecycle_rules": [
            s3.LifecycleRule(id="unfinished", abort_incomplete_multipart_upload_after=UNFINISHED),
            *lifecycle,
        ],
        "removal_policy": RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
        if environment.deletion_protection
        else RemovalPolicy.DESTROY,
    }
    if key is None:
        own["encryption"] = s3.BucketEncryption.S3_MANAGED
    else:
        own |= {
            "encryption": s3.BucketEncryption.KMS,
            "encryption_key": key,
            "bucket_key_enabled": True,
        }
    if logs is not None:
        own |= {"server_access_logs_bucket": logs, "server_access_logs_prefix": f"{name}/"}
    return s3.Bucket(scope, construct_id, **own, **more)
