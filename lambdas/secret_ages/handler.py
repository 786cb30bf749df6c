"""Daily: how long ago each secret changed."""

from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.rotation.ages import SecretAges

handler = LambdaEntry(SecretAges)
