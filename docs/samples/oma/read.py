"""One user's questions over MCP: the tools, a call, a refusal, a sealed list."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from next_step import next_step
from sealing import seal
from settings import headers


# region connect
@asynccontextmanager
async def connect(url: str) -> AsyncIterator[Client]:
    """Open a connection for one user."""
    async with (
        httpx2.AsyncClient(headers=headers(), timeout=30) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        yield client


# endregion
# region tools
async def tool_names(client: Client) -> list[str]:
    """Return the names of all tools of the user."""
    page = await client.list_tools()
    names = [tool.name for tool in page.tools]
    while page.next_cursor:
        page = await client.list_tools(cursor=page.next_cursor)
        names += [tool.name for tool in page.tools]
    return names


# endregion
# region call
async def call(
    client: Client,
    name: str,
    arguments: dict[str, Any],
    sealed: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Call a tool; return ``{success, data}`` or ``{success, error}``."""
    meta: Any = {"com.wpp/approvedAccounts": sealed} if sealed else None
    result = await client.call_tool(name, arguments, meta=meta)
    # With is_error too: what the tool answers and what refuses it have one shape.
    body: dict[str, Any] = result.structured_content or {}
    return body


# endregion
# region show
async def show(client: Client, customer_id: str, sealed: Mapping[str, str] | None = None) -> None:
    """Print the highest budget of an account, or what is to be done."""
    arguments = {"customerId": customer_id, "pageSize": 1}
    body = await call(client, "list_budgets", arguments, sealed)
    if not body["success"]:
        error = body["error"]
        print(f"{customer_id}: {error['code']}, so {next_step(error).step}")
        return
    budget = body["data"]["rows"][0]
    print(f"{customer_id}: {budget['budgetName']}, {budget['amount']} {body['data']['currency']}")


# endregion
# region main
async def main() -> None:
    """Ask what one user may ask."""
    async with connect(f"{os.environ['WPP_MCP_URL']}/mcp") as client:
        print(f"list_budgets is there: {str('list_budgets' in await tool_names(client)).lower()}")
        await show(client, "1000000101")
        await show(client, "1000000104")

        accounts = [{"api": "Google Ads", "accountId": "1000000102"}]
        sealed = seal(os.environ["OMA_MCP_SHARED_SECRET"], os.environ["WPP_USER_ID"], accounts)
        print("With a sealed list of 1000000102:")
        await show(client, "1000000101", sealed)
        await show(client, "1000000102", sealed)


asyncio.run(main())
# endregion
