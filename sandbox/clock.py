"""A clock that tests and developers can put forward."""

import threading
from datetime import UTC, datetime, timedelta


class SandboxClock:
    """The machine's time plus what it was put forward by."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self._lock = threading.Lock()
        self._ahead = ahead

    def __call__(self) -> datetime:
        """Return the sandbox's time, aware UTC."""
        with self._lock:
            return datetime.now(UTC) + self._ahead

    def advance(self, by: timedelta) -> datetime:
        """Put the clock forward and return the new time."""
        with self._lock:
            self._ahead += by
        return self()

    @property
    def ahead(self) -> timedelta:
        """How far the clock is ahead of the machine's."""
        with self._lock:
            return self._ahead
