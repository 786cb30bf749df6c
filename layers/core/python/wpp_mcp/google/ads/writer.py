"""The Google Ads API, writing: one Mutate, once.

Only the executor may import this module (pyproject.toml holds the imports to that). Whatever plans,
previews, checks or settles a change works with `wpp_mcp.google.ads.writable`, which cannot write.
"""

from collections.abc import Sequence
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.ads.channel import mutating
from wpp_mcp.google.ads.errors import failure_in, told
from wpp_mcp.google.ads.mutate import (
    NOT_REFUSED,
    UnclearAnswerError,
    refusal_of,
    request_of,
    results_of,
)
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.google.statuses import status_of
from wpp_mcp.google.writing import OutcomeUnknownError
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.changes import Applied, Change

_LONGEST_SECONDS: Final = 20.0
_SPARE_SECONDS: Final = 1.0
"""Left over for recording the outcome."""
_SHORTEST_SECONDS: Final = 2.0
"""A write that has less is not begun: it would likely end as unknown."""

REFUSED: Final = frozenset(
    {
        "INVALID_ARGUMENT",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "FAILED_PRECONDITION",
        "OUT_OF_RANGE",
        "PERMISSION_DENIED",
        "UNAUTHENTICATED",
        "UNIMPLEMENTED",
    }
)
"""Statuses that say that nothing was done. gRPC makes none of them of an answer that it lost."""

REFUSED_WHERE_GOOGLE_SAYS_WHY: Final = frozenset({"RESOURCE_EXHAUSTED", "ABORTED"})
"""Statuses that say so only together with Google's own failure: gRPC also ends a call as
RESOURCE_EXHAUSTED when the answer is too large, which is after the work was done."""


class AdsWriter:
    """One granted account, for one write.

    Parameters
    ----------
    call
        The call that is served.
    login_customer_id
        From the grant, never from the caller.
    """

    def __init__(
        self, call: GoogleCall, account: AccountRef, login_customer_id: str | None
    ) -> None:
        self._call = call
        self._account = account
        self._login_customer_id = login_customer_id

    def apply(self, changes: Sequence[Change], *, partial: bool) -> list[Applied]:
        """Send the changes in one request, once. See `WritableWriter`."""
        request = request_of(self._account, changes, partial=partial, validate_only=False)
        token = self._call.access_token()
        seconds = min(_LONGEST_SECONDS, self._call.deadline.remaining() - _SPARE_SECONDS)
        if seconds < _SHORTEST_SECONDS:
            raise WppError(ErrorCode.DEADLINE_EXCEEDED, reason="no time left for a write")
        from wpp_mcp.google.ads.write_channel import MutateOnlyChannel

        wall = MutateOnlyChannel(self._account)
        with mutating(self._call, token, self._login_customer_id, wall) as service:
            return _sent(service, request, changes, seconds)


def _sent(service: Any, request: Any, changes: Sequence[Change], seconds: float) -> list[Applied]:
    from wpp_mcp.google.read_only import ReadOnlyChannelError

    try:
        answer = service.mutate(request=request, timeout=seconds, retry=None)
        return results_of(answer, len(changes))
    except ReadOnlyChannelError:
        raise  # it never left
    except UnclearAnswerError as error:
        raise OutcomeUnknownError(str(error)) from error
    except Exception as error:
        # Whatever it is: once the call is begun only Google's refusal says that nothing was done.
        if not is_refusal(error):
            raise OutcomeUnknownError(f"{type(error).__name__} {status_of(error)}") from error
        raise refusal_of(error, changes) from error


def is_refusal(error: Exception) -> bool:
    """Whether an error of a Mutate says that nothing was changed."""
    failure = failure_in(error)
    said = [told(item)["code"].split(".")[0] for item in failure.errors] if failure else []
    if NOT_REFUSED & set(said):
        return False
    status = status_of(error)
    return status in REFUSED or (status in REFUSED_WHERE_GOOGLE_SAYS_WHY and bool(said))
