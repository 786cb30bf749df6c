from typing import Literal

from pydantic import Field

from wpp_mcp.models.accounts import Api
from wpp_mcp.models.time import iso
from wpp_mcp.tools.connections import OwnGrants
from wpp_mcp.tools.inputs import PagedInput
from wpp_mcp.tools.registry import OwnAccounts, read_tool
from wpp_mcp.tools.table import Row, Table


class AccountsQuery(PagedInput):
    """Which products."""

    api: Literal["Google Ads", "Analytics", "GSC"] | None = Field(
        default=None, description="Only accounts of this product."
    )


class Account(Row):
    """One account that was approved for the caller."""

    api: str
    account_id: str
    account_name: str
    client_name: str
    expires_at: str
    approved_by: str


@read_tool(api=Api.GOOGLE_ADS, reach=OwnAccounts(), title="Approved accounts")
def list_accessible_accounts(own: OwnGrants, query: AccountsQuery) -> Table[Account]:
    """The accounts that were approved for you, and until when.

    Call it first: every other tool needs one of these ids. What Google shows you beyond them is
    not listed and cannot be used; access is requested in OMA.
    """
    rows = [
        Account(
            api=grant.account.api.value,
            account_id=grant.account.account_id,
            account_name=grant.account_name,
            client_name=grant.client_name,
            expires_at=iso(grant.expires_at),
            approved_by=grant.approved_by,
        )
        for grant in own.grants
        if query.api in (None, grant.account.api.value)
    ]
    return Table(rows=rows)
