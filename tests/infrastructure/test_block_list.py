"""The block list: which log lines reach its function, and what the function may do."""

import json
from pathlib import Path

from aws_cdk import App

from stacks import build
from stacks.environments import context
from stacks.packages import Packages
from tests.infrastructure.conftest import Synthesised, one
from wpp_mcp.routes import ROUTES, Credentials


def test_the_block_list_reads_every_function_that_asks_who_calls(edged: Synthesised) -> None:
    prefix = edged.environment.prefix
    asking = {r.function for r in ROUTES if r.credentials is not Credentials.NONE}
    wanted = {f"/aws/lambda/{prefix}{function.value.replace('_', '-')}" for function in asking}
    filters = edged.of_type("Logs::SubscriptionFilter", "block-list").values()
    assert {each["LogGroupName"] for each in filters} == wanted
    permissions = edged.of_type("Lambda::Permission", "block-list").values()
    sources = {permission["SourceArn"].split(":log-group:")[1] for permission in permissions}
    assert sources == {f"{name}:*" for name in wanted}
    for permission in permissions:
        assert permission["Principal"] == "logs.amazonaws.com"
        assert permission["SourceAccount"] == edged.environment.account


def test_the_subscription_asks_for_what_the_function_reads(edged: Synthesised) -> None:
    patterns = {
        each["FilterPattern"]
        for each in edged.of_type("Logs::SubscriptionFilter", "block-list").values()
    }
    assert patterns == {
        '{ ($.security IS TRUE) && ($.message = "authentication failed") && ($.address = "*") }'
    }


def test_the_function_may_change_the_two_sets_and_nothing_else_of_the_firewall(
    edged: Synthesised,
) -> None:
    statements = [
        statement
        for policy in edged.of_type("IAM::Policy", "block-list").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if "wafv2:" in json.dumps(statement["Action"])
    ]
    found = {
        (action, resource)
        for statement in statements
        for action in statement["Action"]
        for resource in [statement["Resource"]]
        if isinstance(resource, str)
    } | {
        (action, resource)
        for statement in statements
        if isinstance(statement["Resource"], list)
        for action in statement["Action"]
        for resource in statement["Resource"]
    }
    account, prefix = edged.environment.account, edged.environment.prefix
    sets = [
        f"arn:aws:wafv2:us-east-1:{account}:global/ipset/{prefix}blocked-v{v}/*" for v in (4, 6)
    ]
    assert found == {(a, s) for a in ("wafv2:GetIPSet", "wafv2:UpdateIPSet") for s in sets}


def test_the_function_never_blocks_oma(edged: Synthesised) -> None:
    (function,) = edged.of_type("Lambda::Function", "block-list").values()
    variables = function["Environment"]["Variables"]
    assert variables["WPP_NEVER_BLOCKED"].split(",") == edged.environment.oma_addresses


def test_who_rotates_the_origin_header_finds_the_distribution(edged: Synthesised) -> None:
    parameter = one(edged, "SSM::Parameter", "block-list")
    assert parameter["Name"] == f"/{edged.environment.secret_prefix}distribution-id"


# Another region


def test_an_environment_elsewhere_has_its_edge_in_us_east_1_and_the_rest_at_home(
    assemblies: dict[str, Synthesised], tmp_path: Path
) -> None:
    home = "eu-west-1"
    environment = assemblies["prod"].environment.model_copy(
        update={"region": home, "availability_zones": [f"{home}{zone}" for zone in "abc"]}
    )
    flags = {name: value for name, value in context().items() if name.startswith("@")}
    app = App(context=flags, outdir=str(tmp_path))
    build(app, environment, Packages.stand_ins())
    app.synth()
    elsewhere = Synthesised.read(environment, tmp_path)

    regions = {name: stack.environment.region for name, stack in elsewhere.stacks.items()}
    assert regions.pop("edge") == "us-east-1"
    second = {name for name in regions if name.endswith("-second")}
    assert {regions.pop(name) for name in second} == {environment.second_region}
    assert set(regions.values()) == {home}
    # A key cannot be used from another region.
    (key,) = elsewhere.of_type("KMS::Key", "edge")
    for group in elsewhere.of_type("Logs::LogGroup", "edge").values():
        assert group["KmsKeyId"] == {"Fn::GetAtt": [key, "Arn"]}
    statements = elsewhere.of_type("KMS::Key", "edge")[key]["KeyPolicy"]["Statement"]
    services = [s["Principal"]["Service"] for s in statements if "Service" in s["Principal"]]
    assert services == ["logs.us-east-1.amazonaws.com"]
