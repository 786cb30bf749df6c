from wpp_mcp.google.analytics.parents import MAX_PROPERTIES
from wpp_mcp.models.accounts import Api
from wpp_mcp.tools.connections import OwnAnalytics
from wpp_mcp.tools.inputs import PagedInput
from wpp_mcp.tools.registry import OwnAccounts, read_tool
from wpp_mcp.tools.table import Row, Table


class AccountsQuery(PagedInput):
    """Nothing to choose."""


class AnalyticsAccount(Row):
    """One Analytics account above approved properties. Without a name where Google hides it."""

    account_id: str
    account_name: str | None = None
    property_ids: list[str]


@read_tool(api=Api.ANALYTICS, reach=OwnAccounts(), title="Analytics accounts")
def list_analytics_accounts(own: OwnAnalytics, _query: AccountsQuery) -> Table[AnalyticsAccount]:
    """The Analytics accounts that your approved properties belong to.

    Use it to see how properties belong together. Not to find a property's id
    (list_analytics_properties is quicker): Google is asked about each approved property, and
    about no other.
    """
    accounts, hidden = own.parents.of(grant.account for grant in own.grants)
    rows = [
        AnalyticsAccount(
            account_id=account.account_id,
            account_name=account.name,
            property_ids=list(account.properties),
        )
        for account in accounts
    ]
    return Table(rows=rows, notes=tuple(_notes(len(own.grants), hidden)))


def _notes(granted: int, hidden: list[str]) -> list[str]:
    notes = []
    if hidden:
        notes.append(f"Google refuses these approved properties to you: {', '.join(hidden)}.")
    if granted > MAX_PROPERTIES:
        notes.append(f"Of {granted} approved properties the first {MAX_PROPERTIES} were asked for.")
    return notes
