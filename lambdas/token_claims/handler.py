"""Trigger of the user pool before it issues a token."""

from wpp_mcp.access.token_claims import TokenClaims
from wpp_mcp.gateway.entry import LambdaEntry

handler = LambdaEntry(TokenClaims)
