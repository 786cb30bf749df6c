"""The routes below /operations, and /policies."""

from wpp_mcp.access.services import Services
from wpp_mcp.functions import Function
from wpp_mcp.gateway.denials import RouteDenials
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.gateway.http import HttpFunction
from wpp_mcp.gateway.operation_routes import OperationRoutes
from wpp_mcp.gateway.policy_routes import PolicyRoutes
from wpp_mcp.operations.policy_changes import PolicyChanges
from wpp_mcp.operations.telling import Telling
from wpp_mcp.runtime import Runtime


def create(runtime: Runtime) -> HttpFunction:
    services = Services(runtime, Function.OPERATIONS)
    telling = Telling(services)
    policies = PolicyRoutes(services, telling)
    operations = OperationRoutes(services, telling, PolicyChanges(services).carry_out)
    endpoints = {
        "GET /operations": operations.list,
        "GET /operations/{operationId}": operations.show,
        "POST /operations/{operationId}/decision": operations.decide,
        "POST /operations/{operationId}/settlement": operations.settle,
        "GET /policies": policies.show,
        "PUT /policies": policies.change,
    }
    return HttpFunction(runtime, Function.OPERATIONS, endpoints, RouteDenials(services))


handler = LambdaEntry(create)
