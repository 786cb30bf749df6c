"""Backups: of every table, every day, for as long as the guide says, and hard to get rid of."""

from typing import Any

import pytest

from stacks.allowed_backup import RESTORED
from tests.infrastructure.conftest import Synthesised
from wpp_mcp.storage.tables import TABLES

PART, SECOND = "backup", "backup-second"
DAYS = 90
COLD = {"MoveToColdStorageAfterDays": 1, "DeleteAfterDays": DAYS + 1}


def rules(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    """The one rule of each plan, by its name."""
    found = {}
    for plan in synthesised.of_type("Backup::BackupPlan", PART).values():
        (rule,) = plan["BackupPlan"]["BackupPlanRule"]
        found[str(rule["RuleName"])] = rule
    return found


def tables_of(synthesised: Synthesised, name: str) -> set[str]:
    e = synthesised.environment
    place = f"arn:aws:dynamodb:{e.region}:{e.account}:table/{e.prefix}"
    (found,) = (
        selection["BackupSelection"]["Resources"]
        for selection in synthesised.of_type("Backup::BackupSelection", PART).values()
        if selection["BackupSelection"]["SelectionName"] == name
    )
    assert all(arn.startswith(place) for arn in found)
    return {arn.removeprefix(place) for arn in found}


def test_backups_are_kept_for_90_days(synthesised: Synthesised) -> None:
    found = rules(synthesised)
    assert found["daily"]["ScheduleExpression"] == "cron(0 3 * * ? *)"
    for rule in found.values():
        # Cold storage keeps nothing for less than 90 days.
        assert rule["Lifecycle"] == COLD
        assert rule["StartWindowMinutes"] < rule["CompletionWindowMinutes"] < 24 * 60


def test_every_table_is_backed_up_daily(synthesised: Synthesised) -> None:
    assert tables_of(synthesised, "daily") == {spec.table.value for spec in TABLES}


def test_a_backup_is_copied_where_there_is_a_second_region(synthesised: Synthesised) -> None:
    e = synthesised.environment
    assert (SECOND in synthesised.stacks) is (e.second_region is not None)
    assert "CopyActions" not in rules(synthesised)["daily"]
    if e.second_region is None:
        assert "copied" not in rules(synthesised)
        return
    # The audit log has a replica there, as all tables have.
    assert tables_of(synthesised, "copied") == tables_of(synthesised, "daily") - {"audit-logs"}
    rule = rules(synthesised)["copied"]
    assert rule["ScheduleExpression"] == "cron(0 5 ? * SUN *)"
    (copy,) = rule["CopyActions"]
    assert copy["DestinationBackupVaultArn"] == (
        f"arn:aws:backup:{e.second_region}:{e.account}:backup-vault:{e.prefix}backup"
    )
    assert copy["Lifecycle"] == COLD
    (vault,) = synthesised.of_type("Backup::BackupVault", SECOND).values()
    assert vault["BackupVaultName"] == f"{e.prefix}backup"
    assert synthesised.stacks[SECOND].environment.region == e.second_region
    (key,) = synthesised.of_type("KMS::Key", SECOND).values()
    assert key["EnableKeyRotation"] is True
    # The copies have to open without anything of the first region.
    assert str(vault["EncryptionKeyArn"]).count("Key961B73FD") == 1


def vaults(synthesised: Synthesised) -> list[dict[str, Any]]:
    return [
        resource
        for part in (PART, SECOND)
        if part in synthesised.stacks
        for resource in synthesised.template(part)["Resources"].values()
        if resource["Type"] == "AWS::Backup::BackupVault"
    ]


def test_a_vault_is_encrypted_and_in_prod_hard_to_empty(synthesised: Synthesised) -> None:
    prod = synthesised.environment.is_prod
    for vault in vaults(synthesised):
        properties = vault["Properties"]
        assert "EncryptionKeyArn" in properties
        assert vault["DeletionPolicy"] == ("RetainExceptOnCreate" if prod else "Delete")
        if not prod:
            assert "LockConfiguration" not in properties
            continue
        assert properties["LockConfiguration"]["MinRetentionDays"] == DAYS
        # A lock with a date cannot be undone, by AWS neither.
        assert "ChangeableForDays" not in properties["LockConfiguration"]
        (deny,) = properties["AccessPolicy"]["Statement"]
        assert (deny["Effect"], deny["Principal"]) == ("Deny", {"AWS": "*"})
        assert set(deny["Action"]) == {
            "backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle",
        }  # fmt: skip


def statements(synthesised: Synthesised, role: str) -> list[dict[str, Any]]:
    found = [
        statement
        for name, one in synthesised.of_type("IAM::Policy", PART).items()
        if name.startswith(role)
        for statement in one["PolicyDocument"]["Statement"]
    ]
    assert found
    return found


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("role", ["BackRole", "RestoreRole"])
def test_aws_backup_has_our_own_tables_and_vaults_alone(
    synthesised: Synthesised, role: str
) -> None:
    e = synthesised.environment
    for statement in statements(synthesised, role):
        assert not any("*" in action for action in listed(statement["Action"]))
        for resource in map(str, listed(statement["Resource"])):
            if ":table/" in resource:
                assert f":{e.account}:table/{e.prefix}" in resource
            elif ":backup-vault:" in resource:
                assert resource.endswith(f":{e.account}:backup-vault:{e.prefix}backup")
            elif ":key/*" in resource:
                condition = statement["Condition"]["ForAnyValue:StringEquals"]
                assert condition == {"kms:ResourceAliases": f"alias/{e.prefix}backup"}
            else:
                assert ":recovery-point:" in resource or "ExportsOutput" in resource
        if "kms:CreateGrant" in listed(statement["Action"]):
            assert statement["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}
    for name, one in synthesised.of_type("IAM::Role", PART).items():
        if not name.startswith(("BackRole", "RestoreRole")):
            continue
        (trust,) = one["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "backup.amazonaws.com"}
        assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": e.account}}
        assert "ManagedPolicyArns" not in one


def test_a_restore_cannot_write_into_a_table_in_use(synthesised: Synthesised) -> None:
    start = f":table/{synthesised.environment.prefix}{RESTORED}"
    names = {spec.table.value for spec in TABLES}
    assert not any(name.startswith(RESTORED) for name in names)
    for statement in statements(synthesised, "RestoreRole"):
        for resource in map(str, listed(statement["Resource"])):
            assert ":table/" not in resource or start in resource


def test_a_backup_that_fails_is_an_alarm(synthesised: Synthesised) -> None:
    e = synthesised.environment
    (failures,) = synthesised.of_type("Events::Rule", PART).values()
    pattern = failures["EventPattern"]
    assert pattern["source"] == ["aws.backup"]
    # Backups and copies have a state, restores a status.
    state, status = pattern["detail"]["$or"]
    assert {"ABORTED", "EXPIRED", "FAILED"} <= set(state["state"]) == set(status["status"])
    assert "Copy Job State Change" in pattern["detail-type"]
    (target,) = failures["Targets"]
    topic = f"arn:aws:sns:{e.region}:{e.account}:{e.prefix}alarms"
    assert target["Arn"] == topic
    # As a role: a topic's policy cannot say for whom EventBridge publishes.
    assert target["RoleArn"]["Fn::GetAtt"][0].startswith("Teller")
    publish, with_key = statements(synthesised, "Teller")
    assert (publish["Action"], publish["Resource"]) == ("sns:Publish", topic)
    assert with_key["Condition"]["StringEquals"]["kms:ViaService"].startswith("sns.")
