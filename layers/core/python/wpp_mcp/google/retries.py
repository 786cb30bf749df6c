"""Bounded, jittered retries of reads, inside the call's work budget. Writes are never repeated."""

from collections.abc import Callable
from typing import Final, TypeVar

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.call import GoogleCall

T = TypeVar("T")

MAX_TRIES: Final = 3
_ONE_TRY_SECONDS: Final = 12.0
_SPARE_SECONDS: Final = 0.5
"""Left over for the answer; a try that could not finish before is not begun."""
_SPENT_SECONDS: Final = _SPARE_SECONDS + 0.1
"""With no more than this left the budget is spent: a try's own clock is not exact."""
_REPEATABLE: Final = frozenset({ErrorCode.GOOGLE_UNAVAILABLE, ErrorCode.GOOGLE_QUOTA_EXCEEDED})


def repeat_read(call: GoogleCall, attempt: Callable[[float], T]) -> T:
    """Run a read, up to three times.

    Parameters
    ----------
    attempt
        Gets the seconds it may take; raises `WppError`.

    Raises
    ------
    WppError
        The last failure, or ``DEADLINE_EXCEEDED`` when the budget does not allow another try.
    """
    for number in range(1, MAX_TRIES + 1):
        seconds = min(_ONE_TRY_SECONDS, call.deadline.remaining() - _SPARE_SECONDS)
        if seconds <= 0:
            raise WppError(ErrorCode.DEADLINE_EXCEEDED)
        try:
            return attempt(seconds)
        except WppError as error:
            if error.code not in _REPEATABLE or number == MAX_TRIES:
                raise
            if call.deadline.remaining() <= _SPENT_SECONDS:
                # This try had all that was left: less work would have been done in time.
                raise WppError(ErrorCode.DEADLINE_EXCEEDED, reason=error.reason) from error
            _wait(call, number, error)
    raise AssertionError("unreachable: the last try returns or raises")


def _wait(call: GoogleCall, number: int, error: WppError) -> None:
    # Google's own word on when to come back counts more than ours.
    least = float(error.retry_after or 0)
    pause = least + call.chance.uniform(0, 0.25 * 2**number)
    if pause + _SPARE_SECONDS >= call.deadline.remaining():
        raise error
    call.sleep(pause)
