"""Everything that the functions write while tests run, and what must never be in it."""

import io
import re
import threading

from sandbox.box import Sandbox

_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.")

_POOL = re.compile(r"sandbox-(?:code|refresh)-")


class CapturedLog(io.StringIO):
    """A log that many threads write to."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def write(self, text: str) -> int:
        with self._lock:
            return super().write(text)

    def emit(self, line: str) -> None:
        """Take a line of metrics."""
        self.write(line + "\n")


def leaks(text: str, box: Sandbox) -> list[str]:
    """Name what a log holds and must not: secrets by name, tokens, cookies, addresses of people."""
    found = [name for name, value in box.secrets.items() if value in text]
    found += [
        f"Google token of {role}"
        for role in box.world.users
        if box.world.google_token(role) in text
    ]
    found += [f"address of {u.key}" for u in box.world.users.values() if u.email in text]
    if "1//sandbox-" in text:
        found.append("a Google refresh token")
    if _JWT.search(text):
        found.append("a signed token")
    if _POOL.search(text):
        found.append("a code or refresh token of the pool")
    if "__Host-" in text:
        found.append("a cookie")
    return found
