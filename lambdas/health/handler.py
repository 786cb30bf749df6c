"""GET /health and GET /mcp/health."""

from wpp_mcp.access.services import Services
from wpp_mcp.functions import Function
from wpp_mcp.gateway.endpoints import Health
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.gateway.http import HttpFunction
from wpp_mcp.runtime import Runtime


def create(runtime: Runtime) -> HttpFunction:
    health = Health(Services(runtime, Function.HEALTH))
    endpoints = {"GET /health": health, "GET /mcp/health": health}
    return HttpFunction(runtime, Function.HEALTH, endpoints)


handler = LambdaEntry(create)
