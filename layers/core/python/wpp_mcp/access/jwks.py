"""The user pool's signing keys, cached for a bounded time.

An unknown key id asks for the keys anew, but not more often than every 30 seconds, so that a
stranger's tokens cannot make us call out at will. When the pool does not answer, known keys
serve until the bound, then nothing is accepted (threats.md A3, A12).
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import jwt

from wpp_mcp.models import strict_json
from wpp_mcp.models.time import Clock

REFRESH_AFTER: Final = timedelta(minutes=5)
ASK_AGAIN_AFTER: Final = timedelta(seconds=30)


class SigningKeys:
    """Keys by key id.

    Parameters
    ----------
    url
        Where the key set is; from configuration, never from a token.
    fetch
        Returns the document's bytes or raises `OSError`.
    max_age
        How long keys serve after the pool stopped answering.
    """

    def __init__(
        self, url: str, *, fetch: Callable[[str], bytes], clock: Clock, max_age: timedelta
    ) -> None:
        self._url = url
        self._fetch = fetch
        self._clock = clock
        self._max_age = max_age
        self._lock = threading.Lock()
        self._keys: Mapping[str, Any] = {}
        self._fetched: datetime | None = None
        self._asked: datetime | None = None

    def get(self, key_id: str) -> Any | None:
        """Return the public key, or ``None`` where it is unknown or the keys are too old."""
        with self._lock:
            now = self._clock()
            if self._should_ask(now, key_id):
                self._ask(now)
            if self._fetched is None or now - self._fetched > self._max_age:
                return None
            return self._keys.get(key_id)

    def usable(self) -> bool:
        """Return whether keys are held that still serve; if not, no token can be judged."""
        with self._lock:
            return self._fetched is not None and self._clock() - self._fetched <= self._max_age

    def _should_ask(self, now: datetime, key_id: str) -> bool:
        if self._asked is not None and now - self._asked < ASK_AGAIN_AFTER:
            return False
        fresh = min(REFRESH_AFTER, self._max_age)
        stale = self._fetched is None or now - self._fetched > fresh
        return stale or key_id not in self._keys

    def _ask(self, now: datetime) -> None:
        self._asked = now
        try:
            document = strict_json.loads(self._fetch(self._url))
            keys = {
                entry["kid"]: jwt.PyJWK(entry, algorithm="RS256").key
                for entry in document["keys"]
                if entry.get("kty") == "RSA" and entry.get("use", "sig") == "sig"
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError, jwt.PyJWTError):
            return
        self._keys = keys
        self._fetched = now
