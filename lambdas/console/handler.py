"""The pages below /console."""

from wpp_mcp.access.services import Services
from wpp_mcp.config import ConsoleSettings
from wpp_mcp.console import places
from wpp_mcp.console.google import GooglePages
from wpp_mcp.console.operations import OperationPages
from wpp_mcp.console.sign_in import SignIn
from wpp_mcp.console.visits import Visits
from wpp_mcp.functions import Function
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.gateway.http import HttpFunction
from wpp_mcp.operations.policy_changes import PolicyChanges
from wpp_mcp.operations.telling import Telling
from wpp_mcp.routes import OPERATION_PAGE
from wpp_mcp.runtime import Runtime


def create(runtime: Runtime) -> HttpFunction:
    services = Services(runtime, Function.CONSOLE)
    settings = ConsoleSettings.load(runtime.environ)
    visits = Visits(services, settings)
    sign_in = SignIn(services, settings, visits)
    google = GooglePages(services, settings, visits)
    carry_out = PolicyChanges(services).carry_out
    operations = OperationPages(services, visits, Telling(services), carry_out)
    endpoints = {
        f"GET {places.SIGN_IN}": sign_in.begin,
        f"GET {places.SIGNED_IN}": sign_in.finish,
        f"POST {places.SIGN_OUT}": sign_in.sign_out,
        f"GET {places.HOME}": google.show,
        f"POST {places.HOME}": google.connect,
        f"GET {places.CONSENTED}": google.finish,
        f"POST {places.DISCONNECT}": google.disconnect,
        f"GET {OPERATION_PAGE}": operations.show,
        f"POST {OPERATION_PAGE}": operations.decide,
    }
    return HttpFunction(runtime, Function.CONSOLE, endpoints, errors=places.errors)


handler = LambdaEntry(create)
