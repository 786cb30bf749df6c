"""The Google Ads API on loopback: gRPC over TLS, with the messages of the official package."""

from collections.abc import Callable, Iterator
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
    MutateGoogleAdsRequest,
    MutateGoogleAdsResponse,
    SearchGoogleAdsRequest,
    SearchGoogleAdsResponse,
    SearchGoogleAdsStreamRequest,
    SearchGoogleAdsStreamResponse,
)

from sandbox.faults import Calls, FaultKind, Faults
from sandbox.google_ads import fields
from sandbox.google_ads.authorization import Headers, signed_in
from sandbox.google_ads.failures import (
    NotPlayed,
    Refusal,
    abort,
    permission_denied,
    succeed,
    throttled,
    token_expired,
)
from sandbox.google_ads.mutate import Mutations
from sandbox.google_ads.search import Search
from sandbox.grpc_server import GrpcServer
from sandbox.world import World

Work = Callable[[Any, grpc.ServicerContext], Any]

_PACKAGE: Final = "google.ads.googleads.v26.services"
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
        too), ``google-ads:Mutate``, ``google-ads:Mutate.validate`` (a mutate that asks to
        validate only), ``google-ads:GetGoogleAdsField``, ``google-ads:SearchGoogleAdsFields`` and
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
        self._search = Search(world, clock)
        self._mutations = Mutations(world, clock)
        self._server = GrpcServer("google-ads", faults, calls)

    def start(self) -> str:
        """Start to listen, and return the endpoint, ``localhost:PORT``."""
        return self._server.start(self._handlers())

    def stop(self) -> None:
        """End all calls and stop to listen."""
        self._server.stop()

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
            "Mutate": one(
                _mutate_target, self._on_mutate, MutateGoogleAdsRequest, MutateGoogleAdsResponse
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
        self, name: str | Callable[[Any], str], work: Work, request: Any, response: Any
    ) -> "grpc.RpcMethodHandler[Any, Any]":
        def handle(message: Any, context: grpc.ServicerContext) -> Any:
            target = name if isinstance(name, str) else name(message)
            apply_first = self._begin(target, context)
            try:
                answer = work(message, context)
            except Refusal as refusal:
                abort(context, refusal)
            except NotPlayed as beyond:
                words = f"The sandbox does not play this: {beyond}"
                context.abort(grpc.StatusCode.UNIMPLEMENTED, words)
            if apply_first:
                self._server.time_out(context)
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
            self._server.time_out(context)
        yield from answers

    def _on_mutate(self, message: Any, context: grpc.ServicerContext) -> Any:
        return self._mutations.mutate(message, Headers.of(context))

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
        fault = self._server.begin(name, context)
        if fault in _REFUSALS:
            abort(context, _REFUSALS[fault]())
        return fault is FaultKind.TIMEOUT_AFTER_APPLY


def _mutate_target(message: Any) -> str:
    return "Mutate.validate" if message.validate_only else "Mutate"
