"""Rotation of secrets, called by Secrets Manager."""

from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.rotation.steps import Rotator

handler = LambdaEntry(Rotator)
