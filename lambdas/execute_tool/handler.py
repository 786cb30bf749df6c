"""POST /mcp/execute-tool."""

from functools import partial

from wpp_mcp.access.google_access import GoogleAccess
from wpp_mcp.access.services import Services
from wpp_mcp.functions import Function
from wpp_mcp.gateway.calls import Gateway
from wpp_mcp.gateway.denials import RouteDenials
from wpp_mcp.gateway.endpoints import execute_tool
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.gateway.http import HttpFunction
from wpp_mcp.gateway.snapshot import before_calls
from wpp_mcp.runtime import Runtime


def create(runtime: Runtime) -> HttpFunction:
    services = Services(runtime, Function.EXECUTE_TOOL)
    endpoint = partial(
        execute_tool, Gateway(services, GoogleAccess(services)), services.settings.resource_url
    )
    return HttpFunction(
        runtime,
        Function.EXECUTE_TOOL,
        {"POST /mcp/execute-tool": endpoint},
        RouteDenials(services),
    )


handler = LambdaEntry(create, before_snapshot=before_calls)
