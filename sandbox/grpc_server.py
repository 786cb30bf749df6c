"""What the emulators of Google's gRPC APIs share: a TLS port on loopback, faults and counts."""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import grpc

from sandbox.faults import Calls, FaultKind, Faults
from sandbox.tls import certificate

_GRACE: Final = 0.5
_WORKERS: Final = 16
_LARGEST_MESSAGE: Final = 64 * 1024 * 1024


class GrpcServer:
    """One gRPC server on loopback.

    Parameters
    ----------
    service
        What stands before the colon in targets of faults and counts, as ``google-ads``.

    Notes
    -----
    Constructing it makes gRPC of this process trust its certificate, so construct it before the
    first TLS channel of the process. Methods without a handler are UNIMPLEMENTED.
    """

    def __init__(self, service: str, faults: Faults, calls: Calls) -> None:
        self._service = service
        self._faults = faults
        self._calls = calls
        self._stopping = threading.Event()
        self._certificate = certificate()
        self._server: grpc.Server | None = None

    def start(self, handlers: "Iterable[grpc.GenericRpcHandler[Any, Any]]") -> str:
        """Start to listen, and return the endpoint, ``localhost:PORT``."""
        self._stopping.clear()
        options = (
            ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
            ("grpc.max_send_message_length", _LARGEST_MESSAGE),
            ("grpc.so_reuseport", 0),
        )
        server = grpc.server(ThreadPoolExecutor(_WORKERS, self._service), options=options)
        server.add_generic_rpc_handlers(tuple(handlers))
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

    def begin(self, name: str, context: grpc.ServicerContext) -> FaultKind | None:
        """Count the call, let an ordered outage happen, and return any other fault ordered."""
        target = f"{self._service}:{name}"
        self._calls.count(target)
        fault = self._faults.take(target)
        if fault is FaultKind.UNAVAILABLE:
            context.abort(grpc.StatusCode.UNAVAILABLE, "The service is currently unavailable.")
        if fault is FaultKind.TIMEOUT:
            self.time_out(context)
        return fault

    def time_out(self, context: grpc.ServicerContext) -> None:
        """Hold the call until its caller gives up, or Google does."""
        given_up = threading.Event()
        if context.add_callback(given_up.set):
            remaining: Any = context.time_remaining()
            held = self._faults.held_seconds
            until = held if remaining is None else min(remaining, held)
            # Short waits, so that stopping the server is not held up by a caller's patience.
            while until > 0 and not self._stopping.is_set() and not given_up.wait(min(until, 0.1)):
                until -= 0.1
        context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")
