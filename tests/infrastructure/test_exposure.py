"""Of every stack: who may do what, who reaches what from outside, and what lies about unlocked."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.infrastructure.conftest import Synthesised
from tests.support.templates import Found, resources, statement_of, text_of

OF_CDK = ("CustomVpcRestrictDefaultSG", "CustomCrossRegionExport", "CustomS3AutoDelete")
"""How resources are called that CDK makes for custom resources of its own: CloudFormation alone
calls these functions, during a deployment."""

ENCRYPTED: Mapping[str, str] = {
    "Logs::LogGroup": "KmsKeyId",
    "SecretsManager::Secret": "KmsKeyId",
    "SQS::Queue": "KmsMasterKeyId",
    "SNS::Topic": "KmsMasterKeyId",
    "DynamoDB::GlobalTable": "SSESpecification",
    "S3::Bucket": "BucketEncryption",
    "KinesisFirehose::DeliveryStream": "DeliveryStreamEncryptionConfigurationInput",
    "Backup::BackupVault": "EncryptionKeyArn",
    "CloudTrail::Trail": "KMSKeyId",
}
"""What says with which key of ours a resource is encrypted."""

CLOSED = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}
RESOURCE_POLICIES = (
    "S3::BucketPolicy",
    "SQS::QueuePolicy",
    "SNS::TopicPolicy",
    "SecretsManager::ResourcePolicy",
)


def ours(synthesised: Synthesised, kind: str) -> Iterator[Found]:
    """The resources of a type, without those that CDK makes for itself."""
    for found in resources(synthesised, kind):
        if not found.name.startswith(OF_CDK):
            yield found


def policies(synthesised: Synthesised) -> Iterator[tuple[Found, Mapping[str, Any]]]:
    """Every statement that gives an identity something."""
    for kind in ("IAM::Policy", "IAM::ManagedPolicy"):
        for found in ours(synthesised, kind):
            for one in found.properties["PolicyDocument"]["Statement"]:
                yield found, one
    for found in ours(synthesised, "IAM::Role"):
        for inline in found.properties.get("Policies", []):
            for one in inline["PolicyDocument"]["Statement"]:
                yield found, one


class Tree:
    """The constructs of one stack: where resources are, and what is acknowledged on the way."""

    def __init__(self, synthesised: Synthesised, part: str) -> None:
        document = json.loads((synthesised.folder / f"{part}.metadata.json").read_text())
        self._paths: dict[str, str] = {}
        self._reasons: dict[str, dict[str, str]] = {}
        for path, entries in document.items():
            for entry in entries:
                if entry["type"] == "aws:cdk:logicalId":
                    self._paths[entry["data"]] = path
                if entry["type"] == "aws:cdk:acknowledged-rules":
                    self._reasons.setdefault(path, {}).update(entry["data"])

    def reasons(self, name: str) -> dict[str, str]:
        """By rule, the reasons written on a resource or on what it belongs to."""
        path = self._paths[name]
        found: dict[str, str] = {}
        for about, said in self._reasons.items():
            if path == about or path.startswith(f"{about}/"):
                found.update(said)
        return found


def test_no_action_is_a_wildcard(synthesised: Synthesised) -> None:
    for found, one in policies(synthesised):
        statement = statement_of(one, synthesised, found.part)
        assert statement.effect == "Deny" or not [a for a in statement.actions if "*" in a], found


def is_wild(arn: str) -> bool:
    """Whether an ARN is more than one thing; a secret's ends in six characters of AWS' own."""
    if ":secretsmanager:" in arn:
        arn = arn.removesuffix("-??????")
    return "*" in arn or "?" in arn


def test_every_wildcard_of_a_resource_has_a_reason_on_the_spot(synthesised: Synthesised) -> None:
    trees: dict[str, Tree] = {}
    for found, one in policies(synthesised):
        statement = statement_of(one, synthesised, found.part)
        wild = [each for each in statement.resources if is_wild(each)]
        if statement.effect != "Allow" or not wild:
            continue
        tree = trees.setdefault(found.part, Tree(synthesised, found.part))
        said = {rule: why for rule, why in tree.reasons(found.name).items() if "IAM5" in rule}
        for each in wild:
            # The ids of what only a deployment knows are written in CDK's own way.
            named = [rule for rule in said if f"Resource::{each}]" in rule or "<" in each]
            assert named, f"{found}: {each}"
            assert all(len(said[rule]) > 30 for rule in named)


def test_nobody_hands_on_every_role(synthesised: Synthesised) -> None:
    for found, one in policies(synthesised):
        statement = statement_of(one, synthesised, found.part)
        if "iam:PassRole" in statement.actions:
            assert "*" not in statement.resources, found


def test_no_role_holds_a_policy_of_somebody_else(synthesised: Synthesised) -> None:
    """AWS' managed policies are wide, and change without us."""
    for found in ours(synthesised, "IAM::Role"):
        for managed in found.properties.get("ManagedPolicyArns", []):
            assert ":iam::aws:policy/" not in text_of(managed, synthesised, found.part), found


def test_a_role_is_for_a_service_or_named_principals(synthesised: Synthesised) -> None:
    for found in ours(synthesised, "IAM::Role"):
        for one in found.properties["AssumeRolePolicyDocument"]["Statement"]:
            assert "*" not in str(one["Principal"]), found


def test_what_policies_of_resources_let_in_is_not_everybody(synthesised: Synthesised) -> None:
    for kind in RESOURCE_POLICIES:
        for found in ours(synthesised, kind):
            document = found.properties.get("PolicyDocument") or found.properties["ResourcePolicy"]
            for one in document["Statement"]:
                everybody = one["Principal"] in ("*", {"AWS": "*"})
                assert one["Effect"] == "Deny" or not everybody, found


def test_only_the_api_and_the_edge_are_reached_from_outside(synthesised: Synthesised) -> None:
    assert list(resources(synthesised, "Lambda::Url")) == []
    for kind in ("ElasticLoadBalancingV2::LoadBalancer", "EC2::Instance", "RDS::DBInstance"):
        assert list(resources(synthesised, kind)) == []
    assert len(list(resources(synthesised, "ApiGatewayV2::Api"))) == 1
    assert list(resources(synthesised, "ApiGateway::RestApi")) == []
    for found in ours(synthesised, "S3::Bucket"):
        assert found.properties["PublicAccessBlockConfiguration"] == CLOSED, found


def test_who_may_call_a_function_is_said_with_its_source(synthesised: Synthesised) -> None:
    for found in ours(synthesised, "Lambda::Permission"):
        principal = found.properties["Principal"]
        assert str(principal).endswith(".amazonaws.com"), found
        source = text_of(found.properties["SourceArn"], synthesised, found.part)
        assert source not in ("", "*"), found


def test_functions_are_in_private_subnets(synthesised: Synthesised) -> None:
    for found in ours(synthesised, "Lambda::Function"):
        subnets = [
            text_of(one, synthesised, found.part)
            for one in found.properties["VpcConfig"]["SubnetIds"]
        ]
        assert len(subnets) == 3, found
        assert all(one.startswith("<network.Vpcprivate") for one in subnets), found


@pytest.mark.parametrize("kind", ENCRYPTED)
def test_what_holds_something_is_encrypted_with_a_key_of_ours(
    synthesised: Synthesised, kind: str
) -> None:
    for found in ours(synthesised, kind):
        said = found.properties.get(ENCRYPTED[kind])
        assert said, found
        if kind == "S3::Bucket":
            assert "aws:kms" in str(said) or server_access_logs(synthesised, found), found


def server_access_logs(synthesised: Synthesised, bucket: Found) -> bool:
    """Whether S3 or CloudFront writes logs into a bucket, which takes no key of ours."""
    return "AES256" in str(bucket.properties["BucketEncryption"]) and "log" in bucket.name.lower()


def test_every_log_ends(synthesised: Synthesised) -> None:
    for found in resources(synthesised, "Logs::LogGroup"):
        days = found.properties["RetentionInDays"]
        assert days == synthesised.environment.log_retention_days, found


def test_cdks_own_function_logs_where_we_say(synthesised: Synthesised) -> None:
    """That of the default security group; those of cross-region exports CDK makes too late."""
    template = synthesised.template("network")["Resources"]
    (handler,) = (
        one["Properties"]
        for name, one in template.items()
        if one["Type"] == "AWS::Lambda::Function" and name.startswith(OF_CDK)
    )
    group = template[handler["LoggingConfig"]["LogGroup"]["Ref"]]
    assert group["Type"] == "AWS::Logs::LogGroup"
