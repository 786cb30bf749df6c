"""The wall of writing: a channel for Mutates of one account. For `wpp_mcp.google.ads.writer` only.

Imported when a client is opened, because it needs gRPC.
"""

from collections.abc import Callable
from typing import Any

import grpc

from wpp_mcp.google.read_only import ReadOnlyChannelError, call_name
from wpp_mcp.models.accounts import AccountRef


class MutateOnlyChannel(grpc.UnaryUnaryClientInterceptor):  # type: ignore[type-arg]
    """Lets out Mutate of one account and nothing else."""

    def __init__(self, account: AccountRef) -> None:
        self._account = account

    def intercept_unary_unary(
        self, continuation: Callable[[Any, Any], Any], client_call_details: Any, request: Any
    ) -> Any:
        """Check a unary call."""
        name = call_name(client_call_details.method)
        if name != "GoogleAdsService/Mutate":
            raise ReadOnlyChannelError(f"not a mutate: {name}")
        if request.customer_id != self._account.account_id:
            raise ReadOnlyChannelError("a mutate of another account")
        return continuation(client_call_details, request)
