"""Daily backups of the tables, for 90 days, in a vault (deployment guide, "Disaster recovery").

Where the environment has a second region, one a week is copied into a vault there, but for the
audit log: that has a replica, and is by far the largest table.

A backup is a whole copy. After a day it lies in cold storage, at a third of the price: who needs
yesterday has point-in-time recovery (docs/adr/0010-archive.md).

Point-in-time recovery of 35 days lies with the table and is the first choice. A backup outlives the
table, and whoever could delete it.
"""

from collections.abc import Iterable
from typing import Final

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_backup as backup
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.allowed_backup import backs_up, restores, vault_alias
from stacks.base import WppStack
from stacks.constructs.publisher import publisher
from stacks.constructs.roles import allow
from stacks.environments import Environment
from stacks.permissions import KeyName, Permission
from stacks.platform import Platform
from wpp_mcp.storage.tables import Table

KEPT: Final = Duration.days(91)
"""The guide's 90 days, all of them in cold storage, which keeps nothing for less."""

COLD_AFTER: Final = Duration.days(1)
LEAST: Final = Duration.days(90)
"""What a vault's lock demands."""

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
        move_to_cold_storage_after=COLD_AFTER,
        delete_after=KEPT,
        copy_actions=copies,
    )


def vault_name(environment: Environment) -> str:
    """Return the name of the vault, the same in both regions."""
    return f"{environment.prefix}backup"


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
        self._backs_up = self._role("Back", f"{environment.prefix}backup", backs_up(environment))
        self._plan("daily", _rule("daily", _EVERY_DAY), Table)
        if environment.second_region is not None:
            usual = [name for name in Table if name is not Table.AUDIT_LOGS]
            self._plan("copied", _rule("copied", _EVERY_WEEK, [self._copy()]), usual)
        self._tell_of_failures()
        self._role("Restore", f"{environment.prefix}restore", restores())

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
            move_to_cold_storage_after=COLD_AFTER,
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
        teller = publisher(self, "Teller", self._platform, [topic], "failed backups to the topic")
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
                # Of backups and copies it is the state, of restores the status.
                "detail": {"$or": [{"state": _FAILED}, {"status": _FAILED}]},
            },
            targets=[
                events.CfnRule.TargetProperty(id="alarms", arn=topic, role_arn=teller.role_arn)
            ],
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
            alias=vault_alias(environment),
            description="wpp-mcp: copies of backups",
            enable_key_rotation=True,
            pending_window=_PENDING,
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        self.vault = _vault(self, environment, own)


def _vault(stack: Stack, environment: Environment, own: kms.IKey) -> backup.BackupVault:
    protected = environment.deletion_protection
    # Without a date from which on it holds for ever: an administrator may still end the lock.
    lock = backup.LockConfiguration(min_retention=LEAST, max_retention=_LONGEST)
    return backup.BackupVault(
        stack,
        "Vault",
        backup_vault_name=vault_name(environment),
        encryption_key=own,
        block_recovery_point_deletion=protected,
        lock_configuration=lock if environment.is_prod else None,
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
        if protected
        else RemovalPolicy.DESTROY,
    )
