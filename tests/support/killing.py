"""Functions that end in the middle, as Lambda's do: right before or after a call of theirs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Self
from unittest.mock import patch

import grpc

from sandbox.box import Options, Sandbox
from sandbox.functions import Killed
from tests.support.logs import CapturedLog
from wpp_mcp.google.ads.validate_channel import ValidateOnlyChannel
from wpp_mcp.google.ads.write_channel import MutateOnlyChannel
from wpp_mcp.google.read_only import ReadOnlyChannel, call_name
from wpp_mcp.runtime import Runtime

_WALLS = (ReadOnlyChannel, ValidateOnlyChannel, MutateOnlyChannel)
"""Every call to Google's gRPC APIs passes one of them as it leaves the process."""

_OF_OTHERS = frozenset({"sesv2"})
"""What the function behind the queue calls, which has a process of its own."""


@dataclass(frozen=True, slots=True)
class Death:
    """Where a process ends: before its n-th call out, or right after it; counted from zero."""

    at: int
    after: bool


class Killer:
    """Counts what leaves a process, and ends the process where it was told to.

    Attributes
    ----------
    made
        The calls of the last time, in order, by target: ``dynamodb:BatchGetItem``.
    """

    def __init__(self) -> None:
        self.made: list[str] = []
        self.death: Death | str | None = None
        self.dead = self._counts = False

    @contextmanager
    def counting(self, death: Death | str | None = None) -> Iterator[Self]:
        """Count calls for a while; one that is made by the dead is not made.

        Parameters
        ----------
        death
            Where to end it; a target: right after the first call of it.
        """
        self.made, self.death, self.dead, self._counts = [], death, False, True
        try:
            yield self
        finally:
            self._counts = self.dead = False

    def around(self, target: str, call: Callable[[], Any]) -> Any:
        """Make a call out, where the process lives that long."""
        if not self._counts:
            return call()
        if self.dead:
            raise Killed
        number = len(self.made)
        self.made.append(target)
        if self.death == Death(number, after=False):
            self._die()
        answer = call()
        if self.death in (target, Death(number, after=True)):
            self._die()
        return answer

    def _die(self) -> None:
        self.dead = True
        raise Killed


class _Mortal:
    """An AWS client whose operations go through a killer."""

    def __init__(self, service: str, client: Any, killer: Killer) -> None:
        self._service, self._client, self._killer = service, client, killer

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, name)
        operation = self._client.meta.method_to_api_mapping.get(name)
        if operation is None:
            return attribute

        def called(*args: Any, **kwargs: Any) -> Any:
            target = f"{self._service}:{operation}"
            return self._killer.around(target, lambda: attribute(*args, **kwargs))

        return called


class MortalSandbox(Sandbox):
    """A sandbox whose functions can be ended at any call to AWS or Google Ads."""

    def __init__(self, log: CapturedLog) -> None:
        self.killer = Killer()
        super().__init__(Options(log=log, emit=log.emit))

    def new_processes(self) -> None:
        """Let each function begin anew with its next call."""
        with self._functions._lock:
            self._functions._entries.clear()

    def runtime(self) -> Runtime:
        usual = super().runtime()

        def aws(service: str) -> Any:
            client = usual.aws(service)
            return client if service in _OF_OTHERS else _Mortal(service, client, self.killer)

        return replace(usual, aws=aws)

    def __enter__(self) -> Self:
        self._patches = [
            patch.object(wall, name, self._mortal(getattr(wall, name)))
            for wall in _WALLS
            for name in ("intercept_unary_unary", "intercept_unary_stream")
            if hasattr(wall, name)
        ]
        for one in self._patches:
            one.start()
        return super().__enter__()

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        for one in self._patches:
            one.stop()

    def _mortal(self, intercept: Callable[..., Any]) -> Callable[..., Any]:
        killer = self.killer

        def intercepted(
            wall: Any, continuation: Any, details: grpc.ClientCallDetails, request: Any
        ) -> Any:
            def leaves(*sent: Any) -> Any:
                name = call_name(details.method).replace("/", ".")
                return killer.around(f"google-ads:{name}", lambda: continuation(*sent))

            return intercept(wall, leaves, details, request)

        return intercepted
