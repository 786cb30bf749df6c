"""A finding of GuardDuty's, from EventBridge, for OMA's webhook."""

from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.watch.findings import FindingForwarder

handler = LambdaEntry(FindingForwarder)
