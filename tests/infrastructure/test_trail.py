"""The trail cannot be lost or blinded unseen, and threats are told to whom they concern."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from stacks.environments import load
from stacks.trail_patterns import GUARDS, TrailMetric, patterns_of
from tests.infrastructure.conftest import Synthesised

PART = "observability"
ROLE = "userIdentity.sessionContext.sessionIssuer.userName"
MEMBER = re.compile(r'\(\$\.([\w.]+) (=|!=) "([^"]*)"\)|\(\$\.([\w.]+) NOT EXISTS\)')


def found(event: Mapping[str, Any], path: str) -> str | None:
    value: Any = event
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else None


def holds(event: Mapping[str, Any], comparison: re.Match[str]) -> str:
    """One comparison as CloudWatch makes it: nothing holds for a field that is not there."""
    name, operator, wanted, absent = comparison.groups()
    if absent:
        return str(found(event, absent) is None)
    value = found(event, name)
    same = re.fullmatch(re.escape(wanted).replace(r"\*", ".*"), value or "") is not None
    return str(value is not None and same == (operator == "="))


def matches(pattern: str, event: Mapping[str, Any]) -> bool:
    said = MEMBER.sub(lambda m: holds(event, m), pattern.strip("{} "))
    words = said.replace("&&", " and ").replace("||", " or ")
    assert re.fullmatch(r"(True|False|and|or|[() ])+", words), words
    return bool(eval(words))


def read(
    role: str | None, session: str = "x", *, web: bool = False, name: str = "GetSecretValue"
) -> dict[str, Any]:
    """A read of a secret, as the trail has it."""
    identity: dict[str, Any] = {"type": "IAMUser", "principalId": "AIDAEXAMPLE"}
    if role is not None:
        context: dict[str, Any] = {"sessionIssuer": {"type": "Role", "userName": role}}
        if web:
            context["webIdFederationData"] = {"federatedProvider": "arn:aws:iam::1:oidc-provider/g"}
        identity = {
            "type": "AssumedRole",
            "principalId": f"AROAEXAMPLE:{session}",
            "sessionContext": context,
        }
    return {
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": name,
        "userIdentity": identity,
    }


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_a_function_that_reads_its_secret_is_no_alarm_and_anybody_else_is(name: str) -> None:
    environment = load(name)
    pattern = patterns_of(environment)[TrailMetric.SECRET_READS]
    prefix = environment.prefix
    role, function = f"{prefix}api-ExecuteToolPartsRole", f"{prefix}execute-tool"

    assert not matches(pattern, read(role, function))
    assert not matches(pattern, read("cdk-hnb659fds-cfn-exec-role-1-us-east-1", "CloudFormation"))
    assert not matches(pattern, {**read(None), "eventName": "DescribeSecret"})
    assert not matches(pattern, {**read(None), "eventSource": "kms.amazonaws.com"})

    assert matches(pattern, read(None))
    assert matches(pattern, read(None, name="BatchGetSecretValue"))
    assert matches(pattern, read("Administrator", "ada"))
    assert matches(pattern, read("Administrator", function))
    assert matches(pattern, read(role, "ada"))
    assert matches(pattern, read(f"{prefix}deploy", function, web=True))
    assert matches(pattern, read("cdk-hnb659fds-deploy-role-1-us-east-1", "github"))


def test_what_makes_the_account_blind_is_an_alarm() -> None:
    pattern = patterns_of(load("prod"))[TrailMetric.GUARDS_WEAKENED]
    assert {"StopLogging", "DeleteTrail", "DeleteDetector", "ScheduleKeyDeletion"} <= set(GUARDS)
    assert all(matches(pattern, {"eventName": name}) for name in GUARDS)
    assert not matches(pattern, {"eventName": "GetTrail"})


def test_the_root_user_is_an_alarm_and_a_service_in_its_name_is_not() -> None:
    pattern = patterns_of(load("prod"))[TrailMetric.ROOT_USED]
    used = {"userIdentity": {"type": "Root"}, "eventType": "AwsApiCall"}
    by_service = {"userIdentity": {"type": "Root", "invokedBy": "x.amazonaws.com"}}
    assert matches(pattern, used)
    assert not matches(pattern, {**used, **by_service})
    assert not matches(pattern, {**used, "userIdentity": {"type": "AssumedRole"}})


def test_patterns_are_short_enough_and_are_those_of_the_template(synthesised: Synthesised) -> None:
    patterns = patterns_of(synthesised.environment)
    made = {
        one["FilterName"]: one["FilterPattern"]
        for one in synthesised.of_type("Logs::MetricFilter", PART).values()
    }
    assert made == {metric.value: pattern for metric, pattern in patterns.items()}
    assert all(len(pattern) <= 1024 for pattern in patterns.values())


def selectors(trail: Mapping[str, Any]) -> list[dict[str, dict[str, Any]]]:
    return [
        {f["Field"]: {k: v for k, v in f.items() if k != "Field"} for f in s["FieldSelectors"]}
        for s in trail["AdvancedEventSelectors"]
    ]


def test_the_trail_records_every_region_encrypted_and_tamper_evident(
    synthesised: Synthesised,
) -> None:
    (trail,) = synthesised.of_type("CloudTrail::Trail", PART).values()
    assert trail["IsLogging"] is trail["IsMultiRegionTrail"] is True
    assert trail["IncludeGlobalServiceEvents"] is trail["EnableLogFileValidation"] is True
    assert "KMSKeyId" in trail
    assert "CloudWatchLogsLogGroupArn" in trail


def test_reads_of_secrets_are_recorded_everywhere_and_uses_of_keys_in_prod(
    synthesised: Synthesised,
) -> None:
    (trail,) = synthesised.of_type("CloudTrail::Trail", PART).values()
    management = [s for s in selectors(trail) if s["eventCategory"] == {"Equals": ["Management"]}]
    reads = [
        s for s in management if s.get("readOnly", {"Equals": ["true"]}) == {"Equals": ["true"]}
    ]
    left_out = {name for s in reads for name in s.get("eventSource", {}).get("NotEquals", [])}
    assert reads
    assert left_out == (set() if synthesised.environment.is_prod else {"kms.amazonaws.com"})


def test_nobody_touches_manifests_or_the_trails_files_unseen(synthesised: Synthesised) -> None:
    (trail,) = synthesised.of_type("CloudTrail::Trail", PART).values()
    data = [s for s in selectors(trail) if s["eventCategory"] == {"Equals": ["Data"]}]
    manifests, files = sorted(data, key=lambda s: "eventName" in s)
    environment = synthesised.environment
    bucket = f"{environment.prefix}archive-{environment.account}-{environment.region}"
    assert f"{bucket}/manifests/" in json.dumps(manifests["resources.ARN"])
    assert manifests["readOnly"] == {"Equals": ["false"]}
    # Its own deliveries would be recorded, delivered and recorded again.
    assert set(files["eventName"]["Equals"]) == {"DeleteObject", "DeleteObjects"}


def test_the_trails_bucket_is_closed_and_written_by_the_trail_alone(
    synthesised: Synthesised,
) -> None:
    (bucket,) = synthesised.of_type("S3::Bucket", PART).values()
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    (policy,) = synthesised.of_type("S3::BucketPolicy", PART).values()
    environment = synthesised.environment
    trail = f":{environment.account}:trail/{environment.prefix}trail"
    for statement in policy["PolicyDocument"]["Statement"]:
        if statement["Effect"] == "Deny":
            assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        else:
            assert statement["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
            source = json.dumps(statement["Condition"]["StringEquals"]["aws:SourceArn"])
            assert trail in source


# Threats


def rules(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    prefix = synthesised.environment.prefix
    made = synthesised.of_type("Events::Rule", PART).values()
    return {rule["Name"].removeprefix(prefix): rule for rule in made}


def test_threats_are_watched_for_where_the_settings_say_so(synthesised: Synthesised) -> None:
    detectors = list(synthesised.of_type("GuardDuty::Detector", PART).values())
    assert bool(detectors) is synthesised.environment.guard_duty
    assert bool(rules(synthesised)) is synthesised.environment.guard_duty
    for detector in detectors:
        on = {f["Name"] for f in detector["Features"] if f["Status"] == "ENABLED"}
        assert on == {"S3_DATA_EVENTS", "LAMBDA_NETWORK_LOGS"}


def test_findings_reach_people_and_oma_and_the_worst_the_pager(
    assemblies: dict[str, Synthesised],
) -> None:
    made = rules(assemblies["prod"])
    least = {
        name: rule["EventPattern"]["detail"]["severity"][0]["numeric"]
        for name, rule in made.items()
    }
    assert least == {"findings-medium": [">=", 4], "findings-high": [">=", 7]}
    medium, high = ([json.dumps(t) for t in made[n]["Targets"]] for n in least)
    assert any("TopicsSecurity" in target for target in medium)
    assert any('"ForwardFindings' in target for target in medium)
    (pager,) = high
    assert "TopicsAlarms" in pager
    assert '\\"AlarmDescription\\":\\"P0: ' in pager.replace('\\\\"', '\\"')


def test_what_is_told_of_a_finding_holds_no_address_and_no_person(
    assemblies: dict[str, Synthesised],
) -> None:
    for rule in rules(assemblies["prod"]).values():
        for target in rule["Targets"]:
            paths = set(target.get("InputTransformer", {}).get("InputPathsMap", {}).values())
            allowed = {f"$.detail.{n}" for n in ("id", "type", "severity", "region", "updatedAt")}
            assert paths <= allowed
            assert paths or "ForwardFindings" in str(target["Arn"])


def test_a_finding_that_does_not_arrive_is_kept(assemblies: dict[str, Synthesised]) -> None:
    prod = assemblies["prod"]
    (queue,) = prod.of_type("SQS::Queue", PART).values()
    assert queue["QueueName"] == "wpp-mcp-findings-dead-letters"
    assert "KmsMasterKeyId" in queue
    (retries,) = prod.of_type("Lambda::EventInvokeConfig", PART).values()
    assert retries["MaximumRetryAttempts"] == 2
    assert "DeadLetters" in str(retries["DestinationConfig"]["OnFailure"]["Destination"])
    for rule in rules(prod).values():
        for target in rule["Targets"]:
            assert "DeadLetters" in str(target["DeadLetterConfig"]["Arn"])
