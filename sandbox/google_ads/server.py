"""The Google Ads API on loopback: gRPC over TLS, with the messages of the official package."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Final

import grpc
from google.ads.googleads.v26.resources.types.google_ads_field import GoogleAdsField
from google.ads.googleads.v26.services.types.customer_service import (
    ListAccessibleCustomersRequest,
    ListAccessibleCustomersResponse,
)
from google.ads.googleads.v26.services.types.google_ads_field_service import (
    GetGoogleAdsFieldRequest,
    SearchGoogleAdsFieldsRequest,
    SearchGoogleAdsFieldsResponse,
)
from google.ads.googleads.v26.services.types.google_ads_service import (
    SearchGoogleAdsRequest,
    SearchGoogleAdsResponse,
    SearchGoogleAdsStreamRequest,
    SearchGoogleAdsStreamResponse,
)

from sandbox.faults import Calls, FaultKind, Faults
from sandbox.google_ads import fields
from sandbox.google_ads.authorization import Headers, signed_in
from sandbox.google_ads.failures import (
    Refusal,
    abort,
    permission_denied,
    succeed,
    throttled,
    token_expired,
)
from sandbox.google_ads.search import Search
from sandbox.google_ads.tls import certificate
from sandbox.world import World

Work = Callable[[Any, grpc.ServicerContext], Any]

_PACKAGE: Final = "google.ads.googleads.v26.services"
_LONGEST_WAIT: Final = 30.0
_GRACE: Final = 0.5
_WORKERS: Final = 16
_LARGEST_MESSAGE: Final = 64 * 1024 * 1024
_REFUSALS: Final = {
    FaultKind.THROTTLED: throttled,
    FaultKind.DENIED: permission_denied,
    FaultKind.AUTH_EXPIRED: token_expired,
}


class GoogleAdsEmulator:
    """Plays the Google Ads API, version v26, on a port of loopback.

    Parameters
    ----------
    world
        What there is.
    clock
        Aware UTC; an account's "today" follows from it and the account's time zone.
    faults, calls
        Faults to order and the count of calls. Targets are ``google-ads:Search`` (SearchStream
        too), ``google-ads:GetGoogleAdsField``, ``google-ads:SearchGoogleAdsFields`` and
        ``google-ads:ListAccessibleCustomers``.

    Notes
    -----
    Constructing it makes gRPC of this process trust its certificate, so construct it before the
    first TLS channel of the process. Methods that it does not play are UNIMPLEMENTED.
    """

    def __init__(
        self, *, world: World, clock: Callable[[], datetime], faults: Faults, calls: Calls
    ) -> None:
        self._world = world
        self._faults = faults
        self._calls = calls
        self._search = Search(world, clock)
        self._stopping = threading.Event()
        self._certificate = certificate()
        self._server: grpc.Server | None = None

    def start(self) -> str:
        """Start to listen, and return the endpoint, ``localhost:PORT``."""
        self._stopping.clear()
        options = (
            ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
            ("grpc.max_send_message_length", _LARGEST_MESSAGE),
            ("grpc.so_reuseport", 0),
        )
        server = grpc.server(ThreadPoolExecutor(_WORKERS, "google-ads"), options=options)
        server.add_generic_rpc_handlers(self._handlers())
        pair = (self._certificate.key, self._certificate.chain)
        port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([pair]))
        server.start()
        self._server = server
        return f"localhost:{port}"

    def stop(self) -> None:
        """End all calls and stop to listen."""
        self._stopping.set()
        if self._server is not None:
            self._server.stop(grace=_GRACE).wait()
            self._server = None

    def _handlers(self) -> "tuple[grpc.GenericRpcHandler[Any, Any], ...]":
        one = self._unary
        ads = {
            "Search": one(
                "Search", self._on_search, SearchGoogleAdsRequest, SearchGoogleAdsResponse
            ),
            "SearchStream": grpc.unary_stream_rpc_method_handler(
                self._on_search_stream,
                request_deserializer=SearchGoogleAdsStreamRequest.pb().FromString,
                response_serializer=SearchGoogleAdsStreamResponse.pb().SerializeToString,
            ),
        }
        field = {
            "GetGoogleAdsField": one(
                "GetGoogleAdsField", self._on_get_field, GetGoogleAdsFieldRequest, GoogleAdsField
            ),
            "SearchGoogleAdsFields": one(
                "SearchGoogleAdsFields",
                self._on_search_fields,
                SearchGoogleAdsFieldsRequest,
                SearchGoogleAdsFieldsResponse,
            ),
        }
        customer = {
            "ListAccessibleCustomers": one(
                "ListAccessibleCustomers",
                self._on_list_customers,
                ListAccessibleCustomersRequest,
                ListAccessibleCustomersResponse,
            ),
        }
        return (
            grpc.method_handlers_generic_handler(f"{_PACKAGE}.GoogleAdsService", ads),
            grpc.method_handlers_generic_handler(f"{_PACKAGE}.GoogleAdsFieldService", field),
            grpc.method_handlers_generic_handler(f"{_PACKAGE}.CustomerService", customer),
        )

    def _unary(
        self, name: str, work: Work, request: Any, response: Any
    ) -> "grpc.RpcMethodHandler[Any, Any]":
        def handle(message: Any, context: grpc.ServicerContext) -> Any:
            apply_first = self._begin(name, context)
            try:
                answer = work(message, context)
            except Refusal as refusal:
                abort(context, refusal)
            if apply_first:
                self._time_out(context)
            succeed(context)
            return answer

        return grpc.unary_unary_rpc_method_handler(
            handle,
            request_deserializer=request.pb().FromString,
            response_serializer=response.pb().SerializeToString,
        )

    def _on_search(self, message: Any, context: grpc.ServicerContext) -> Any:
        return self._search.search(message, Headers.of(context))

    def _on_search_stream(self, message: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        apply_first = self._begin("Search", context)
        request_id = succeed(context)
        try:
            answers = list(self._search.search_stream(message, Headers.of(context), request_id))
        except Refusal as refusal:
            abort(context, refusal)
        if apply_first:
            self._time_out(context)
        yield from answers

    def _on_get_field(self, message: Any, context: grpc.ServicerContext) -> Any:
        signed_in(self._world, Headers.of(context))
        return fields.get_field(message.resource_name)

    def _on_search_fields(self, message: Any, context: grpc.ServicerContext) -> Any:
        signed_in(self._world, Headers.of(context))
        return fields.search_fields(message)

    def _on_list_customers(self, message: Any, context: grpc.ServicerContext) -> Any:
        email = signed_in(self._world, Headers.of(context))
        names = [f"customers/{customer}" for customer in sorted(self._world.access_roots(email))]
        return ListAccessibleCustomersResponse.pb()(resource_names=names)

    def _begin(self, name: str, context: grpc.ServicerContext) -> bool:
        """Count the call and let an ordered fault happen; true means: time out after the work."""
        target = f"google-ads:{name}"
        self._calls.count(target)
        fault = self._faults.take(target)
        if fault is FaultKind.UNAVAILABLE:
            context.abort(grpc.StatusCode.UNAVAILABLE, "The service is currently unavailable.")
        if fault is FaultKind.TIMEOUT:
            self._time_out(context)
        if fault in _REFUSALS:
            abort(context, _REFUSALS[fault]())
        return fault is FaultKind.TIMEOUT_AFTER_APPLY

    def _time_out(self, context: grpc.ServicerContext) -> None:
        """Hold the call until its caller gives up; without a deadline, for half a minute."""
        given_up = threading.Event()
        if context.add_callback(given_up.set):
            remaining: Any = context.time_remaining()
            until = _LONGEST_WAIT if remaining is None else min(remaining, _LONGEST_WAIT)
            # Short waits, so that stopping the server is not held up by a caller's patience.
            while until > 0 and not self._stopping.is_set() and not given_up.wait(min(until, 0.1)):
                until -= 0.1
        context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")
