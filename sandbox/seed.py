"""Fills the account: tables, secrets, and the world's people and grants."""

import secrets
from dataclasses import dataclass
from typing import Any, Final

from sandbox.aws import REGION, MemoryAws
from sandbox.world import World
from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.models.caller import Role
from wpp_mcp.models.strict_json import dumps
from wpp_mcp.secret_store import SecretName
from wpp_mcp.storage.approved_accounts import ApprovedAccounts, GrantRecord
from wpp_mcp.storage.directory import Directory, UserRecord
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.items import encode
from wpp_mcp.storage.tables import TABLES

AUDIT_FOLDER: Final = "audit/"
"""Where in the archive's bucket the entries are."""


def create_tables(aws: MemoryAws, prefix: str) -> None:
    """Create every table of the product."""
    dynamodb = aws.plain("dynamodb")
    for spec in TABLES:
        definition = spec.definition(prefix)
        dynamodb.create_table(**definition)
        # Exports are made out of it.
        dynamodb.update_continuous_backups(
            TableName=definition["TableName"],
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )


def drop_tables(aws: MemoryAws, prefix: str) -> None:
    """Drop every table: a transaction of moto's copies all tables of the process."""
    dynamodb = aws.plain("dynamodb")
    for spec in TABLES:
        dynamodb.delete_table(TableName=prefix + spec.table.value)


def create_secrets(
    aws: MemoryAws, prefix: str, known: dict[str, str] | None = None
) -> dict[str, str]:
    """Create every secret of the product, random but for ``known`` ones; return them."""
    values = {
        name.value: (known or {}).get(name.value) or f"sandbox-secret-{secrets.token_urlsafe(32)}"
        for name in SecretName
    }
    manager = aws.plain("secretsmanager")
    for name, value in values.items():
        manager.create_secret(Name=prefix + name, SecretString=dumps({"current": value}))
    return values


def create_bucket(aws: MemoryAws, name: str) -> None:
    """Create the archive bucket, whose versions can be locked."""
    if REGION != "us-east-1":
        raise ValueError("a bucket elsewhere needs a location")
    aws.plain("s3").create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)


@dataclass(frozen=True, slots=True)
class Archive:
    """Where the audit log's stream goes: a delivery stream into a bucket, and what it refuses."""

    bucket: str
    stream: str
    refused: str


def create_archive(aws: MemoryAws, bucket: str, name: str) -> Archive:
    """Create the delivery stream and the queue; the bucket has to be there."""
    aws.plain("firehose").create_delivery_stream(
        DeliveryStreamName=name,
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::123456789012:role/sandbox",
            "BucketARN": f"arn:aws:s3:::{bucket}",
            "Prefix": AUDIT_FOLDER,
        },
    )
    queue = aws.plain("sqs").create_queue(QueueName=f"{name}-archive-refused")["QueueUrl"]
    return Archive(bucket, name, queue)


def drop_archive(aws: MemoryAws, archive: Archive) -> None:
    """Drop the delivery stream: an account has few."""
    aws.plain("firehose").delete_delivery_stream(DeliveryStreamName=archive.stream)


def create_ip_sets(aws: MemoryAws, prefix: str) -> tuple[str, str]:
    """Create the edge's sets of blocked addresses, of IPv4 and IPv6; return their ids."""
    ids = [
        aws.plain("wafv2").create_ip_set(
            Name=f"{prefix}blocked-v{version}",
            Scope="CLOUDFRONT",
            IPAddressVersion=f"IPV{version}",
            Addresses=[],
        )["Summary"]["Id"]
        for version in (4, 6)
    ]
    return ids[0], ids[1]


UNKNOWN: Final = "unknown"


class Seeder:
    """Writes records as the product stores them."""

    def __init__(self, aws: MemoryAws, prefix: str) -> None:
        self._dynamodb: Any = aws.plain("dynamodb")
        self._prefix = prefix

    def put(self, key: Key, item: dict[str, Any]) -> None:
        """Write one item."""
        self._dynamodb.put_item(
            TableName=self._prefix + key.table.value, Item=encode({**key.attributes(), **item})
        )

    def world(self, world: World) -> None:
        """Write the people that the directory knows, and their grants."""
        for user in world.users.values():
            if user.status != UNKNOWN:
                record = UserRecord(
                    user_id=user.email,
                    employee_id=user.employee_id,
                    name=user.name,
                    role=Role(user.role),
                    agency=user.agency,
                    manager=user.manager or None,
                    active=user.status == "active",
                )
                self.put(Directory.user_key(user.email), record.item())
        for grant in world.grants:
            account = AccountRef(Api(grant.api), grant.account_id)
            stored = GrantRecord(
                user_id=grant.user,
                account=account,
                account_name=grant.account_name,
                client_name=world.clients[grant.client].name,
                agency=grant.agency,
                login_customer_id=grant.login_customer_id,
                approved_by=grant.approved_by,
                approved_at=grant.approved_at,
                expires_at=grant.expires_at,
            )
            self.put(ApprovedAccounts.key(grant.user, account), stored.item())
