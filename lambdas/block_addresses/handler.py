"""Takes failed authentications from the functions' logs; blocks addresses, and unblocks them."""

from wpp_mcp.edge.block_list import BlockList
from wpp_mcp.gateway.entry import LambdaEntry

handler = LambdaEntry(BlockList)
