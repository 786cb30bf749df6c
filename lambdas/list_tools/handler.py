"""GET /mcp/tools/list."""

from functools import partial

from wpp_mcp.access.services import Services
from wpp_mcp.functions import Function
from wpp_mcp.gateway.denials import RouteDenials
from wpp_mcp.gateway.endpoints import list_tools
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.gateway.http import HttpFunction
from wpp_mcp.gateway.listing import ToolLists
from wpp_mcp.runtime import Runtime


def create(runtime: Runtime) -> HttpFunction:
    services = Services(runtime, Function.LIST_TOOLS)
    endpoint = partial(list_tools, ToolLists(services))
    return HttpFunction(
        runtime, Function.LIST_TOOLS, {"GET /mcp/tools/list": endpoint}, RouteDenials(services)
    )


handler = LambdaEntry(create)
