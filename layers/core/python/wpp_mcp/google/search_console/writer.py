"""The Search Console API, writing: one sitemap submitted or deleted, once.

Only the executor may import this module (pyproject.toml holds the imports to that). Whatever plans,
previews, checks or settles a change works with `wpp_mcp.google.search_console.writable`.
"""

from collections.abc import Sequence
from functools import partial as bound
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.google.search_console.channel import opened
from wpp_mcp.google.search_console.coverage import require_covered
from wpp_mcp.google.search_console.errors import translated, unreachable
from wpp_mcp.google.writing import OutcomeUnknownError
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.changes import Applied, Change, ResourceType, Verb

_LONGEST_SECONDS: Final = 20.0
_SPARE_SECONDS: Final = 1.0
"""Left over for recording the outcome."""
_SHORTEST_SECONDS: Final = 2.0
"""A write that has less is not begun: it would likely end as unknown."""
_REFUSED: Final = range(400, 500)
_TIMED_OUT: Final = 408
"""The one refusal that does not say that nothing was done."""


class SearchConsoleWriter:
    """One granted property, for one write.

    Parameters
    ----------
    call
        The call that is served.
    """

    def __init__(self, call: GoogleCall, account: AccountRef) -> None:
        self._call = call
        self._account = account

    def apply(self, changes: Sequence[Change], *, partial: bool) -> list[Applied]:  # noqa: ARG002
        """Submit or delete one sitemap, once. See `WritableWriter`.

        Google has no request for several, so ``partial`` changes nothing.

        Raises
        ------
        WppError
            Also ``INTERNAL``: more than one change, or none of a sitemap of this property; then
            nothing was sent.
        """
        change = self._the_one(changes)
        token = self._call.access_token()
        seconds = min(_LONGEST_SECONDS, self._call.deadline.remaining() - _SPARE_SECONDS)
        if seconds < _SHORTEST_SECONDS:
            raise WppError(ErrorCode.DEADLINE_EXCEEDED, reason="no time left for a write")
        self._send(change, token, seconds)
        return [Applied(id=change.locator.id)]

    def _the_one(self, changes: Sequence[Change]) -> Change:
        if len(changes) != 1:
            raise WppError(ErrorCode.INTERNAL, reason="Search Console writes one change at a time")
        (change,) = changes
        place = change.locator
        if place.account != self._account or place.type is not ResourceType.SITEMAP:
            raise WppError(ErrorCode.INTERNAL, reason="not a sitemap of the granted property")
        if change.verb not in (Verb.ACT, Verb.REMOVE):
            raise WppError(ErrorCode.INTERNAL, reason=f"nothing to {change.verb.value} here")
        require_covered(self._account, place.id)
        return change

    def _send(self, change: Change, token: str, seconds: float) -> None:
        from wpp_mcp.google.search_console.write_once import (
            DELETE,
            SUBMIT,
            OnceHttp,
            Sending,
            SitemapWrite,
        )

        endpoint, sitemap = self._call.endpoints.search_console, change.locator.id
        submits, sending = change.verb is Verb.ACT, Sending()
        wall = bound(
            OnceHttp,
            endpoint=endpoint,
            account=self._account,
            sitemap=sitemap,
            method_id=SUBMIT if submits else DELETE,
            sending=sending,
        )
        with opened(endpoint, token, seconds, wall, SitemapWrite) as service:
            sitemaps = service.sitemaps()
            ask = sitemaps.submit if submits else sitemaps.delete
            request = ask(siteUrl=self._account.account_id, feedpath=sitemap)
            _executed(request, sending)


def _executed(request: Any, sending: Any) -> None:
    """Send a request, once.

    Only an answer of Google's that refuses, or a request that never left, means that nothing was
    changed. Whatever else goes wrong leaves the outcome open.
    """
    from googleapiclient.errors import HttpError

    from wpp_mcp.google.search_console.write_once import WriteRefusedError

    try:
        request.execute(num_retries=0)
    except HttpError as error:
        if error.status_code in _REFUSED and error.status_code != _TIMED_OUT:
            raise translated(error.status_code, error.resp, error.content) from error
        raise OutcomeUnknownError(str(error.status_code)) from error
    except Exception as error:
        if sending.begun:
            raise OutcomeUnknownError(type(error).__name__) from error
        if isinstance(error, WriteRefusedError):
            raise
        raise unreachable(error) from error
