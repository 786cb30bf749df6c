"""The archive: what may get in, what may get out, for how long, and what auditors can ask of it."""

import base64
import json
import re
from typing import Any

import pytest

from stacks.audit_queries import ENTRIES, ONCE, questions, view
from stacks.permissions import ARCHIVE
from tests.infrastructure.conftest import Synthesised
from tests.unit.support.people import entry
from tests.unit.support.streaming import KEY, record
from tests.unit.support.surroundings import NOW
from wpp_mcp.audit.chain import genesis, linked
from wpp_mcp.audit.columns import ARRIVED, row, schema
from wpp_mcp.audit.entry import RETENTION_DAYS
from wpp_mcp.audit.manifest import Lock
from wpp_mcp.models import strict_json
from wpp_mcp.storage.audit_logs import AuditLogs

PART = "archive"
DAY = "2026-11-21"


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


def lifecycle(bucket: dict[str, Any]) -> dict[str, dict[str, Any]]:
    rules = bucket["LifecycleConfiguration"]["Rules"]
    assert {rule["Status"] for rule in rules} == {"Enabled"}
    return {rule["Id"]: rule for rule in rules}


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
    wanted = "Retain" if synthesised.environment.deletion_protection else "Delete"
    for resource in synthesised.template(PART)["Resources"].values():
        if resource["Type"] == "AWS::S3::Bucket":
            assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == wanted


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


def deliveries(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    prefix = synthesised.environment.prefix
    found = synthesised.of_type("KinesisFirehose::DeliveryStream", PART).values()
    return {one["DeliveryStreamName"].removeprefix(prefix): one for one in found}


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


# Asking


def table(synthesised: Synthesised, name: str) -> dict[str, Any]:
    (found,) = (
        t["TableInput"]
        for t in synthesised.of_type("Glue::Table", PART).values()
        if t["TableInput"]["Name"] == name
    )
    return dict(found)


def columns_of(found: dict[str, Any]) -> dict[str, str]:
    return {c["Name"]: c["Type"] for c in found["StorageDescriptor"]["Columns"]}


def test_the_columns_are_those_of_an_entry_and_firehose_reads_them(
    synthesised: Synthesised,
) -> None:
    entries = table(synthesised, ENTRIES)
    stored = linked(KEY, genesis("a", DAY), "a", DAY, entry(NOW, rows=3, account="x").attributes())

    assert columns_of(entries) == schema()
    assert set(strict_json.loads(row(stored))) <= set(columns_of(entries))
    conversion = deliveries(synthesised)["audit"]["ExtendedS3DestinationConfiguration"][
        "DataFormatConversionConfiguration"
    ]
    used = conversion["SchemaConfiguration"]
    (database,) = synthesised.of_type("Glue::Database", PART).values()
    assert used["DatabaseName"] == database["DatabaseInput"]["Name"]
    assert used["DatabaseName"] == f"{synthesised.environment.prefix.replace('-', '_')}audit"
    assert (used["TableName"], used["VersionId"]) == (ENTRIES, "LATEST")
    assert "ParquetSerDe" in conversion["OutputFormatConfiguration"]["Serializer"]


def test_a_day_is_found_where_firehose_writes_it(synthesised: Synthesised) -> None:
    entries = table(synthesised, ENTRIES)
    parameters = entries["Parameters"]
    to = deliveries(synthesised)["audit"]["ExtendedS3DestinationConfiguration"]

    assert entries["PartitionKeys"] == [{"Name": ARRIVED, "Type": "string"}]
    assert parameters["projection.enabled"] == "true"
    form = parameters[f"projection.{ARRIVED}.format"]
    template = str(parameters["storage.location.template"])
    assert to["Prefix"] == f"audit/{ARRIVED}=!{{timestamp:{form}}}/"
    assert f"/audit/{ARRIVED}=${{{ARRIVED}}}/" in template


def test_the_view_shows_every_column_once(synthesised: Synthesised) -> None:
    found = table(synthesised, ONCE)
    said = found["ViewOriginalText"].removeprefix("/* Presto View: ").removesuffix(" */")
    told = json.loads(base64.b64decode(said))

    assert columns_of(found) == schema() | {ARRIVED: "string"}
    assert [c["name"] for c in told["columns"]] == [*schema(), ARRIVED]
    assert told["originalSql"] == view()
    assert told["schema"] == f"{synthesised.environment.prefix.replace('-', '_')}audit"


def test_athena_answers_encrypted_within_bounds_and_forgets(synthesised: Synthesised) -> None:
    (group,) = synthesised.of_type("Athena::WorkGroup", PART).values()
    assert group["Name"] == f"{synthesised.environment.prefix}audit"
    settings = group["WorkGroupConfiguration"]
    assert settings["EnforceWorkGroupConfiguration"] is True
    assert 10 * 1024**2 <= settings["BytesScannedCutoffPerQuery"] <= 100 * 1024**3
    result = settings["ResultConfiguration"]
    assert result["EncryptionConfiguration"]["EncryptionOption"] == "SSE_KMS"
    assert result["ExpectedBucketOwner"] == synthesised.environment.account
    rules = lifecycle(buckets(synthesised)["athena"])
    assert rules["results"]["ExpirationInDays"] == 30


def test_each_question_is_saved_with_what_it_answers(synthesised: Synthesised) -> None:
    prefix = synthesised.environment.prefix
    found = {
        q["Name"].removeprefix(prefix): q
        for q in synthesised.of_type("Athena::NamedQuery", PART).values()
    }
    assert set(found) == {"person", "account", "blocked", "taken-out", "chain", "rewritten"}
    for question in questions():
        saved = found[question.name]
        assert (saved["Description"], saved["QueryString"]) == (question.meaning, question.sql)
        assert "Parameter" in saved["Description"]
        assert "{" not in saved["QueryString"]
