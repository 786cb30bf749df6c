"""The archive: what may get in, what may get out, for how long, and what auditors can ask of it."""

import json
import re

import pytest

from stacks.permissions import ARCHIVE
from tests.infrastructure.archive_parts import (
    PART,
    buckets,
    deliveries,
    lifecycle,
    on,
    policy,
    statements,
)
from tests.infrastructure.conftest import Synthesised
from tests.unit.support.people import entry
from tests.unit.support.streaming import KEY, record
from tests.unit.support.surroundings import NOW
from wpp_mcp.audit.chain import genesis, linked
from wpp_mcp.audit.entry import RETENTION_DAYS
from wpp_mcp.audit.manifest import Lock
from wpp_mcp.storage.audit_logs import AuditLogs

DAY = "2026-11-21"


# Buckets


def test_every_bucket_is_private_encrypted_and_talks_tls(synthesised: Synthesised) -> None:
    found = buckets(synthesised)
    assert set(found) == {"archive", "access-logs", "athena"}
    for name, bucket in found.items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        algorithm = rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"]
        if name == "access-logs":
            assert algorithm == "AES256"
        else:
            assert algorithm == "aws:kms"
            assert rule["BucketKeyEnabled"] is True
            assert bucket["LoggingConfiguration"]["LogFilePrefix"] == f"{name}/"
        denied = [s.get("Condition") for s in policy(synthesised, name) if s["Effect"] == "Deny"]
        assert {"Bool": {"aws:SecureTransport": "false"}} in denied
        assert {"NumericLessThan": {"s3:TlsVersion": 1.2}} in denied
        unfinished = [r.get("AbortIncompleteMultipartUpload") for r in lifecycle(bucket).values()]
        assert {"DaysAfterInitiation": 7} in unfinished


def test_a_bucket_lets_nobody_in_but_the_log_delivery_of_our_own(
    synthesised: Synthesised,
) -> None:
    for name in buckets(synthesised):
        for statement in policy(synthesised, name):
            if statement["Effect"] == "Allow":
                assert statement["Principal"] == {"Service": "logging.s3.amazonaws.com"}
                account = statement["Condition"]["StringEquals"]["aws:SourceAccount"]
                assert account == synthesised.environment.account


def test_the_name_of_the_archive_is_the_one_that_permissions_know(
    synthesised: Synthesised,
) -> None:
    e = synthesised.environment
    name = ARCHIVE.format(prefix=e.prefix, account=e.account, region=e.region)
    assert name in [b["BucketName"] for b in synthesised.of_type("S3::Bucket", PART).values()]


def test_the_archive_keeps_versions_locks_and_each_folder_for_its_time(
    synthesised: Synthesised,
) -> None:
    archive = buckets(synthesised)["archive"]
    assert archive["VersioningConfiguration"] == {"Status": "Enabled"}
    assert archive["ObjectLockEnabled"] is True
    assert "ObjectLockConfiguration" not in archive, "a lock by default holds what has to go"

    rules = lifecycle(archive)
    assert {rule.get("Prefix") for rule in rules.values()} == {
        None, "audit/", "audit-errors/", "exports/", "logs/", "logs-errors/",
    }  # fmt: skip
    assert rules["unfinished"].keys() == {"Id", "Status", "AbortIncompleteMultipartUpload"}
    cold = [{"StorageClass": "GLACIER_IR", "TransitionInDays": 90}]
    assert rules["audit"]["Transitions"] == rules["logs"]["Transitions"] == cold
    assert "ExpirationInDays" not in rules["audit"]
    assert rules["audit"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": RETENTION_DAYS}
    assert rules["exports"]["ExpirationInDays"] == 90
    assert rules["logs"]["ExpirationInDays"] == RETENTION_DAYS
    assert rules["audit-errors"]["ExpirationInDays"] == RETENTION_DAYS


def test_prod_keeps_its_buckets_and_the_others_can_be_deleted(synthesised: Synthesised) -> None:
    wanted = "RetainExceptOnCreate" if synthesised.environment.deletion_protection else "Delete"
    for resource in synthesised.template(PART)["Resources"].values():
        if resource["Type"] == "AWS::S3::Bucket":
            assert resource["DeletionPolicy"] == wanted
            assert resource["UpdateReplacePolicy"] == wanted.removesuffix("ExceptOnCreate")


def test_a_manifest_that_is_not_locked_as_its_environment_demands_is_refused(
    synthesised: Synthesised,
) -> None:
    lock = Lock.of(synthesised.environment.name)
    held = [s for s in policy(synthesised, "archive") if "manifests/*" in str(s["Resource"])]
    refused = [s["Condition"] for s in held if s["Action"] == "s3:PutObject"]
    # Negated operators hold too where a request has no such header.
    assert {"StringNotEquals": {"s3:object-lock-mode": lock.mode.value}} in refused
    key = "s3:object-lock-remaining-retention-days"
    assert {"NumericLessThan": {key: str(lock.days)}} in refused
    assert all(s["Effect"] == "Deny" and s["Principal"] == {"AWS": "*"} for s in held)
    if synthesised.environment.is_prod:
        assert (lock.mode, lock.days) == ("COMPLIANCE", RETENTION_DAYS)
    else:
        assert (lock.mode, lock.days) == ("GOVERNANCE", 1), "a bucket has to be deletable"


def test_in_prod_nobody_deletes_a_version_of_the_audit(synthesised: Synthesised) -> None:
    denied = [
        path
        for s in policy(synthesised, "archive")
        if s["Action"] == "s3:DeleteObjectVersion" and s["Effect"] == "Deny"
        for path in on(s)
    ]
    folders = {re.sub(r".*/([a-z-]+)/\*.*", r"\1", path) for path in denied}
    prod = synthesised.environment.is_prod
    assert folders == ({"audit", "audit-errors", "manifests"} if prod else set())


# What fills it


def test_logs_are_archived_where_the_environment_says_so(synthesised: Synthesised) -> None:
    archives = synthesised.environment.archive_logs
    assert set(deliveries(synthesised)) == ({"audit", "logs"} if archives else {"audit"})
    policies = list(synthesised.of_type("Logs::AccountPolicy").values())
    assert len(policies) == archives
    for one in policies:
        assert one["PolicyType"] == "SUBSCRIPTION_FILTER_POLICY"
        own = deliveries(synthesised)["logs"]["DeliveryStreamName"]
        excluded = one["SelectionCriteria"].removeprefix("LogGroupName NOT IN ")
        assert json.loads(excluded) == [f"/aws/kinesisfirehose/{own}"], "or it logs itself"


def test_each_delivery_is_encrypted_watched_and_into_its_own_folders(
    synthesised: Synthesised,
) -> None:
    groups = {g["LogGroupName"] for g in synthesised.of_type("Logs::LogGroup", PART).values()}
    for name, one in deliveries(synthesised).items():
        encryption = one["DeliveryStreamEncryptionConfigurationInput"]
        assert encryption["KeyType"] == "CUSTOMER_MANAGED_CMK"
        to = one["ExtendedS3DestinationConfiguration"]
        assert to["BucketARN"].endswith(buckets(synthesised)["archive"]["BucketName"])
        assert to["Prefix"].startswith(f"{name}/")
        assert to["ErrorOutputPrefix"].startswith(f"{name}-errors/!{{firehose:error-output-type}}/")
        assert to["CloudWatchLoggingOptions"]["Enabled"] is True
        assert f"/aws/kinesisfirehose/{one['DeliveryStreamName']}" in groups


@pytest.mark.parametrize(
    ("name", "role"), [("audit", "AuditStreamDelivery"), ("logs", "LogArchiveDelivery")]
)
def test_a_delivery_writes_into_its_own_folders_alone(
    assemblies: dict[str, Synthesised], name: str, role: str
) -> None:
    prod = assemblies["prod"]
    archive = f"arn:aws:s3:::{buckets(prod)['archive']['BucketName']}"
    writes = [
        path
        for s in statements(prod, role)
        if "s3:PutObject" in s["Action"] or "s3:*" in s["Action"]
        for path in on(s)
    ]
    assert sorted(writes) == [f"{archive}/{name}-errors/*", f"{archive}/{name}/*"]
    actions = {a for s in statements(prod, role) for a in [s["Action"]] if isinstance(a, str)}
    assert not any("*" in action for action in actions)
    assert not any("Delete" in str(s["Action"]) for s in statements(prod, role))


def test_services_take_their_roles_for_this_account_alone(synthesised: Synthesised) -> None:
    account = synthesised.environment.account
    seen = set()
    for role in synthesised.of_type("IAM::Role", PART).values():
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        service = trust["Principal"]["Service"]
        seen.add(service)
        if service != "lambda.amazonaws.com":
            assert account in str(trust["Condition"])
    assert {"firehose.amazonaws.com", "lambda.amazonaws.com"} <= seen


def test_the_source_reports_bisects_and_loses_nothing(synthesised: Synthesised) -> None:
    (source,) = synthesised.of_type("Lambda::EventSourceMapping", PART).values()
    assert "AuditLogs" in str(source["EventSourceArn"])
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BisectBatchOnFunctionError"] is True
    assert source["StartingPosition"] == "TRIM_HORIZON"
    assert source["MaximumRetryAttempts"] == -1
    # A stream holds a day; whatever is left shortly before is told of.
    assert 20 * 3600 <= source["MaximumRecordAgeInSeconds"] < 24 * 3600
    refused = source["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
    queue = synthesised.of_type("SQS::Queue", PART)[refused]
    assert "KmsMasterKeyId" in queue
    assert queue["MessageRetentionPeriod"] == 14 * 86_400
    (locked,) = synthesised.of_type("SQS::QueuePolicy", PART).values()
    (deny,) = locked["PolicyDocument"]["Statement"]
    assert (deny["Effect"], deny["Condition"]) == (
        "Deny", {"Bool": {"aws:SecureTransport": "false"}},
    )  # fmt: skip


def test_the_filter_lets_entries_through_and_heads_not(synthesised: Synthesised) -> None:
    (source,) = synthesised.of_type("Lambda::EventSourceMapping", PART).values()
    (only,) = source["FilterCriteria"]["Filters"]
    pattern = json.loads(only["Pattern"])
    (wanted,) = pattern["dynamodb"]["Keys"]["daySequence"]["S"]
    assert pattern.keys() == {"dynamodb"}, "every kind of event: a removal is a sign too"

    stored = linked(KEY, genesis("a", DAY), "a", DAY, entry(NOW).attributes())
    keys = record(stored)["dynamodb"]["Keys"]
    assert keys["daySequence"]["S"].startswith(wanted["prefix"])
    head = AuditLogs.head_key("a", DAY)
    assert not str(head.sort).startswith(wanted["prefix"])
