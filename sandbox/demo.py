"""The main job, played for a newcomer: every line that it prints comes from the server's answers.

An MCP client signs a practitioner in by itself, reads campaign performance of an approved account,
is refused another agency's account; then budgets are changed (`demo_writes`), and everything is in
the audit.
"""

import asyncio
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import httpx2
from mcp.client import Client

from sandbox.box import Options, Sandbox
from sandbox.demo_sign_in import signed_in
from sandbox.demo_writes import Writes
from sandbox.printing import Printer

ROLE: Final = "practitioner"
_WRONG_FIELD: Final = "SELECT campaign.name, metrics.clickz FROM campaign"


class DemoFailedError(Exception):
    """The server answered something that the demo is not about."""


def play() -> int:
    """Play the demo on a sandbox of its own; return the exit status."""
    with (
        tempfile.TemporaryFile("w+", prefix="wpp-mcp-demo-") as log,
        Sandbox(Options(log=log)) as box,
    ):
        asyncio.run(_play(box, Printer()))
    return 0


async def _play(box: Sandbox, out: Printer) -> None:
    headers = box.headers(ROLE)
    async with (
        httpx2.AsyncClient(base_url=box.url, headers=headers, timeout=30) as http,
        signed_in(box, ROLE, out) as client,
    ):
        await _who(http, out)
        await _tools(client, out)
        world = (await http.get("/_sandbox/world")).json()
        granted, foreign = await _accounts(client, world, out)
        await _performance(client, granted, out)
        await _analytics(client, world, out)
        await _search_console(client, world, out)
        await _refusal(client, http, foreign, out)
        await _wrong_field(http, granted, out)
        await Writes(box, http, granted, out).play()
        await _audit(http, out)


async def _who(http: httpx2.AsyncClient, out: Printer) -> None:
    caller = (await http.get("/mcp/tools/list")).json()["caller"]
    out.head("Who is calling")
    out.line(
        f"{caller['name']} <{caller['userId']}>, {caller['role']} at agency {caller['agency']}"
    )


async def _tools(client: Client, out: Printer) -> None:
    tools = (await client.list_tools()).tools
    out.head(f"The tools this caller has (MCP {client.protocol_version}, tools/list)")
    rows = [{"name": t.name, "use": (t.description or "").split("\n")[0]} for t in tools]
    out.table(rows, {"name": "tool", "use": "what it answers"})


async def _accounts(client: Client, world: Mapping[str, Any], out: Printer) -> tuple[str, str]:
    data = await _read(client, "list_accessible_accounts")
    seen = next(user for user in world["users"] if user["key"] == ROLE)["visible"]
    approved = [row["accountId"] for row in data["rows"] if row["api"] == "Google Ads"]
    out.head(f"Google shows {len(seen)} Google Ads accounts; a manager approved {len(approved)}")
    columns = {
        "api": "product",
        "accountId": "account",
        "accountName": "name",
        "expiresAt": "approved until",
    }
    out.table(data["rows"], columns)
    return approved[1], next(
        account for account in sorted(seen, reverse=True) if account not in approved
    )


async def _performance(client: Client, account: str, out: Printer) -> None:
    data = await _read(client, "get_campaign_performance", customerId=account)
    out.head(f"Campaign performance of {data['account']}, last 30 days, in {data['currency']}")
    columns = {
        "campaignName": "campaign",
        "status": "status",
        "impressions": "impressions",
        "clicks": "clicks",
        "cost": "cost",
        "conversions": "conversions",
    }
    total = {"campaignName": f"all {data['totalRows']}", **data["totals"]}
    out.table([*data["rows"][:8], total], columns)


async def _analytics(client: Client, world: Mapping[str, Any], out: Printer) -> None:
    data = await _read(
        client,
        "run_analytics_report",
        propertyId=_granted(world, "Analytics"),
        dimensions=["sessionSource", "sessionMedium"],
        metrics=["sessions", "keyEvents"],
        dateRanges=[{"startDate": "30daysAgo", "endDate": "yesterday"}],
    )
    out.head(f"Analytics of property {data['account']}, last 30 days: where visits come from")
    columns = {
        "sessionSource": "source",
        "sessionMedium": "medium",
        "sessions": "sessions",
        "keyEvents": "key events",
    }
    out.table(data["rows"][:5], columns)


async def _search_console(client: Client, world: Mapping[str, Any], out: Printer) -> None:
    until = datetime.fromisoformat(world["start"]).date() - timedelta(days=3)
    data = await _read(
        client,
        "query_search_analytics",
        siteUrl=_granted(world, "GSC"),
        startDate=(until - timedelta(days=27)).isoformat(),
        endDate=until.isoformat(),
        dimensions=["query"],
    )
    out.head(f"Search Console of {data['account']}, 28 days: what people searched for")
    columns = {"query": "query", "clicks": "clicks", "impressions": "impressions"}
    out.table(data["rows"][:5], columns)


def _granted(world: Mapping[str, Any], api: str) -> str:
    user = next(user for user in world["users"] if user["key"] == ROLE)
    return str(next(grant["accountId"] for grant in user["granted"] if grant["api"] == api))


async def _refusal(client: Client, http: httpx2.AsyncClient, foreign: str, out: Printer) -> None:
    arguments = {"customerId": foreign}
    result = await client.call_tool("get_campaign_performance", arguments)
    error = (result.structured_content or {})["error"]
    out.head(f"The same question about {error['requestedAccount']}, which Google would show")
    out.line(f"MCP, isError {str(result.is_error).lower()}: {error['code']}", "bad")
    body = {"tool": "get_campaign_performance", "params": arguments}
    answer = await http.post("/mcp/execute-tool", json=body)
    error = answer.json()["error"]
    out.line(f"HTTP {answer.status_code}: {error['code']}: {error['message']}", "bad")
    out.line(f"this caller has: {', '.join(error['approvedAccounts'])}")
    out.line(f"what to do: {error['action']}")


async def _wrong_field(http: httpx2.AsyncClient, account: str, out: Printer) -> None:
    body = {
        "tool": "search_google_ads",
        "params": {"customerId": account, "query": _WRONG_FIELD},
    }
    answer = await http.post("/mcp/execute-tool", json=body)
    error = answer.json()["error"]
    out.head(f"A GAQL query with a wrong field: {_WRONG_FIELD}")
    out.line(f"HTTP {answer.status_code}: {error['code']}", "bad")
    for detail in error["details"]["google"]:
        out.line(f"Google says: {detail['message']} ({detail['code']})")


async def _audit(http: httpx2.AsyncClient, out: Printer) -> None:
    answer = (await http.get("/mcp/audit-logs", params={"verify": "true"})).json()
    out.head("The audit of all that, and its chain")
    columns = {
        "sequence": "no.",
        "timestamp": "time (UTC)",
        "tool": "tool",
        "step": "step",
        "accountId": "account",
        "result": "result",
        "error": "error",
        "durationMs": "ms",
    }
    out.table(list(reversed(answer["entries"])), columns)
    chain = answer["chain"]
    style = "good" if chain["status"] == "intact" else "bad"
    count = chain["chains"]
    chains = "1 chain" if count == 1 else f"{count} chains, one for each day"
    out.line(f"{chain['entries']} entries in {chains}: {chain['status']}", style)
    if chain["status"] != "intact":
        raise DemoFailedError("the audit chain is broken")


async def _read(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    body = result.structured_content or {}
    if result.is_error or "data" not in body:
        raise DemoFailedError(f"{tool}: {body.get('error', result.content)}")
    data: dict[str, Any] = body["data"]
    return data
