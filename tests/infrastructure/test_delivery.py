"""Who may deploy, with what, and that the command line can do it with what we synthesise."""

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from stacks.delivery import DeliveryStack, regions
from stacks.environments import context, load
from stacks.keys import KeysStack
from tests.infrastructure.conftest import Synthesised
from tests.support import node

ROOT = Path(__file__).resolve().parents[2]
GITHUB = "token.actions.githubusercontent.com"


def role(synthesised: Synthesised, name: str) -> dict[str, Any]:
    (found,) = (
        role
        for role in synthesised.of_type("IAM::Role", "delivery").values()
        if role["RoleName"] == f"{synthesised.environment.prefix}{name}"
    )
    return found


def statements(synthesised: Synthesised, name: str) -> list[dict[str, Any]]:
    """What a role may do, each with a list of actions and of resources."""
    (policy,) = (
        policy["PolicyDocument"]["Statement"]
        for logical_id, policy in synthesised.of_type("IAM::Policy", "delivery").items()
        if logical_id.startswith(name.capitalize())
    )
    listed = []
    for statement in policy:
        both = {key: statement[key] for key in ("Action", "Resource")}
        lists = {key: v if isinstance(v, list) else [v] for key, v in both.items()}
        listed.append({**statement, **lists})
    return listed


def resources_of(synthesised: Synthesised, name: str, action: str) -> list[str]:
    return [
        str(resource)
        for statement in statements(synthesised, name)
        if action in statement["Action"]
        for resource in statement["Resource"]
    ]


@pytest.mark.parametrize(
    ("name", "subjects"),
    [
        ("deploy", ["environment:{name}"]),
        ("read", ["pull_request", "ref:refs/heads/main"]),
    ],
)
def test_a_role_believes_github_for_our_repository_and_its_own_purpose_alone(
    synthesised: Synthesised, name: str, subjects: list[str]
) -> None:
    environment = synthesised.environment
    (trust,) = role(synthesised, name)["AssumeRolePolicyDocument"]["Statement"]
    given = [
        f"repo:{environment.repository}:{subject.format(name=environment.name)}"
        for subject in subjects
    ]
    assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert trust["Principal"] == {
        "Federated": f"arn:aws:iam::{environment.account}:oidc-provider/{GITHUB}"
    }
    # StringEquals takes a star for a star: no pattern can match more than it says.
    assert trust["Condition"] == {
        "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": given}
    }


def test_credentials_last_an_hour_and_there_is_no_key_that_lasts(synthesised: Synthesised) -> None:
    for name in ("deploy", "read"):
        assert role(synthesised, name)["MaxSessionDuration"] <= 3600
        assert "ManagedPolicyArns" not in role(synthesised, name)
    kinds = {
        resource["Type"]
        for stack in synthesised.stacks.values()
        for resource in stack.template["Resources"].values()
    }
    assert kinds.isdisjoint({"AWS::IAM::User", "AWS::IAM::AccessKey", "AWS::IAM::Group"})


def test_the_deploy_role_becomes_the_bootstrapped_roles_of_its_own_account_only(
    synthesised: Synthesised,
) -> None:
    account = synthesised.environment.account
    wanted = {
        f"arn:aws:iam::{account}:role/cdk-hnb659fds-{kind}-role-{account}-{region}"
        for kind in ("deploy", "file-publishing")
        for region in regions(synthesised.environment)
    }
    assert set(resources_of(synthesised, "deploy", "sts:AssumeRole")) == wanted
    used = {
        each.replace("${AWS::Partition}", "aws").replace("${AWS::AccountId}", account)
        for each in re.findall(
            r"arn:[^\"]*:role/cdk-hnb659fds-(?:deploy|file-publishing)-role-[\w${}:-]+",
            "".join(path.read_text() for path in synthesised.folder.glob("*.json")),
        )
    }
    assert used
    assert used <= wanted


def test_every_region_with_a_stack_can_be_deployed_to(synthesised: Synthesised) -> None:
    deployed = {stack.environment.region for stack in synthesised.stacks.values()}
    assert deployed <= set(regions(synthesised.environment))


def test_the_read_role_sees_our_templates_and_nothing_else(synthesised: Synthesised) -> None:
    actions = {a for s in statements(synthesised, "read") for a in s["Action"]}
    assert actions == {"cloudformation:DescribeStacks", "cloudformation:GetTemplate"}
    prefix = synthesised.environment.prefix
    for resource in resources_of(synthesised, "read", "cloudformation:GetTemplate"):
        assert resource.partition(":stack/")[2] == f"{prefix}*/*"


def test_the_deploy_role_deletes_versions_and_no_function(synthesised: Synthesised) -> None:
    prefix, account = synthesised.environment.prefix, synthesised.environment.account
    function = f"arn:aws:lambda:us-east-1:{account}:function:{prefix}health"
    (pattern,) = resources_of(synthesised, "deploy", "lambda:DeleteFunction")

    assert fnmatchcase(f"{function}:7", pattern)
    assert not fnmatchcase(function, pattern)
    assert not fnmatchcase(function.replace(prefix, "another-") + ":7", pattern)


def test_the_deploy_role_reads_one_secret_and_no_data(synthesised: Synthesised) -> None:
    assert [
        resource.partition(":secret:")[2]
        for resource in resources_of(synthesised, "deploy", "secretsmanager:GetSecretValue")
    ] == [f"{synthesised.environment.secret_prefix}oma-webhook-key-??????"]
    services = {
        action.partition(":")[0]
        for s in statements(synthesised, "deploy")
        for action in s["Action"]
    }
    assert services == {
        *("sts", "cloudformation", "lambda", "codedeploy", "ssm", "secretsmanager", "kms"),
    }


SERVICES = {
    "ApiGatewayV2": "apigateway",
    "CertificateManager": "acm",
    "Cognito": "cognito-idp",
    "KinesisFirehose": "firehose",
}
"""Services that IAM calls otherwise than CloudFormation does."""


def test_the_bootstrap_lets_cloudformation_use_every_service_of_the_templates(
    synthesised: Synthesised,
) -> None:
    runbook = (ROOT / "docs/runbook/first-deploy.md").read_text()
    used = {
        resource["Type"].split("::")[1]
        for stack in synthesised.stacks.values()
        for resource in stack.template["Resources"].values()
        if resource["Type"].startswith("AWS::")
    } - {"CDK", "CloudFormation"}
    assert used
    missing = {s for s in used if f"`{SERVICES.get(s, s.lower())}`" not in runbook}
    assert missing == set()


def test_a_provider_that_the_account_has_is_neither_made_nor_needed(tmp_path: Path) -> None:
    from aws_cdk import App

    environment = load("dev").model_copy(update={"github_provider_exists": True})
    flags = {name: value for name, value in context().items() if name.startswith("@")}
    app = App(context=flags, outdir=str(tmp_path))
    DeliveryStack(app, environment, keys=KeysStack(app, environment).by_name)
    template = app.synth().get_stack_by_name(f"{environment.prefix}delivery").template

    kinds = [resource["Type"] for resource in template["Resources"].values()]
    assert "AWS::IAM::OIDCProvider" not in kinds
    assert kinds.count("AWS::IAM::Role") == 2
    assert all(r.get("DependsOn") is None for r in template["Resources"].values())


# The command line


def test_nothing_is_looked_up_in_an_account(synthesised: Synthesised) -> None:
    manifest = json.loads((synthesised.folder / "manifest.json").read_text())
    assert manifest.get("missing", []) == []


def test_the_pinned_command_line_reads_what_the_library_writes(synthesised: Synthesised) -> None:
    cdk = node.packages(ROOT) / "aws-cdk" / "bin" / "cdk"
    listed = node.node(
        *(cdk, "list", "--app", synthesised.folder),
        cwd=ROOT,
        timeout=60,
        env={"CDK_DISABLE_CLI_TELEMETRY": "true"},
    )
    names = {stack.stack_name for stack in synthesised.stacks.values()}
    assert listed.returncode == 0, listed.stderr
    assert set(re.findall(r"\((\S+)\)", listed.stdout)) == names


def test_the_command_line_is_one_version_from_one_file() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    version = json.loads((ROOT / "package.json").read_text())["devDependencies"]["aws-cdk"]

    assert re.fullmatch(r"2\.\d+\.\d+", version)
    assert lock["node_modules/aws-cdk"]["version"] == version
    assert all("integrity" in package for name, package in lock.items() if name)
