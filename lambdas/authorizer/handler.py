"""Lambda authorizer of every route that needs a caller."""

from wpp_mcp.access.authorizer import Authorizer
from wpp_mcp.gateway.entry import LambdaEntry

handler = LambdaEntry(Authorizer)
