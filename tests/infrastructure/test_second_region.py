"""What is in the second region, and that a standby can stand on it."""

from typing import Any

import pytest

from stacks.permissions import KeyName
from stacks.synthesis import wants_standby
from tests.infrastructure.conftest import Synthesised
from tests.markdown import ROOT
from tests.support.templates import resources

RUNBOOK = ROOT / "docs/runbook/second-region.md"


@pytest.fixture
def prod(assemblies: dict[str, Synthesised]) -> Synthesised:
    return assemblies["prod"]


def second(synthesised: Synthesised) -> str:
    region = synthesised.environment.second_region
    assert region is not None
    return region


def aliases(synthesised: Synthesised, part: str) -> set[str]:
    found = synthesised.of_type("KMS::Alias", part).values()
    return {str(alias["AliasName"]) for alias in found}


def test_every_table_has_a_replica_under_the_key_of_its_region(prod: Synthesised) -> None:
    region, account = second(prod), prod.environment.account
    wanted = f":kms:{region}:{account}:alias/wpp-mcp-data"
    tables = prod.of_type("DynamoDB::GlobalTable")
    assert tables
    for table in tables.values():
        replicas = {replica["Region"]: replica for replica in table["Replicas"]}
        assert {*replicas} == {prod.environment.region, region}
        assert str(replicas[region]["SSESpecification"]["KMSMasterKeyId"]).endswith(wanted)
    assert "alias/wpp-mcp-data" in aliases(prod, "keys-second")


def read_in(standby: Synthesised) -> set[str]:
    """The secrets that some function of a standby may read."""
    arns = {
        arn
        for found in resources(standby, "IAM::Policy")
        for one in found.properties["PolicyDocument"]["Statement"]
        if "secretsmanager:GetSecretValue" in one["Action"]
        for arn in (one["Resource"] if isinstance(one["Resource"], list) else [one["Resource"]])
    }
    prefix = f":secret:{standby.environment.secret_prefix}"
    return {arn.partition(prefix)[2].removesuffix("-??????") for arn in arns}


def test_the_secrets_that_a_standby_reads_are_replicated_and_no_others(
    prod: Synthesised, standby: Synthesised
) -> None:
    """Each replica is paid for like a secret."""
    prefix = prod.environment.secret_prefix
    replicated = {
        secret["Name"].removeprefix(prefix)
        for secret in prod.of_type("SecretsManager::Secret").values()
        if "ReplicaRegions" in secret
    }
    assert "" not in replicated
    assert replicated == read_in(standby)


def test_a_replicated_secret_is_under_the_key_of_its_region(prod: Synthesised) -> None:
    wanted = f":kms:{second(prod)}:{prod.environment.account}:alias/wpp-mcp-secrets"
    every = prod.of_type("SecretsManager::Secret").values()
    secrets = [secret for secret in every if "ReplicaRegions" in secret]
    assert secrets
    for secret in secrets:
        (replica,) = secret["ReplicaRegions"]
        assert replica["Region"] == second(prod)
        assert str(replica["KmsKeyId"]).endswith(wanted)
    assert "alias/wpp-mcp-secrets" in aliases(prod, "keys-second")


def test_the_keys_there_are_made_before_what_they_encrypt(prod: Synthesised) -> None:
    for part in ("tables", "secrets"):
        assert prod.stacks["keys-second"].id in prod.stacks[part].dependencies


def test_the_keys_of_both_regions_have_the_same_names(prod: Synthesised) -> None:
    names = {f"alias/wpp-mcp-{name}" for name in KeyName}
    assert aliases(prod, "keys") == aliases(prod, "keys-second") == names


@pytest.mark.parametrize("kind", ["Key", "ReplicaKey"])
def test_the_keys_there_outlive_their_stack(prod: Synthesised, kind: str) -> None:
    resources = prod.template("keys-second")["Resources"].values()
    keys = [one for one in resources if one["Type"] == f"AWS::KMS::{kind}"]
    assert keys
    for key in keys:
        assert key["DeletionPolicy"] == key["UpdateReplacePolicy"] == "Retain"


def test_a_google_connection_opens_in_both_regions(prod: Synthesised) -> None:
    """Its data key is encrypted by KMS: only a replica of the same key opens it elsewhere."""
    keys = prod.of_type("KMS::Key", "keys")
    many = [name for name, key in keys.items() if key.get("MultiRegion")]
    assert [name for name in many if not name.startswith("Tokens")] == []
    (replica,) = prod.of_type("KMS::ReplicaKey").values()
    assert "PrimaryKeyArn" in replica
    for statement in replica["KeyPolicy"]["Statement"]:
        assert prod.environment.account in str(statement["Principal"]["AWS"])


@pytest.mark.parametrize("name", ["dev", "staging"])
def test_without_a_second_region_nothing_is_replicated(
    assemblies: dict[str, Synthesised], name: str
) -> None:
    one = assemblies[name]
    assert "keys-second" not in one.stacks
    assert [
        s for s in one.of_type("SecretsManager::Secret").values() if "ReplicaRegions" in s
    ] == []
    for table in one.of_type("DynamoDB::GlobalTable").values():
        assert [replica["Region"] for replica in table["Replicas"]] == [one.environment.region]


# The standby


def imported(value: Any) -> set[str]:
    """The names of exports that a template stands on."""
    if isinstance(value, dict):
        own = {str(value["Fn::ImportValue"])} if "Fn::ImportValue" in value else set()
        return own | {name for inner in value.values() for name in imported(inner)}
    if isinstance(value, list):
        return {name for inner in value for name in imported(inner)}
    return set()


def test_a_standby_is_in_the_second_region_and_checked_like_all(
    prod: Synthesised, standby: Synthesised
) -> None:
    assert standby.findings() == []
    assert {stack.environment.region for stack in standby.stacks.values()} == {second(prod)}
    assert standby.stacks


@pytest.mark.parametrize(
    "kind", ["DynamoDB::GlobalTable", "SecretsManager::Secret", "KMS::Key", "KMS::ReplicaKey"]
)
def test_a_standby_makes_nothing_that_is_replicated(standby: Synthesised, kind: str) -> None:
    assert standby.of_type(kind) == {}


def test_a_standby_leaves_the_names_to_the_first_region_and_says_what_they_would_be_pointed_at(
    prod: Synthesised, standby: Synthesised
) -> None:
    """The records are the first region's stack's: made twice, the second deployment would fail."""
    assert standby.of_type("Route53::RecordSet") == {}
    assert prod.of_type("Route53::RecordSet", "entry")
    ((name, _),) = standby.of_type("ApiGatewayV2::DomainName", "entry").items()
    outputs = standby.template("entry")["Outputs"]
    told = {"RegionalTarget": "RegionalDomainName", "RegionalTargetZone": "RegionalHostedZoneId"}
    for output, attribute in told.items():
        assert outputs[output]["Value"] == {"Fn::GetAtt": [name, attribute]}
        assert output not in prod.template("entry")["Outputs"]
        assert f"`{output}`" in RUNBOOK.read_text(encoding="utf-8")


def test_a_standby_stands_on_what_its_region_exports(
    prod: Synthesised, standby: Synthesised
) -> None:
    """Nothing that it needs is in the region that is lost."""
    outputs = prod.template("keys-second")["Outputs"].values()
    there = {output["Export"]["Name"] for output in outputs if "Export" in output}
    own = {
        output["Export"]["Name"]
        for part in standby.stacks
        for output in standby.template(part).get("Outputs", {}).values()
        if "Export" in output
    }
    needs = {name for part in standby.stacks for name in imported(standby.template(part))}
    assert "wpp-mcp-second-logs-key" in needs
    assert needs <= there | own
    assert {f"wpp-mcp-second-{name}-key" for name in KeyName} == there
    for part in standby.stacks:
        assert prod.environment.region not in str(standby.template(part))


@pytest.mark.parametrize(
    ("said", "wanted"),
    [(None, False), ("false", False), (False, False), ("true", True), (True, True)],
)
def test_a_standby_is_asked_for_by_word(said: object, wanted: bool) -> None:
    assert wants_standby(said) is wanted


@pytest.mark.parametrize("said", ["yes", "TRUE", "", "us-west-2", 7])
def test_a_word_that_is_neither_yes_nor_no_stops_the_synthesis(said: object) -> None:
    with pytest.raises(ValueError, match="standby is true or false"):
        wants_standby(said)
