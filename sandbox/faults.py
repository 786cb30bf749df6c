"""Faults to order and a count of calls, shared by the emulators."""

import threading
from collections import Counter, deque
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

HELD_SECONDS: Final = 30.0
"""Longer than the product waits for anything."""


class FaultKind(StrEnum):
    """What goes wrong."""

    UNAVAILABLE = "unavailable"
    THROTTLED = "throttled"
    TIMEOUT = "timeout"
    TIMEOUT_AFTER_APPLY = "timeout-after-apply"
    DENIED = "denied"
    AUTH_EXPIRED = "auth-expired"


class Faults:
    """Faults waiting to happen, first ordered first served, per target.

    A target is ``service:Operation`` as ``google-ads:Search`` or ``dynamodb:PutItem``.

    Parameters
    ----------
    held_seconds
        How long Google holds a call that it never answers; less where its caller gives up before.
    """

    def __init__(self, held_seconds: float = HELD_SECONDS) -> None:
        self.held_seconds = held_seconds
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[FaultKind]] = {}

    def arm(self, target: str, kind: FaultKind, count: int = 1) -> None:
        """Let the next ``count`` calls of the target fail."""
        with self._lock:
            self._waiting.setdefault(target, deque()).extend([kind] * count)

    def take(self, target: str) -> FaultKind | None:
        """Use up and return the fault for this call, if one waits."""
        with self._lock:
            waiting = self._waiting.get(target)
            return waiting.popleft() if waiting else None

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> Mapping[str, list[str]]:
        """Return what is still to happen, per target."""
        with self._lock:
            return {target: list(kinds) for target, kinds in self._waiting.items() if kinds}


class Calls:
    """How often each operation was called, by target."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def count(self, target: str) -> None:
        """Count one call."""
        with self._lock:
            self._counts[target] += 1

    def clear(self) -> None:
        """Start again from zero."""
        with self._lock:
            self._counts.clear()

    def snapshot(self) -> dict[str, int]:
        """Return the counts, sorted by target."""
        with self._lock:
            return dict(sorted(self._counts.items()))
