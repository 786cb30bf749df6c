"""The writing half of each product. Imported by `execution` and by nobody else.

``pyproject.toml`` holds the imports to that: what is not the executor cannot come by a writer.
"""

from collections.abc import Callable, Mapping
from typing import Final

from wpp_mcp.google.ads.writer import AdsWriter
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.google.search_console.writer import SearchConsoleWriter
from wpp_mcp.google.writing import WritableWriter
from wpp_mcp.models.accounts import Api
from wpp_mcp.storage.approved_accounts import GrantRecord

WRITERS: Final[Mapping[Api, Callable[[GoogleCall, GrantRecord], WritableWriter]]] = {
    Api.GOOGLE_ADS: lambda call, grant: AdsWriter(call, grant.account, grant.login_customer_id),
    Api.SEARCH_CONSOLE: lambda call, grant: SearchConsoleWriter(call, grant.account),
}
