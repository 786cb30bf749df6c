"""The wall between reading and writing: a channel that carries read calls and nothing else.

Imported by the connectors when they open a client, because it needs gRPC.
"""

from collections.abc import Callable
from typing import Any, Final

import grpc

READ_CALLS: Final = frozenset(
    {
        "GoogleAdsService/Search",
        "GoogleAdsService/SearchStream",
        "GoogleAdsFieldService/GetGoogleAdsField",
        "GoogleAdsFieldService/SearchGoogleAdsFields",
        "CustomerService/ListAccessibleCustomers",
        "BetaAnalyticsData/RunReport",
        "BetaAnalyticsData/RunRealtimeReport",
        "BetaAnalyticsData/GetMetadata",
        "BetaAnalyticsData/CheckCompatibility",
        "AnalyticsAdminService/GetProperty",
        "AnalyticsAdminService/GetAccount",
    }
)
"""Service and method; what is not here is refused, so a new method of Google's is too."""


class ReadOnlyChannelError(RuntimeError):
    """Code of ours tried to call something that is not on the read list."""


class ReadOnlyChannel(
    grpc.UnaryUnaryClientInterceptor,  # type: ignore[type-arg]
    grpc.UnaryStreamClientInterceptor,  # type: ignore[type-arg]
):
    """Refuses each call that is not on the read list before it leaves the process."""

    def intercept_unary_unary(
        self, continuation: Callable[[Any, Any], Any], client_call_details: Any, request: Any
    ) -> Any:
        """Check a unary call."""
        _check(client_call_details.method)
        return continuation(client_call_details, request)

    def intercept_unary_stream(
        self, continuation: Callable[[Any, Any], Any], client_call_details: Any, request: Any
    ) -> Any:
        """Check a streaming call."""
        _check(client_call_details.method)
        return continuation(client_call_details, request)


def call_name(method: Any) -> str:
    """Return ``Service/Method`` for the path of a call, whatever its package and version."""
    package, _, call = _path(method).lstrip("/").rpartition("/")
    return f"{package.rpartition('.')[2]}/{call}"


def _check(method: Any) -> None:
    if call_name(method) not in READ_CALLS:
        raise ReadOnlyChannelError(f"not on the read list: {_path(method)}")


def _path(method: Any) -> str:
    return method.decode() if isinstance(method, bytes) else str(method)
