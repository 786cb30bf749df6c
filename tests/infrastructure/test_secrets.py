"""The secrets as they are made, who may rotate them, and the alarms on their age."""

from typing import Any

import pytest

from stacks.environments import Edge
from stacks.secret_specs import SECRETS, Rotation, Source
from stacks.secrets import LENGTH, distribution_parameter
from tests.infrastructure.conftest import Synthesised
from wpp_mcp.observability import NAMESPACE, SERVICE
from wpp_mcp.secret_store import ROTATED, SecretName


def made(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    prefix = synthesised.environment.secret_prefix
    found = synthesised.of_type("SecretsManager::Secret").values()
    return {str(secret["Name"]).removeprefix(prefix): secret for secret in found}


def statements(synthesised: Synthesised, function: str) -> list[dict[str, Any]]:
    policies = synthesised.of_type("IAM::Policy", "secrets")
    return [
        statement
        for name, policy in policies.items()
        if name.startswith(function)
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def test_every_secret_of_the_code_is_made(synthesised: Synthesised) -> None:
    names = {*made(synthesised)}
    assert {name.value for name in SecretName} <= names <= {*SECRETS}
    assert ("pagerduty-url" in names) is synthesised.environment.pager_duty


def test_what_rotates_by_itself_is_what_the_function_rotates() -> None:
    automatic = {s.name for s in SECRETS.values() if s.rotation is Rotation.AUTOMATIC}
    assert automatic == {name.value for name in ROTATED}
    for spec in SECRETS.values():
        if spec.rotation is Rotation.AUTOMATIC:
            assert spec.source is Source.GENERATED


def test_secrets_are_under_our_key_and_say_whose_they_are(synthesised: Synthesised) -> None:
    for name, secret in made(synthesised).items():
        tags = {tag["Key"]: tag["Value"] for tag in secret["Tags"]}
        assert (tags["owner"], tags["rotation"]) == (SECRETS[name].owner, SECRETS[name].rotation)
        assert "Secrets" in str(secret["KmsKeyId"])
        assert "SecretString" not in secret


def test_only_what_we_issue_has_a_value_from_the_beginning(synthesised: Synthesised) -> None:
    """A value that nobody issued would look as if it worked."""
    for name, secret in made(synthesised).items():
        if SECRETS[name].source is Source.ISSUED:
            assert "GenerateSecretString" not in secret
            continue
        generated = secret["GenerateSecretString"]
        assert generated["SecretStringTemplate"] == "{}"
        assert generated["GenerateStringKey"] == "current"
        assert generated["ExcludePunctuation"] is True
        assert 62 ** generated["PasswordLength"] > 2**256
        assert generated["PasswordLength"] == LENGTH


def test_secrets_outlive_their_stack_in_prod(assemblies: dict[str, Synthesised]) -> None:
    for name, one in assemblies.items():
        for resource in one.template("secrets")["Resources"].values():
            if resource["Type"] == "AWS::SecretsManager::Secret":
                assert resource["DeletionPolicy"] == ("Retain" if name == "prod" else "Delete")


def test_ours_rotate_every_90_days(synthesised: Synthesised) -> None:
    secrets = synthesised.template("secrets")["Resources"]
    schedules = synthesised.of_type("SecretsManager::RotationSchedule").values()
    prefix = synthesised.environment.secret_prefix
    rotated = {
        secrets[schedule["SecretId"]["Ref"]]["Properties"]["Name"].removeprefix(prefix)
        for schedule in schedules
    }
    assert rotated == {name.value for name in ROTATED}
    for schedule in schedules:
        assert schedule["RotationRules"] == {"AutomaticallyAfterDays": 90}
        assert "RotateSecret" in str(schedule["RotationLambdaARN"])


def test_only_secrets_manager_may_call_the_rotation_and_for_its_own_secrets(
    synthesised: Synthesised,
) -> None:
    resources, prefix = (
        synthesised.template("secrets")["Resources"],
        synthesised.environment.secret_prefix,
    )
    named = set()
    for permission in synthesised.of_type("Lambda::Permission", "secrets").values():
        if "RotateSecret" not in str(permission["FunctionName"]):
            continue
        assert permission["Principal"] == "secretsmanager.amazonaws.com"
        assert permission["SourceAccount"] == synthesised.environment.account
        secret = resources[permission["SourceArn"]["Ref"]]["Properties"]
        named.add(secret["Name"].removeprefix(prefix))
    assert named == {name.value for name in ROTATED}


def test_a_rotation_begins_when_secrets_manager_may_call(synthesised: Synthesised) -> None:
    """The first rotation is asked for with the schedule."""
    resources = synthesised.template("secrets")["Resources"]
    allowed = {
        resource["Properties"]["SourceArn"]["Ref"]: name
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Lambda::Permission"
        and "Ref" in resource["Properties"]["SourceArn"]
    }
    schedules = [r for r in resources.values() if r["Type"].endswith("RotationSchedule")]
    assert schedules
    for schedule in schedules:
        assert allowed[schedule["Properties"]["SecretId"]["Ref"]] in schedule["DependsOn"]


def test_the_rotation_reads_and_writes_its_own_three_secrets(synthesised: Synthesised) -> None:
    prefix = synthesised.environment.secret_prefix
    touched: set[str] = set()
    for statement in statements(synthesised, "RotateSecret"):
        if "secretsmanager" in str(statement["Action"]):
            arns = statement["Resource"]
            touched |= {arn.rpartition(":secret:")[2] for arn in arns}
    assert touched == {f"{prefix}{name.value}-??????" for name in ROTATED}


def test_the_rotation_changes_the_distribution_of_its_environment_alone(
    synthesised: Synthesised,
) -> None:
    environment = synthesised.environment
    found = [s for s in statements(synthesised, "RotateSecret") if "cloudfront" in str(s["Action"])]
    (function,) = (
        f
        for name, f in synthesised.of_type("Lambda::Function", "secrets").items()
        if name.startswith("RotateSecret")
    )
    variables = function["Environment"]["Variables"]
    if environment.edge is Edge.NONE:
        assert found == []
        assert "WPP_DISTRIBUTION_PARAMETER" not in variables
        return
    (statement,) = found
    assert statement["Action"] == ["cloudfront:GetDistribution", "cloudfront:UpdateDistribution"]
    assert statement["Condition"] == {
        "StringEquals": {
            "aws:ResourceTag/project": "wpp-mcp",
            "aws:ResourceTag/environment": environment.name,
        }
    }
    parameter = distribution_parameter(environment)
    assert variables["WPP_DISTRIBUTION_PARAMETER"] == parameter
    (reads,) = (s for s in statements(synthesised, "RotateSecret") if "ssm" in str(s["Action"]))
    assert str(reads["Resource"]).endswith(f":parameter{parameter}")


def test_whoever_tells_ages_cannot_read_a_value(synthesised: Synthesised) -> None:
    actions = {
        action
        for statement in statements(synthesised, "SecretAges")
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }
    assert {a for a in actions if a.startswith("secretsmanager")} == {
        "secretsmanager:DescribeSecret",
        "secretsmanager:ListSecretVersionIds",
    }
    assert [a for a in actions if a.startswith("kms")] == []


def test_an_age_is_an_alarm_for_the_security_topic(synthesised: Synthesised) -> None:
    environment = synthesised.environment
    ages = {}
    for alarm in synthesised.of_type("CloudWatch::Alarm", "secrets").values():
        (action,) = alarm["AlarmActions"]
        assert str(action).endswith(f":{environment.prefix}security")
        if alarm["Namespace"] != NAMESPACE:
            continue
        dimensions = {d["Name"]: d["Value"] for d in alarm["Dimensions"]}
        assert alarm["MetricName"] == "SecretAgeDays"
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
        assert dimensions.pop("service") == SERVICE
        assert dimensions.pop("environment") == environment.name
        ages[dimensions["secret"]] = alarm["Threshold"]
    watched = {s.name: s.max_age_days for s in SECRETS.values() if s.max_age_days is not None}
    assert ages == watched
    by_hand = {n for n, s in SECRETS.items() if s.rotation is Rotation.BY_HAND}
    assert {ages[n] for n in by_hand & {*ages}} == {90, 730}


def test_the_ages_are_told_every_day(synthesised: Synthesised) -> None:
    (rule,) = synthesised.of_type("Events::Rule", "secrets").values()
    assert rule["ScheduleExpression"] == "cron(0 5 * * ? *)"
    assert rule["State"] == "ENABLED"
    (target,) = rule["Targets"]
    assert "SecretAges" in str(target["Arn"])


@pytest.mark.parametrize("name", ["origin-header", "session-key", "request-state-key"])
def test_a_rotation_that_did_not_happen_is_an_alarm_too(name: str) -> None:
    assert SECRETS[name].max_age_days == 97
