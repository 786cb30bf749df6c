"""What tests of the archive read from its template."""

from typing import Any

from tests.infrastructure.conftest import Synthesised

PART = "archive"


def buckets(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    """The stack's buckets, by name without prefix, account and region."""
    found = synthesised.of_type("S3::Bucket", PART).values()
    environment = synthesised.environment
    end = f"-{environment.account}-{environment.region}"
    return {b["BucketName"].removeprefix(environment.prefix).removesuffix(end): b for b in found}


def policy(synthesised: Synthesised, bucket: str) -> list[dict[str, Any]]:
    """The statements of a bucket's policy; resources as text."""
    (logical,) = (
        name
        for name, b in synthesised.of_type("S3::Bucket", PART).items()
        if f"{synthesised.environment.prefix}{bucket}-" in b["BucketName"]
    )
    (found,) = (
        p["PolicyDocument"]["Statement"]
        for p in synthesised.of_type("S3::BucketPolicy", PART).values()
        if p["Bucket"] == {"Ref": logical}
    )
    return list(found)


def statements(synthesised: Synthesised, role: str) -> list[dict[str, Any]]:
    """What a role's own policy says, by a part of the role's logical id."""
    found: list[dict[str, Any]] = []
    for name, one in synthesised.of_type("IAM::Policy", PART).items():
        if name.startswith(role):
            found += one["PolicyDocument"]["Statement"]
    assert found
    return found


def on(statement: dict[str, Any]) -> list[str]:
    resources = statement["Resource"]
    return [str(r) for r in (resources if isinstance(resources, list) else [resources])]


def lifecycle(bucket: dict[str, Any]) -> dict[str, dict[str, Any]]:
    rules = bucket["LifecycleConfiguration"]["Rules"]
    assert {rule["Status"] for rule in rules} == {"Enabled"}
    return {rule["Id"]: rule for rule in rules}


def deliveries(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    prefix = synthesised.environment.prefix
    found = synthesised.of_type("KinesisFirehose::DeliveryStream", PART).values()
    return {one["DeliveryStreamName"].removeprefix(prefix): one for one in found}
