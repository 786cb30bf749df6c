"""The health probe: every minute, from outside."""

from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.runtime import Runtime
from wpp_mcp.watch.health import HealthProbe


def create(runtime: Runtime) -> HealthProbe:
    return HealthProbe(runtime)


handler = LambdaEntry(create)
