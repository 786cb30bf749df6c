"""The Analytics Data and Admin APIs on loopback: gRPC over TLS, with Google's own messages."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import grpc
from google.analytics.admin_v1beta.types import (
    Account,
    GetAccountRequest,
    GetPropertyRequest,
    ListAccountSummariesRequest,
    ListAccountSummariesResponse,
    Property,
)
from google.analytics.data_v1beta.types import (
    CheckCompatibilityRequest,
    CheckCompatibilityResponse,
    GetMetadataRequest,
    Metadata,
    RunRealtimeReportRequest,
    RunRealtimeReportResponse,
    RunReportRequest,
    RunReportResponse,
)

from sandbox.faults import Calls, FaultKind, Faults
from sandbox.google_analytics.admin import account_of, property_of, summaries_of
from sandbox.google_analytics.authorization import readable, signed_in
from sandbox.google_analytics.failures import (
    Refusal,
    abort,
    permission_denied,
    throttled,
    token_expired,
)
from sandbox.google_analytics.metadata import compatibility_of, metadata_of
from sandbox.google_analytics.quotas import Quotas
from sandbox.google_analytics.realtime import Realtime
from sandbox.google_analytics.report import Reports
from sandbox.grpc_server import GrpcServer
from sandbox.world import World

Work = Callable[[Any, str], Any]
"""Answers a message for the user with an e-mail address."""

_DATA: Final = "google.analytics.data.v1beta.BetaAnalyticsData"
_ADMIN: Final = "google.analytics.admin.v1beta.AnalyticsAdminService"
_REFUSALS: Final = {
    FaultKind.THROTTLED: throttled,
    FaultKind.DENIED: permission_denied,
    FaultKind.AUTH_EXPIRED: token_expired,
}


class GoogleAnalyticsEmulator:
    """Plays the Analytics Data API and the Analytics Admin API, both v1beta, on one port.

    Parameters
    ----------
    world
        What there is.
    clock
        Aware UTC; a property's "today" follows from it and the property's time zone.
    faults, calls
        Faults to order and the count of calls. Targets are ``google-analytics:`` and the name of
        the method: RunReport, RunRealtimeReport, GetMetadata, CheckCompatibility, GetProperty,
        GetAccount, ListAccountSummaries.

    Notes
    -----
    See `GrpcServer`.
    """

    def __init__(
        self, *, world: World, clock: Callable[[], datetime], faults: Faults, calls: Calls
    ) -> None:
        self._world = world
        self.quotas = Quotas(clock)
        self._reports = Reports(world, clock, self.quotas)
        self._realtime = Realtime(world, clock, self.quotas)
        self._server = GrpcServer("google-analytics", faults, calls)

    def start(self) -> str:
        """Start to listen, and return the endpoint, ``localhost:PORT``."""
        return self._server.start(self._handlers())

    def stop(self) -> None:
        """End all calls and stop to listen."""
        self._server.stop()

    def _handlers(self) -> "list[grpc.GenericRpcHandler[Any, Any]]":
        data = {
            "RunReport": (self._on_report, RunReportRequest, RunReportResponse),
            "RunRealtimeReport": (
                self._on_realtime,
                RunRealtimeReportRequest,
                RunRealtimeReportResponse,
            ),
            "GetMetadata": (self._on_metadata, GetMetadataRequest, Metadata),
            "CheckCompatibility": (
                self._on_compatibility,
                CheckCompatibilityRequest,
                CheckCompatibilityResponse,
            ),
        }
        admin = {
            "GetProperty": (self._on_property, GetPropertyRequest, Property),
            "GetAccount": (self._on_account, GetAccountRequest, Account),
            "ListAccountSummaries": (
                self._on_summaries,
                ListAccountSummariesRequest,
                ListAccountSummariesResponse,
            ),
        }
        return [
            grpc.method_handlers_generic_handler(
                service, {name: self._unary(name, *parts) for name, parts in methods.items()}
            )
            for service, methods in ((_DATA, data), (_ADMIN, admin))
        ]

    def _unary(
        self, name: str, work: Work, request: Any, response: Any
    ) -> "grpc.RpcMethodHandler[Any, Any]":
        def handle(message: Any, context: grpc.ServicerContext) -> Any:
            fault = self._server.begin(name, context)
            try:
                if fault in _REFUSALS:
                    refused = _REFUSALS[fault]()
                    raise refused
                answer = work(message, signed_in(self._world, context))
            except Refusal as refusal:
                abort(context, refusal)
            if fault is FaultKind.TIMEOUT_AFTER_APPLY:
                self._server.time_out(context)
            return answer

        return grpc.unary_unary_rpc_method_handler(
            handle,
            request_deserializer=request.pb().FromString,
            response_serializer=response.pb().SerializeToString,
        )

    def _on_report(self, message: Any, email: str) -> Any:
        return self._reports.run(message, readable(self._world, email, message.property))

    def _on_realtime(self, message: Any, email: str) -> Any:
        return self._realtime.run(message, readable(self._world, email, message.property))

    def _on_metadata(self, message: Any, email: str) -> Any:
        return metadata_of(readable(self._world, email, message.name.removesuffix("/metadata")))

    def _on_compatibility(self, message: Any, email: str) -> Any:
        readable(self._world, email, message.property)
        return compatibility_of(message)

    def _on_property(self, message: Any, email: str) -> Any:
        return property_of(readable(self._world, email, message.name))

    def _on_account(self, message: Any, email: str) -> Any:
        return account_of(self._world, email, message.name)

    def _on_summaries(self, message: Any, email: str) -> Any:
        return summaries_of(self._world, email)
