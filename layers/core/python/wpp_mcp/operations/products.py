"""The reading half of each product whose resources can be changed. A new product adds its line."""

from collections.abc import Callable, Mapping
from typing import Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.ads.writable import AdsReader
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.google.search_console.writable import SearchConsoleReader
from wpp_mcp.google.writing import WritableReader
from wpp_mcp.models.accounts import Api
from wpp_mcp.storage.approved_accounts import GrantRecord

READERS: Final[Mapping[Api, Callable[[GoogleCall, GrantRecord], WritableReader]]] = {
    Api.GOOGLE_ADS: lambda call, grant: AdsReader(call, grant.account, grant.login_customer_id),
    Api.SEARCH_CONSOLE: lambda call, grant: SearchConsoleReader(call, grant.account),
}


def reader_of(call: GoogleCall, grant: GrantRecord) -> WritableReader:
    """Return the reading half for a granted account.

    Raises
    ------
    WppError
        ``INTERNAL``: nothing of this product can be changed.
    """
    make = READERS.get(grant.account.api)
    if make is None:
        raise WppError(ErrorCode.INTERNAL, reason=f"{grant.account.api.value} is only read")
    return make(call, grant)
