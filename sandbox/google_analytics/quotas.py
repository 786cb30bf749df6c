"""The quota of each property: tokens that reports use up, given back by the hour and the day."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sandbox.google_analytics.failures import exhausted

_PER_DAY: Final = 200_000
_PER_HOUR: Final = 40_000
_PER_PROJECT: Final = 14_000
_THRESHOLDED: Final = 120
_CONCURRENT: Final = 10
_ERRORS: Final = 10


class Quotas:
    """Counts tokens by property.

    Parameters
    ----------
    clock
        Aware UTC.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._used: Counter[tuple[str, str, str]] = Counter()

    def spend(self, number: str, tokens: int, *, thresholded: bool, bucket: str = "core") -> None:
        """Take tokens.

        Parameters
        ----------
        bucket
            Core and realtime reports have their own.

        Raises
        ------
        Refusal
            None are left.
        """
        with self._lock:
            hour, day = self._keys(number, bucket)
            if self._used[day] >= _PER_DAY:
                raise exhausted(
                    "property tokens per day. These quota tokens will return in under 24 hours"
                )
            if self._used[hour] >= _PER_PROJECT:
                raise exhausted(
                    "property tokens for a project per hour. These quota tokens will return in "
                    "under an hour"
                )
            doubtful = (*hour[:2], f"{hour[2]}?")
            if thresholded and self._used[doubtful] >= _THRESHOLDED:
                raise exhausted("potentially thresholded requests quota per hour")
            self._used[hour] += tokens
            self._used[day] += tokens
            self._used[doubtful] += int(thresholded)

    def write(self, number: str, tokens: int, quota: Any, bucket: str = "core") -> None:
        """Fill Google's PropertyQuota (protobuf)."""
        with self._lock:
            hour, day = self._keys(number, bucket)
            doubtful = (*hour[:2], f"{hour[2]}?")
            for field, used, whole in (
                ("tokens_per_day", self._used[day], _PER_DAY),
                ("tokens_per_hour", self._used[hour], _PER_HOUR),
                ("tokens_per_project_per_hour", self._used[hour], _PER_PROJECT),
            ):
                status = getattr(quota, field)
                status.consumed, status.remaining = tokens, max(whole - used, 0)
            quota.concurrent_requests.remaining = _CONCURRENT
            quota.server_errors_per_project_per_hour.remaining = _ERRORS
            left = _THRESHOLDED - self._used[doubtful]
            quota.potentially_thresholded_requests_per_hour.remaining = max(left, 0)

    def _keys(self, number: str, bucket: str) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
        now = self._clock()
        return (number, bucket, f"{now:%Y%m%d%H}"), (number, bucket, f"{now:%Y%m%d}")
