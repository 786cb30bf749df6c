"""The health probe: every minute, from outside."""

from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.watch.health import HealthProbe

handler = LambdaEntry(HealthProbe)
