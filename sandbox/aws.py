"""AWS in memory: moto in this process, behind one lock, with faults to order and calls counted.

moto answers each call in the caller's thread without a lock of its own. With one around it a
conditional write is atomic as DynamoDB's is, so a race that a test sees is the product's.
"""

import threading
from collections.abc import Callable
from typing import Any, Final

import boto3
from botocore.exceptions import ClientError, ReadTimeoutError
from moto import mock_aws

from sandbox.faults import Calls, FaultKind, Faults

Applied = Callable[[str, dict[str, Any]], None]
"""Is told of each call that AWS has taken: ``service:Operation``, and what it was called with."""

REGION: Final = "us-east-1"
_CODES: Final = {
    FaultKind.UNAVAILABLE: ("InternalServerError", 500),
    FaultKind.THROTTLED: ("ThrottlingException", 400),
    FaultKind.DENIED: ("AccessDeniedException", 400),
    FaultKind.AUTH_EXPIRED: ("ExpiredTokenException", 400),
}
LOCK: Final = threading.RLock()
_running = 0
_mock: Any = None


def _start() -> None:
    global _running, _mock  # noqa: PLW0603 - moto's patch is the process's, counted here
    with LOCK:
        if _running == 0:
            _mock = mock_aws()
            _mock.start()
        _running += 1


def _stop() -> None:
    global _running  # noqa: PLW0603
    with LOCK:
        _running -= 1
        if _running == 0:
            _mock.stop()


class GuardedClient:
    """A boto3 client whose operations take the lock, are counted, and can be made to fail."""

    def __init__(
        self, service: str, client: Any, faults: Faults, calls: Calls, applied: Applied
    ) -> None:
        self._service = service
        self._client = client
        self._faults = faults
        self._calls = calls
        self._applied = applied

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, name)
        operation = self._client.meta.method_to_api_mapping.get(name)
        if operation is None:
            return attribute
        return self._guarded(operation, attribute)

    def _guarded(self, operation: str, call: Callable[..., Any]) -> Callable[..., Any]:
        target = f"{self._service}:{operation}"

        def guarded(*args: Any, **kwargs: Any) -> Any:
            self._calls.count(target)
            fault = self._faults.take(target)
            if fault in _CODES:
                code, status = _CODES[fault]
                response: Any = {
                    "Error": {"Code": code, "Message": "ordered fault"},
                    "ResponseMetadata": {"HTTPStatusCode": status},
                }
                raise ClientError(response, operation)
            if fault is FaultKind.TIMEOUT:
                raise ReadTimeoutError(endpoint_url=self._service)
            with LOCK:
                result = call(*args, **kwargs)
            self._applied(target, kwargs)
            if fault is FaultKind.TIMEOUT_AFTER_APPLY:
                raise ReadTimeoutError(endpoint_url=self._service)
            return result

        return guarded


class MemoryAws:
    """The AWS account of one sandbox.

    moto's state belongs to the process; several sandboxes keep apart by the names they use.
    """

    def __init__(
        self, faults: Faults, calls: Calls, applied: Applied = lambda _target, _given: None
    ) -> None:
        self._faults = faults
        self._calls = calls
        self._applied = applied
        self._clients: dict[str, Any] = {}
        _start()

    def client(self, service: str) -> Any:
        """Return the product's client of a service."""
        with LOCK:
            if service not in self._clients:
                self._clients[service] = GuardedClient(
                    service, self.plain(service), self._faults, self._calls, self._applied
                )
            return self._clients[service]

    @staticmethod
    def plain(service: str) -> Any:
        """Return a client for the sandbox's own set-up: not counted, never failing."""
        return boto3.client(service, region_name=REGION)

    def stop(self) -> None:
        """Give the account up."""
        self._clients.clear()
        _stop()
