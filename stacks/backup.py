"""Daily backups of the tables, for 90 days, in a vault (deployment guide, "Disaster recovery").

Where the environment has a second region, one a week is copied into a vault there.

The audit log is backed up weekly. It is by far the largest table, and a backup is a whole copy: 90
of it would cost more than all else that is stored. Each of its entries is in the locked archive
within minutes, and in the second region within seconds (docs/adr/0010-archive.md).

Point-in-time recovery of 35 days lies with the table and is the first choice. A backup outlives the
table, and whoever could delete it.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_backup as backup
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.base import WppStack
from stacks.constructs.roles import allow
from stacks.environments import Environment
from stacks.permissions import KeyName, Permission, Resource, key, may, table
from stacks.platform import Platform
from wpp_mcp.storage.tables import Table

KEPT: Final = Duration.days(90)
RESTORED: Final = "restored-"
"""What stands, after the prefix, before the name of a table that a backup is restored into."""

_START: Final = Duration.hours(1)
_END: Final = Duration.hours(6)
_LONGEST: Final = Duration.days(366)
_PENDING: Final = Duration.days(30)
_FAILED: Final = ["ABORTED", "EXPIRED", "FAILED", "PARTIAL"]


_EVERY_DAY: Final = events.Schedule.cron(hour="3", minute="0")
_EVERY_WEEK: Final = events.Schedule.cron(hour="5", minute="0", week_day="SUN")


def _rule(
    name: str,
    schedule: events.Schedule,
    copies: list[backup.BackupPlanCopyActionProps] | None = None,
) -> backup.BackupPlanRule:
    return backup.BackupPlanRule(
        rule_name=name,
        schedule_expression=schedule,
        start_window=_START,
        completion_window=_END,
        delete_after=KEPT,
        copy_actions=copies,
    )


def vault_name(environment: Environment) -> str:
    """Return the name of the vault, the same in both regions."""
    return f"{environment.prefix}backup"


def _alias(environment: Environment) -> str:
    return f"alias/{environment.prefix}backup"


class BackupStack(WppStack):
    """The vault, the plans, and the roles that back up and restore.

    Attributes
    ----------
    vault
        Holds the recovery points.
    """

    def __init__(self, scope: Construct, platform: Platform) -> None:
        environment = platform.environment
        super().__init__(scope, environment, "backup", description="wpp-mcp: backups of the tables")
        self._platform = platform
        self.vault = _vault(self, environment, platform.keys[KeyName.DATA])
        self._backs_up = self._role("Back", f"{environment.prefix}backup", _backs_up(environment))
        usual = [name for name in Table if name is not Table.AUDIT_LOGS]
        self._plan("daily", _rule("daily", _EVERY_DAY), usual)
        self._plan("audit", _rule("audit", _EVERY_WEEK), [Table.AUDIT_LOGS])
        if environment.second_region is not None:
            self._plan("copied", _rule("copied", _EVERY_WEEK, [self._copy()]), usual)
        self._tell_of_failures()
        self._role("Restore", f"{environment.prefix}restore", _restores())

    def _plan(self, name: str, rule: backup.BackupPlanRule, tables: Iterable[Table]) -> None:
        environment = self.environment_of
        plan = backup.BackupPlan(
            self,
            f"{name.capitalize()}Plan",
            backup_plan_name=f"{environment.prefix}{name}",
            backup_plan_rules=[rule],
            backup_vault=self.vault,
        )
        selection = backup.CfnBackupSelection(
            self,
            f"{name.capitalize()}Tables",
            backup_plan_id=plan.backup_plan_id,
            backup_selection=backup.CfnBackupSelection.BackupSelectionResourceTypeProperty(
                selection_name=name,
                iam_role_arn=self._backs_up.role_arn,
                resources=[
                    f"arn:{self.partition}:dynamodb:{self.region}:{self.account}:table/"
                    f"{environment.prefix}{table.value}"
                    for table in tables
                ],
            ),
        )
        selection.node.add_dependency(self._backs_up)

    def _copy(self) -> backup.BackupPlanCopyActionProps:
        second = self.environment_of.second_region
        vault = (
            f"arn:{self.partition}:backup:{second}:{self.account}:backup-vault:"
            f"{vault_name(self.environment_of)}"
        )
        return backup.BackupPlanCopyActionProps(
            destination_backup_vault=backup.BackupVault.from_backup_vault_arn(
                self, "SecondVault", vault
            ),
            delete_after=KEPT,
        )

    def _role(self, construct_id: str, name: str, permissions: list[Permission]) -> iam.Role:
        role = iam.Role(
            self,
            f"{construct_id}Role",
            role_name=name,
            assumed_by=iam.ServicePrincipal(
                "backup.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            ),
            description="wpp-mcp: what AWS Backup may do with the tables",
        )
        allow(role, permissions, self.environment_of, self._platform.keys)
        return role

    def _tell_of_failures(self) -> None:
        """Tell the topic of alarms, which a later stack makes, of what did not come about."""
        topic = (
            f"arn:{self.partition}:sns:{self.region}:{self.account}:"
            f"{self.environment_of.prefix}alarms"
        )
        events.CfnRule(
            self,
            "Failures",
            name=f"{self.environment_of.prefix}backup-failures",
            description="wpp-mcp: a backup, its copy or a restore failed",
            event_pattern={
                "source": ["aws.backup"],
                "detail-type": [
                    "Backup Job State Change",
                    "Copy Job State Change",
                    "Restore Job State Change",
                ],
                "detail": {"state": _FAILED},
            },
            targets=[events.CfnRule.TargetProperty(id="alarms", arn=topic)],
        )


class SecondBackupStack(WppStack):
    """The vault in the second region, with a key of its own: the first region may be lost."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(
            scope,
            environment,
            "backup-second",
            description="wpp-mcp: copies of the backups in the second region",
            region=environment.second_region,
        )
        own = kms.Key(
            self,
            "Key",
            alias=_alias(environment),
            description="wpp-mcp: copies of backups",
            enable_key_rotation=True,
            pending_window=_PENDING,
            removal_policy=RemovalPolicy.RETAIN,
        )
        self.vault = _vault(self, environment, own)


def _vault(stack: Stack, environment: Environment, own: kms.IKey) -> backup.BackupVault:
    protected = environment.deletion_protection
    # Without a date from which on it holds for ever: an administrator may still end the lock.
    lock = backup.LockConfiguration(min_retention=KEPT, max_retention=_LONGEST)
    return backup.BackupVault(
        stack,
        "Vault",
        backup_vault_name=vault_name(environment),
        encryption_key=own,
        block_recovery_point_deletion=protected,
        lock_configuration=lock if environment.is_prod else None,
        removal_policy=RemovalPolicy.RETAIN if protected else RemovalPolicy.DESTROY,
    )


def _backs_up(environment: Environment) -> list[Permission]:
    """Return what backing up a DynamoDB table takes.

    What of AWSBackupServiceRolePolicyForBackup concerns DynamoDB, of our tables and vaults alone
    (aws-backup/latest/devguide/iam-service-roles.html).
    """
    second = environment.second_region
    alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": _alias(environment)}}
    tables = [
        may(
            table(name),
            "dynamodb:CreateBackup",
            "dynamodb:DescribeTable",
            "dynamodb:ListTagsOfResource",
            "dynamodb:StartAwsBackupJob",
        )
        for name in Table
    ]
    numbered = "AWS Backup and DynamoDB name a backup themselves when they make it"
    made = Resource(
        "arn:{partition}:dynamodb:{region}:{account}:table/{prefix}*/backup/*",
        why_wildcard=numbered,
    )
    vaults = [
        Resource(f"arn:{{partition}}:backup:{region}:{{account}}:backup-vault:{{prefix}}backup")
        for region in ("{region}", *([second] if second else []))
    ]
    points = Resource(
        "arn:{partition}:backup:{region}:{account}:recovery-point:*", why_wildcard=numbered
    )
    into = [may(v, "backup:CopyIntoBackupVault", "backup:DescribeBackupVault") for v in vaults]
    return [
        *tables,
        may(made, "dynamodb:DeleteBackup", "dynamodb:DescribeBackup"),
        *into,
        *([may(points, "backup:CopyFromBackupVault")] if second else []),
        *_with_key(key(KeyName.DATA)),
        *(_with_key(_second_key(second), alias) if second else []),
    ]


def _second_key(region: str) -> Resource:
    return Resource(
        f"arn:{{partition}}:kms:{region}:{{account}}:key/*",
        why_wildcard="KMS makes the id of a key; its alias is the condition of the statement",
    )


def _with_key(
    of_vault: Resource, conditions: Mapping[str, Mapping[str, str]] | None = None
) -> tuple[Permission, ...]:
    """Return what it takes to encrypt recovery points with the key of a vault."""
    uses = frozenset({"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"})
    granted = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    return (
        Permission(of_vault, uses, conditions),
        Permission(of_vault, frozenset({"kms:CreateGrant"}), {**granted, **(conditions or {})}),
    )


def _restores() -> list[Permission]:
    """Return what a restore takes: only into tables that are named for it."""
    why = "Whoever restores names the table; it has to begin as restored tables do"
    into = Resource(
        "arn:{partition}:dynamodb:{region}:{account}:table/{prefix}" + f"{RESTORED}*",
        KeyName.DATA,
        why,
    )
    points = Resource(
        "arn:{partition}:backup:{region}:{account}:recovery-point:*",
        why_wildcard="AWS Backup names a recovery point itself when it makes it",
    )
    return [
        may(
            into,
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "dynamodb:DescribeTable",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:RestoreTableFromAwsBackup",
            "dynamodb:RestoreTableFromBackup",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
        ),
        may(points, "dynamodb:RestoreTableFromAwsBackup"),
        *_with_key(key(KeyName.DATA)),
    ]
