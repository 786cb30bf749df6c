"""What the templates promise, as properties; counts say nothing about safety."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from stacks.environments import Egress
from tests.infrastructure.conftest import Synthesised
from wpp_mcp.storage.tables import TABLES

HTTPS = 443
LINTERS = 2
"""Processes of cfn-lint at a time: it knows no parallelism of its own."""


def test_cdk_nag_finds_nothing(synthesised: Synthesised) -> None:
    assert synthesised.findings() == []


def test_cfn_lint_finds_nothing(assemblies: dict[str, Synthesised], standby: Synthesised) -> None:
    every = [*assemblies.values(), standby]
    templates = [path for one in every for path in one.folder.glob("*.template.json")]
    assert len(templates) == sum(len(one.stacks) for one in every)
    started = monotonic()
    # The largest are shared out first, so that the processes end together.
    ordered = sorted(templates, key=lambda path: path.stat().st_size, reverse=True)
    with ThreadPoolExecutor(LINTERS) as pool:
        told = list(pool.map(linted, (ordered[n::LINTERS] for n in range(LINTERS))))
    print(f"\n{len(templates)} templates in {monotonic() - started:.0f} s")
    assert told == [(0, "")] * LINTERS


def linted(templates: list[Path]) -> tuple[int, str]:
    """What cfn-lint says of templates: its exit status, and its words."""
    command = [Path(sys.executable).with_name("cfn-lint"), *templates]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200)
    return done.returncode, (done.stdout + done.stderr)[:4000]


def test_each_stack_says_where_it_is_and_prod_cannot_be_deleted_by_mistake(
    synthesised: Synthesised,
) -> None:
    environment = synthesised.environment
    for part, stack in synthesised.stacks.items():
        second = part.endswith("-second")
        assert stack.environment.account == environment.account
        assert stack.environment.region == (
            environment.second_region if second else environment.region
        )
        assert stack.termination_protection is environment.is_prod
        assert stack.tags["project"] == "wpp-mcp"
        assert stack.tags["environment"] == environment.name


# Keys


def test_every_key_rotates_and_outlives_its_stack(synthesised: Synthesised) -> None:
    resources = synthesised.template("keys")["Resources"].values()
    keys = [resource for resource in resources if resource["Type"] == "AWS::KMS::Key"]
    assert len(keys) == 4
    for key in keys:
        assert key["Properties"]["EnableKeyRotation"] is True
        assert key["DeletionPolicy"] == "RetainExceptOnCreate"
        assert key["UpdateReplacePolicy"] == "Retain"


PUBLISHERS = {f"{name}.amazonaws.com" for name in ("backup", "budgets", "cloudwatch", "events")}
TRAIL = "cloudtrail.amazonaws.com"


def test_a_key_is_for_this_account_and_the_services_that_need_it(synthesised: Synthesised) -> None:
    account = synthesised.environment.account
    for part, stack in synthesised.stacks.items():
        region = stack.environment.region
        logs = f"logs.{region}.amazonaws.com"
        allowed = {"Logs": {logs, TRAIL} if part == "keys" else {logs}, "Data": PUBLISHERS}
        if part != "keys":
            allowed.pop("Data")
        for name, key in synthesised.of_type("KMS::Key", part).items():
            services = set()
            for statement in key["KeyPolicy"]["Statement"]:
                principal = statement["Principal"]
                if "Service" not in principal:
                    assert account in str(principal["AWS"])
                    continue
                services.add(principal["Service"])
                # On nobody else's behalf.
                assert account in json.dumps(statement["Condition"])
            kind = name.rstrip("0123456789ABCDEF")
            assert services == allowed.get(kind, set()), f"{part}: {name}"


# Network


def subnets(synthesised: Synthesised, kind: str) -> dict[str, dict[str, Any]]:
    found = synthesised.of_type("EC2::Subnet", "network")
    return {name: subnet for name, subnet in found.items() if name.startswith(f"Vpc{kind}")}


@pytest.mark.parametrize(("kind", "first"), [("public", 1), ("private", 11), ("isolated", 21)])
def test_the_subnets_are_the_guides(synthesised: Synthesised, kind: str, first: int) -> None:
    zones = synthesised.environment.availability_zones
    found = {
        subnet["CidrBlock"]: subnet["AvailabilityZone"]
        for subnet in subnets(synthesised, kind).values()
    }
    assert found == {f"10.0.{first + number}.0/24": zone for number, zone in enumerate(zones)}


def test_nothing_gets_a_public_address_by_itself(synthesised: Synthesised) -> None:
    for kind in ("public", "private", "isolated"):
        for subnet in subnets(synthesised, kind).values():
            assert subnet.get("MapPublicIpOnLaunch", False) is False


def ways_out(synthesised: Synthesised, kind: str) -> set[str]:
    """Through what the default routes of a kind of subnet lead."""
    routes = synthesised.of_type("EC2::Route", "network")
    return {
        target
        for name, route in routes.items()
        if name.startswith(f"Vpc{kind}")
        for target in ("NatGatewayId", "GatewayId", "EgressOnlyInternetGatewayId")
        if target in route
    }


def test_functions_go_out_and_nobody_comes_in(synthesised: Synthesised) -> None:
    nat = synthesised.environment.egress is Egress.NAT
    out = {"NatGatewayId"} if nat else {"EgressOnlyInternetGatewayId"}
    assert ways_out(synthesised, "private") == out
    assert ways_out(synthesised, "isolated") == set()
    assert len(synthesised.of_type("EC2::NatGateway")) == synthesised.environment.nat_gateways


def test_functions_talk_https_and_listen_to_nobody(synthesised: Synthesised) -> None:
    (group,) = (
        group
        for name, group in synthesised.of_type("EC2::SecurityGroup").items()
        if name.startswith("Functions")
    )
    assert "SecurityGroupIngress" not in group
    for rule in group["SecurityGroupEgress"]:
        assert (rule["FromPort"], rule["ToPort"], rule["IpProtocol"]) == (HTTPS, HTTPS, "tcp")


def test_endpoints_listen_to_functions_alone(synthesised: Synthesised) -> None:
    for rule in synthesised.of_type("EC2::SecurityGroupIngress").values():
        assert "Functions" in str(rule["SourceSecurityGroupId"])
        assert (rule["FromPort"], rule["ToPort"]) == (HTTPS, HTTPS)
    endpoints = synthesised.of_type("EC2::VPCEndpoint").values()
    gateways = [e for e in endpoints if e["VpcEndpointType"] == "Gateway"]
    assert {"dynamodb", "s3"} == {
        str(e["ServiceName"]).rpartition(".")[2].strip("'\"]} ") for e in gateways
    }
    interfaces = [e for e in endpoints if e["VpcEndpointType"] == "Interface"]
    assert len(interfaces) == len(synthesised.environment.interface_endpoints)


def test_network_acls_let_https_and_its_answers_through(synthesised: Synthesised) -> None:
    entries = synthesised.of_type("EC2::NetworkAclEntry").values()
    allowed = {(rule["PortRange"]["From"], rule["PortRange"]["To"]) for rule in entries}
    assert allowed == {(HTTPS, HTTPS), (1024, 65_535)}
    assert {rule["RuleAction"] for rule in entries} == {"allow"}
    assert len(synthesised.of_type("EC2::SubnetNetworkAclAssociation")) == 9


def test_all_traffic_is_logged_encrypted_and_for_a_while(synthesised: Synthesised) -> None:
    (flow,) = synthesised.of_type("EC2::FlowLog").values()
    assert flow["TrafficType"] == "ALL"
    for group in synthesised.of_type("Logs::LogGroup").values():
        assert "KmsKeyId" in group
        assert group["RetentionInDays"] == synthesised.environment.log_retention_days


# Tables


def test_the_tables_are_those_of_the_code(synthesised: Synthesised) -> None:
    prefix = synthesised.environment.prefix
    found = {t["TableName"]: t for t in synthesised.of_type("DynamoDB::GlobalTable").values()}
    for spec in TABLES:
        wanted, table = spec.definition(prefix), found.pop(f"{prefix}{spec.table.value}")
        assert table["KeySchema"] == wanted["KeySchema"]
        assert table["BillingMode"] == wanted["BillingMode"] == "PAY_PER_REQUEST"
        by_name = sorted(table["AttributeDefinitions"], key=lambda a: str(a["AttributeName"]))
        assert by_name == wanted["AttributeDefinitions"]
        indexes = table.get("GlobalSecondaryIndexes", [])
        assert indexes == wanted.get("GlobalSecondaryIndexes", [])
        ttl = {"AttributeName": spec.ttl, "Enabled": True} if spec.ttl else None
        assert table.get("TimeToLiveSpecification") == ttl
        replicated = synthesised.environment.second_region is not None
        images = {"StreamViewType": "NEW_AND_OLD_IMAGES"} if spec.stream or replicated else None
        assert table.get("StreamSpecification") == images
    assert found == {}


def test_every_table_is_encrypted_with_our_key_and_can_be_restored(
    synthesised: Synthesised,
) -> None:
    protected = synthesised.environment.deletion_protection
    resources = synthesised.template("tables")["Resources"].values()
    for table in resources:
        assert table["Type"] == "AWS::DynamoDB::GlobalTable"
        assert table["Properties"]["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
        for replica in table["Properties"]["Replicas"]:
            assert "KMSMasterKeyId" in replica["SSESpecification"]
            recovery = replica["PointInTimeRecoverySpecification"]
            assert recovery == {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35}
            assert replica["DeletionProtectionEnabled"] is protected
        assert table["DeletionPolicy"] == ("RetainExceptOnCreate" if protected else "Delete")


def test_what_is_only_named_is_there_before_it_is_needed(synthesised: Synthesised) -> None:
    """CDK sees references; names it does not see."""
    needs = {
        "api": {"tables", "secrets", "archive"},
        "edge": {"entry", "tables", "secrets"},
        "block-list": {"api", "edge"},
        "observability": {"api", "schedules"},
        "backup": {"tables"},
    }
    for part in needs.keys() & synthesised.stacks.keys():
        seen: set[str] = set()
        by_id = {stack.id: stack for stack in synthesised.stacks.values()}
        left = [synthesised.stacks[part]]
        while left:
            for one in left.pop().dependencies:
                if one in by_id and one not in seen:
                    seen.add(one)
                    left.append(by_id[one])
        assert needs[part] <= seen, part


def test_a_deployment_ends_with_what_the_guide_lists(synthesised: Synthesised) -> None:
    """VPC, API, tables as in the guide; functions for its cluster, the edge for its balancer."""
    wanted = {
        "network": {"VpcId"},
        "entry": {"ApiUrl", "McpUrl"},
        "tables": {"TableNames"},
        "api": {"Functions"},
        "identity": {"UserPoolId"},
        "edge": {"DistributionId"},
    }
    for part in wanted.keys() & synthesised.stacks.keys():
        assert wanted[part] <= synthesised.template(part)["Outputs"].keys(), part
    named = synthesised.template("tables")["Outputs"]["TableNames"]["Value"]
    prefix = synthesised.environment.prefix
    assert set(named.split(", ")) == {f"{prefix}{spec.table.value}" for spec in TABLES}
