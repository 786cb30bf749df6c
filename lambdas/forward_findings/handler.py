"""A finding of GuardDuty's, from EventBridge, for OMA's webhook."""

from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.runtime import Runtime
from wpp_mcp.watch.findings import FindingForwarder


def create(runtime: Runtime) -> FindingForwarder:
    return FindingForwarder(runtime)


handler = LambdaEntry(create)
