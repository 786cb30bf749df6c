"""The grants: which accounts a person may work on, until when (product.md §5, §7)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.models.time import day_of, iso, parse_iso
from wpp_mcp.storage.dynamo import Dynamo, Key, StorageError, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.tables import Table

ACTIVE: Final = "ACTIVE"
_SHARDS: Final = 8


@dataclass(frozen=True, slots=True)
class GrantRecord:
    """One grant as it stands.

    Parameters
    ----------
    login_customer_id
        The Google Ads manager account through which this user reaches the account, ten digits.
    expires_at
        Aware UTC; the grant counts before it, not at it.
    """

    user_id: str
    account: AccountRef
    account_name: str
    client_name: str
    agency: str
    login_customer_id: str | None
    approved_by: str
    approved_at: datetime
    expires_at: datetime
    status: str = ACTIVE
    last_used_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether the grant counts at this moment."""
        return self.status == ACTIVE and now < self.expires_at

    def item(self) -> dict[str, Any]:
        """Return the attributes beside the key."""
        shard = sum(self.user_id.encode()) % _SHARDS
        values: dict[str, Any] = {
            "api": self.account.api.value,
            "accountId": self.account.account_id,
            "accountName": self.account_name,
            "clientName": self.client_name,
            "agency": self.agency,
            "approvedBy": self.approved_by,
            "approvedAt": iso(self.approved_at),
            "expiresAt": iso(self.expires_at),
            "expiryBucket": f"{day_of(self.expires_at)}#{shard}",
            "status": self.status,
        }
        if self.login_customer_id:
            values["loginCustomerId"] = self.login_customer_id
        if self.last_used_at:
            values["lastUsedAt"] = iso(self.last_used_at)
        return values


class ApprovedAccounts:
    """Reads grants and notes their use."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo

    @staticmethod
    def key(user_id: str, account: AccountRef) -> Key:
        """Return the key of one grant."""
        return Key(Table.APPROVED_ACCOUNTS, user_id, account.key)

    def of_user(self, user_id: str) -> Iterator[GrantRecord]:
        """Yield every current record of a person, whatever its state.

        Earlier versions are left out, and products that this server does not know.
        """
        start: Item | None = None
        while True:
            items, start = self._dynamo.query(
                Table.APPROVED_ACCOUNTS, "userId = :user", {":user": user_id}, start=start
            )
            yield from (grant_of(item) for item in items if _is_current(item["accountKey"]))
            if start is None:
                return

    @classmethod
    def used(cls, user_id: str, account: AccountRef, now: datetime) -> Write:
        """Return the write that notes a use, and holds only while the grant does.

        The condition closes the gap between check and answer: a grant that was revoked or ran
        out meanwhile lets no answer leave (threats.md B8).
        """
        return Write(
            cls.key(user_id, account),
            update="SET lastUsedAt = :now",
            condition="#status = :active AND expiresAt > :now",
            names={"#status": "status"},
            values={":now": iso(now), ":active": ACTIVE},
        )


def _is_current(account_key: str) -> bool:
    return "#" not in account_key and account_key.partition(":")[0] in set(Api)


def grant_of(item: Item) -> GrantRecord:
    """Return the grant in an item.

    Raises
    ------
    StorageError
        The record is damaged: it grants nothing.
    """
    try:
        used = item.get("lastUsedAt")
        return GrantRecord(
            user_id=str(item["userId"]),
            account=AccountRef(Api(item["api"]), str(item["accountId"])),
            account_name=str(item["accountName"]),
            client_name=str(item["clientName"]),
            agency=str(item["agency"]),
            login_customer_id=item.get("loginCustomerId"),
            approved_by=str(item["approvedBy"]),
            approved_at=parse_iso(item["approvedAt"]),
            expires_at=parse_iso(item["expiresAt"]),
            status=str(item["status"]),
            last_used_at=parse_iso(used) if used else None,
        )
    except (KeyError, ValueError) as error:
        raise StorageError("damaged grant record") from error
