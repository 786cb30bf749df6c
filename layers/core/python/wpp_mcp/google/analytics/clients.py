"""Clients of the Analytics APIs: a new one per call, with the caller's token, reading only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.analytics.errors import translated
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.google.retries import repeat_read

_SCOPES: Final = ("https://www.googleapis.com/auth/analytics.readonly",)


@contextmanager
def data_client(call: GoogleCall) -> Iterator[Any]:
    """Open a client of the Data API; errors inside come out as ours."""
    from google.analytics.data_v1beta.services.beta_analytics_data import BetaAnalyticsDataClient

    with _opened(BetaAnalyticsDataClient, call, call.endpoints.google_analytics_data) as client:
        yield client


@contextmanager
def admin_client(call: GoogleCall) -> Iterator[Any]:
    """Open a client of the Admin API; errors inside come out as ours."""
    from google.analytics.admin_v1beta.services.analytics_admin_service import (
        AnalyticsAdminServiceClient,
    )

    with _opened(
        AnalyticsAdminServiceClient, call, call.endpoints.google_analytics_admin
    ) as client:
        yield client


def asked(call: GoogleCall, method: Callable[..., Any], request: Any) -> Any:
    """Return Google's answer to one request, with our retries and not the library's.

    Raises
    ------
    WppError
        A ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
    """

    def attempt(seconds: float) -> Any:
        with _our_errors():
            return method(request=request, timeout=seconds, retry=None)

    return repeat_read(call, attempt)


@contextmanager
def _opened(client_type: Any, call: GoogleCall, endpoint: str) -> Iterator[Any]:
    from google.oauth2.credentials import Credentials

    with _our_errors():
        client = client_type(
            credentials=Credentials(token=call.access_token()),  # type: ignore[no-untyped-call]
            transport=_read_only(client_type.get_transport_class("grpc")),
            client_options={"api_endpoint": endpoint},
        )
    try:
        yield client
    finally:
        client.transport.close()


@cache
def _read_only(transport_type: Any) -> Any:
    """Return the transport with the wall in its channel (a type, as the library asks for one)."""
    import grpc

    from wpp_mcp.google.read_only import ReadOnlyChannel

    class ReadOnlyTransport(transport_type):  # type: ignore[misc]
        @classmethod
        def create_channel(cls, *args: Any, **options: Any) -> Any:
            channel = super().create_channel(*args, **{**options, "scopes": _SCOPES})
            return grpc.intercept_channel(channel, ReadOnlyChannel())

    return ReadOnlyTransport


@contextmanager
def _our_errors() -> Iterator[None]:
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError
    from grpc import RpcError

    try:
        yield
    except GoogleAuthError as error:
        raise WppError(ErrorCode.GOOGLE_AUTH_EXPIRED, reason=type(error).__name__) from error
    except (GoogleAPIError, RpcError) as error:
        raise translated(error) from error
