from wpp_mcp.models.accounts import Api
from wpp_mcp.models.time import iso
from wpp_mcp.tools.connections import OwnGrants
from wpp_mcp.tools.inputs import PagedInput
from wpp_mcp.tools.registry import OwnAccounts, read_tool
from wpp_mcp.tools.search_console.properties import property_type
from wpp_mcp.tools.table import Row, Table


class PropertiesQuery(PagedInput):
    """Nothing to choose but the page."""


class Property(Row):
    """One property that was approved for the caller."""

    site_url: str
    property_type: str
    name: str
    client_name: str
    expires_at: str
    approved_by: str


@read_tool(api=Api.SEARCH_CONSOLE, reach=OwnAccounts(), title="Approved properties")
def list_properties(own: OwnGrants, _: PropertiesQuery) -> Table[Property]:
    """The Search Console properties that were approved for you, and until when.

    Call it before the other Search Console tools: they need one of these names, letter by letter.
    What Google shows you beyond them is not listed and cannot be used. A domain property and the
    sites below it are different properties. Not for other products (list_accessible_accounts).
    """
    rows = [
        Property(
            site_url=grant.account.account_id,
            property_type=property_type(grant.account.account_id),
            name=grant.account_name,
            client_name=grant.client_name,
            expires_at=iso(grant.expires_at),
            approved_by=grant.approved_by,
        )
        for grant in own.grants
        if grant.account.api is Api.SEARCH_CONSOLE
    ]
    return Table(rows=rows)
