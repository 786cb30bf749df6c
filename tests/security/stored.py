"""What lies in a sandbox's tables: grants to put and to look at, entries to look at and to bend."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sandbox.box import Sandbox
from sandbox.roles import OMA_CLIENT, SandboxRole
from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.models.caller import Role, Scope
from wpp_mcp.storage.approved_accounts import ApprovedAccounts, GrantRecord
from wpp_mcp.storage.directory import Directory
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.items import decode, encode
from wpp_mcp.storage.tables import Table

PRACTITIONER: Final = "practitioner@north.example"
POLICY: Final = Key(Table.POLICIES, "ENVIRONMENT", "CURRENT")


def grant_key(account: str, user_id: str = PRACTITIONER, api: Api = Api.GOOGLE_ADS) -> Key:
    """Where a person's grant of an account stands."""
    return ApprovedAccounts.key(user_id, AccountRef(api, account))


def put_grant(
    box: Sandbox,
    account: str,
    expires_at: datetime,
    *,
    user_id: str = PRACTITIONER,
    api: Api = Api.GOOGLE_ADS,
    login_customer_id: str | None = "1000000001",
    **changes: Any,
) -> None:
    """Store a grant; changes are attributes of the item."""
    record = GrantRecord(
        user_id=user_id,
        account=AccountRef(api, account),
        account_name="Under test",
        client_name="aster",
        agency="north",
        login_customer_id=login_customer_id,
        approved_by="manager@north.example",
        approved_at=box.clock() - timedelta(days=1),
        expires_at=expires_at,
    )
    box.seeder.put(grant_key(account, user_id, api), {**record.item(), **changes})


def stored(box: Sandbox, key: Key) -> dict[str, Any]:
    """The item under a key, empty where there is none."""
    found = box.aws.plain("dynamodb").get_item(
        TableName=box.table_prefix + key.table.value, Key=encode(key.attributes())
    )
    return decode(found.get("Item", {}))


def drop(box: Sandbox, key: Key) -> None:
    """Take an item out of its table."""
    box.aws.plain("dynamodb").delete_item(
        TableName=box.table_prefix + key.table.value, Key=encode(key.attributes())
    )


def items(box: Sandbox, table: Table) -> list[dict[str, Any]]:
    """Everything in a table."""
    pages = (
        box.aws.plain("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=box.table_prefix + table.value)
    )
    return [decode(item) for page in pages for item in page["Items"]]


def entries(box: Sandbox, user_id: str | None = None) -> list[dict[str, Any]]:
    """The audit entries of one person or of all, without the heads, in order."""
    found = [
        item
        for item in items(box, Table.AUDIT_LOGS)
        if not item["daySequence"].startswith("HEAD#") and user_id in (None, item["userId"])
    ]
    return sorted(found, key=lambda item: (item["userId"], item["daySequence"]))


def forget_audit(box: Sandbox) -> None:
    """Empty the audit: moto copies its tables for each transaction."""
    for item in items(box, Table.AUDIT_LOGS):
        drop(box, Key(Table.AUDIT_LOGS, item["userId"], item["daySequence"]))


def bearer(box: Sandbox, user: str, *scopes: Scope, **claims: Any) -> dict[str, str]:
    """The header of a token of OMA's client with just these scopes."""
    role = SandboxRole(user, OMA_CLIENT, scopes)
    made: Mapping[str, Any] = {**box.issuer.claims(box.world.users[user], role), **claims}
    return {"Authorization": "Bearer " + box.issuer.sign(made)}


def set_role(box: Sandbox, person: str, role: Role) -> None:
    """Let the directory say another role of a person."""
    key = Directory.user_key(box.world.users[person].email)
    box.seeder.put(key, stored(box, key) | {"role": role.value})
