"""What AWS Backup may do with our tables and vaults, to back up and to restore."""

from collections.abc import Mapping
from typing import Final

from stacks.environments import Environment
from stacks.permissions import KeyName, Permission, Resource, key, may, table
from wpp_mcp.storage.tables import Table

RESTORED: Final = "restored-"
"""What stands, after the prefix, before the name of a table that a backup is restored into."""


def vault_alias(environment: Environment) -> str:
    """Return the alias of the key of the vault in the second region."""
    return f"alias/{environment.prefix}backup"


def backs_up(environment: Environment) -> list[Permission]:
    """Return what backing up a DynamoDB table takes.

    What of AWSBackupServiceRolePolicyForBackup concerns DynamoDB, of our tables and vaults alone
    (aws-backup/latest/devguide/iam-service-roles.html).
    """
    second = environment.second_region
    alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": vault_alias(environment)}}
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


def restores() -> list[Permission]:
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
