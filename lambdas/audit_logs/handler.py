"""GET /mcp/audit-logs."""

from wpp_mcp.access.services import Services
from wpp_mcp.functions import Function
from wpp_mcp.gateway.audit_endpoint import AuditEndpoint
from wpp_mcp.gateway.denials import RouteDenials
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.gateway.http import HttpFunction
from wpp_mcp.runtime import Runtime


def create(runtime: Runtime) -> HttpFunction:
    services = Services(runtime, Function.AUDIT_LOGS)
    endpoints = {"GET /mcp/audit-logs": AuditEndpoint(services)}
    return HttpFunction(runtime, Function.AUDIT_LOGS, endpoints, RouteDenials(services))


handler = LambdaEntry(create)
