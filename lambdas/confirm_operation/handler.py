"""POST /mcp/confirm-operation."""

from wpp_mcp.access.google_access import GoogleAccess
from wpp_mcp.access.services import Services
from wpp_mcp.functions import Function
from wpp_mcp.gateway.confirming import ConfirmCalls
from wpp_mcp.gateway.denials import RouteDenials
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.gateway.http import HttpFunction
from wpp_mcp.operations.confirmations import Confirmations
from wpp_mcp.runtime import Runtime


def create(runtime: Runtime) -> HttpFunction:
    services = Services(runtime, Function.CONFIRM_OPERATION)
    confirmations = Confirmations(services, GoogleAccess(services))
    calls = ConfirmCalls(confirmations, services.settings.resource_url)
    return HttpFunction(
        runtime,
        Function.CONFIRM_OPERATION,
        {"POST /mcp/confirm-operation": calls.endpoint},
        RouteDenials(services),
    )


handler = LambdaEntry(create)
