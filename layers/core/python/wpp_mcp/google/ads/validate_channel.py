"""The wall of checking: a channel for Mutates that Google is told not to carry out.

Imported when a client is opened, because it needs gRPC.
"""

from collections.abc import Callable
from typing import Any

import grpc

from wpp_mcp.google.read_only import ReadOnlyChannelError, call_name
from wpp_mcp.models.accounts import AccountRef


class ValidateOnlyChannel(grpc.UnaryUnaryClientInterceptor):  # type: ignore[type-arg]
    """Looks at the message itself, just before it leaves: Mutate of one account, and only checked.

    Reading has a channel of its own, `ReadOnlyChannel`.
    """

    def __init__(self, account: AccountRef) -> None:
        self._account = account

    def intercept_unary_unary(
        self, continuation: Callable[[Any, Any], Any], client_call_details: Any, request: Any
    ) -> Any:
        """Check a unary call."""
        name = call_name(client_call_details.method)
        if name != "GoogleAdsService/Mutate":
            raise ReadOnlyChannelError(f"neither a read nor a check: {name}")
        if request.validate_only is not True:
            raise ReadOnlyChannelError("a mutate that is not only checked")
        if request.customer_id != self._account.account_id:
            raise ReadOnlyChannelError("a mutate of another account")
        return continuation(client_call_details, request)
