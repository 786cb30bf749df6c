"""POST /mcp."""

from wpp_mcp.access.google_access import GoogleAccess
from wpp_mcp.access.services import Services
from wpp_mcp.functions import Function
from wpp_mcp.gateway.calls import Gateway
from wpp_mcp.gateway.denials import RouteDenials
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.gateway.http import HttpFunction
from wpp_mcp.gateway.json_rpc import json_rpc_error
from wpp_mcp.gateway.listing import ToolLists
from wpp_mcp.gateway.mcp import McpEndpoint, build_server
from wpp_mcp.gateway.snapshot import before_mcp
from wpp_mcp.observability import adopt
from wpp_mcp.runtime import Runtime


def create(runtime: Runtime) -> HttpFunction:
    services = Services(runtime, Function.MCP_ENDPOINT)
    adopt("mcp", services.log)
    gateway = Gateway(services, GoogleAccess(services))
    server = build_server(gateway, ToolLists(services), services.secrets)
    endpoint = McpEndpoint(server, services.settings)
    return HttpFunction(
        runtime,
        Function.MCP_ENDPOINT,
        {"POST /mcp": endpoint},
        RouteDenials(services),
        json_rpc_error,
    )


handler = LambdaEntry(create, before_snapshot=before_mcp)
