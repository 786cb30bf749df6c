"""Which accounts a call may touch: the grants, narrowed by a sealed list where one came along."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from wpp_mcp.access.sealed import SealedAccounts
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.storage.approved_accounts import GrantRecord


@dataclass(frozen=True, slots=True)
class Grants:
    """What a person may touch at one moment.

    Parameters
    ----------
    records
        The grants that were read: those of the named accounts, or all.
    sealed
        The opened list of this call; only ever takes away.
    """

    records: Mapping[AccountRef, GrantRecord]
    sealed: SealedAccounts | None
    now: datetime

    def allows(self, account: AccountRef) -> bool:
        """Whether the account may be touched."""
        grant = self.records.get(account)
        if grant is None or not grant.holds(self.now):
            return False
        return self.sealed is None or account in self.sealed.accounts

    def usable(self) -> tuple[GrantRecord, ...]:
        """Return the grants that count, by account."""
        return tuple(self.records[a] for a in sorted(self.records) if self.allows(a))

    def require(self, accounts: Iterable[AccountRef]) -> None:
        """Let the call through only if each account is granted: all or nothing.

        Raises
        ------
        WppError
            ``ACCOUNT_NOT_AUTHORIZED`` naming the first that is not. The text is the same for an
            account that exists and for one that does not (threats.md B9).
        """
        for account in accounts:
            if not self.allows(account):
                raise not_authorized(account)


def not_authorized(account: AccountRef) -> WppError:
    """Return the refusal of an account; the caller's own accounts are added by the gateway."""
    return WppError(
        ErrorCode.ACCOUNT_NOT_AUTHORIZED,
        f"You don't have access to {account.api.value} account {account.account_id}",
        extra={"requestedAccount": account.account_id, "api": account.api.value},
    )


def own_accounts(grants: Grants, api: Api) -> list[str]:
    """Return the ids of a product's accounts that may be touched, for a refusal to name."""
    held = (grant.account for grant in grants.usable())
    return sorted(account.account_id for account in held if account.api is api)
