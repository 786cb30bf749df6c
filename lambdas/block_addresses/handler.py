"""Takes failed authentications from the functions' logs; blocks addresses, and unblocks them."""

from wpp_mcp.edge.block_list import BlockList
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.runtime import Runtime


def create(runtime: Runtime) -> BlockList:
    return BlockList(runtime)


handler = LambdaEntry(create)
