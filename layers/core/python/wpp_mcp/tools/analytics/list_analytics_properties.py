from wpp_mcp.models.accounts import Api
from wpp_mcp.models.time import iso
from wpp_mcp.tools.connections import OwnGrants
from wpp_mcp.tools.inputs import PagedInput
from wpp_mcp.tools.registry import OwnAccounts, read_tool
from wpp_mcp.tools.table import Row, Table


class PropertiesQuery(PagedInput):
    """Nothing to choose."""


class AnalyticsProperty(Row):
    """One property that was approved for the caller."""

    property_id: str
    property_name: str
    client_name: str
    expires_at: str
    approved_by: str


@read_tool(api=Api.ANALYTICS, reach=OwnAccounts(), title="Approved Analytics properties")
def list_analytics_properties(own: OwnGrants, _query: PropertiesQuery) -> Table[AnalyticsProperty]:
    """The Analytics properties that were approved for you, and until when.

    Call it first: the other Analytics tools need one of these ids. What Google shows you beyond
    them is not listed and cannot be used; access is requested in OMA.
    """
    rows = [
        AnalyticsProperty(
            property_id=grant.account.account_id,
            property_name=grant.account_name,
            client_name=grant.client_name,
            expires_at=iso(grant.expires_at),
            approved_by=grant.approved_by,
        )
        for grant in own.grants
        if grant.account.api is Api.ANALYTICS
    ]
    return Table(rows=rows)
