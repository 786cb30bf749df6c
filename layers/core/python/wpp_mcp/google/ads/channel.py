"""Opening a service of the Google Ads API behind a wall that says what may leave."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from wpp_mcp.google.ads.errors import API_VERSION
from wpp_mcp.google.call import GoogleCall

# The library writes requests and faults to the log as they are, past our filter.
logging.getLogger("google.ads.googleads.client").setLevel(logging.CRITICAL + 1)

_ONCE: Final = (("grpc.enable_retries", 0),)
"""gRPC sends a call again by itself where it believes that the server has not seen it."""


@contextmanager
def mutating(
    call: GoogleCall, token: str, login_customer_id: str | None, wall: Any
) -> Iterator[Any]:
    """Open the service whose Mutate changes things, sending each request once at most.

    The library's own way to a service has no place for options of gRPC; these are its parts.

    Parameters
    ----------
    wall
        The interceptor that every request passes before anything else does.
    """
    import grpc
    from google.ads.googleads.interceptors import ExceptionInterceptor, MetadataInterceptor
    from google.oauth2.credentials import Credentials

    transport_type = _service_type().get_transport_class("grpc")
    channel = transport_type.create_channel(
        host=call.endpoints.google_ads,
        credentials=Credentials(token=token),  # type: ignore[no-untyped-call]
        options=_ONCE,
    )
    metadata = MetadataInterceptor(call.developer_token(), login_customer_id)
    errors = ExceptionInterceptor(API_VERSION, use_proto_plus=False)
    guarded = grpc.intercept_channel(channel, wall, metadata, errors)
    try:
        yield _service_type()(transport=transport_type(channel=guarded))
    finally:
        channel.close()


def _service_type() -> Any:
    from importlib import import_module

    path = f"google.ads.googleads.{API_VERSION}.services.services.google_ads_service"
    return import_module(path).GoogleAdsServiceClient
