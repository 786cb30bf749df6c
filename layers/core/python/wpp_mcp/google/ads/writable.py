"""Google Ads as something that can be changed, without the changing: all but `writer`."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.ads.behind import behind
from wpp_mcp.google.ads.channel import mutating
from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.contents import with_contents
from wpp_mcp.google.ads.mutate import (
    UnclearAnswerError,
    checks_of,
    refusal_of,
    request_of,
    sayable,
)
from wpp_mcp.google.ads.resources import adapter_of
from wpp_mcp.google.ads.resources.thing import Thing
from wpp_mcp.google.ads.settling import Settling
from wpp_mcp.google.ads.spending import spending
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.google.retries import repeat_read
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.changes import Applied, Change, Undo, Verb


class AdsReader:
    """One granted account. Methods are those of `WritableReader`.

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
        self._ads = GoogleAds(call, account, login_customer_id)

    def live(self, changes: Sequence[Change]) -> list[Mapping[str, Any] | None]:
        """Return what is there now: one query for each kind of thing.

        For what is to be created that is something of the same identity: a campaign of the same
        name, a keyword of the same text and match type. What was removed is not there. Of what is
        removed with all that lies in it, also that: a query for each kind of it.
        """
        live: dict[int, Mapping[str, Any] | None] = {}
        for adapter in dict.fromkeys(adapter_of(change) for change in changes):
            mine = [(i, c) for i, c in enumerate(changes) if adapter_of(c) is adapter]
            new = [(i, c) for i, c in mine if c.verb is Verb.CREATE]
            alike = adapter.alike(self._ads, [c.after for _, c in new]) if new else []
            for (index, change), there in zip(new, alike, strict=True):
                live[index] = _only(there[0].values, change.after) if there else None
            known = adapter.read(self._ads, [c.locator.id for _, c in mine])
            for index, change in mine:
                if change.verb is not Verb.CREATE:
                    live[index] = _now(known.get(change.locator.id), change)
        return with_contents(self._ads, changes, [live[index] for index in range(len(changes))])

    def behind(self, changes: Sequence[Change]) -> list[Change]:
        """Return the changes with their budgets as they are now: one query where there are any."""
        return behind(self._ads, changes)

    def validate(self, changes: Sequence[Change], *, partial: bool) -> list[Applied]:
        """Ask Google whether it would do it; the channel lets out nothing that would be done."""
        if not partial:
            return self._validated(changes, partial=False)
        said = sayable(self._account, changes)
        asked = [change for change, one in zip(changes, said, strict=True) if one.done]
        checks = iter(self._validated(asked, partial=True) if asked else ())
        return [next(checks) if one.done else one for one in said]

    def _validated(self, changes: Sequence[Change], *, partial: bool) -> list[Applied]:
        request = request_of(self._account, changes, partial=partial, validate_only=True)
        token = self._call.access_token()
        return repeat_read(
            self._call, lambda seconds: self._checked(token, request, changes, seconds)
        )

    def _checked(
        self, token: str, request: Any, changes: Sequence[Change], seconds: float
    ) -> list[Applied]:
        from google.ads.googleads.errors import GoogleAdsException
        from google.api_core.exceptions import GoogleAPIError
        from grpc import RpcError

        from wpp_mcp.google.ads.validate_channel import ValidateOnlyChannel

        wall = ValidateOnlyChannel(self._account)
        with mutating(self._call, token, self._login_customer_id, wall) as service:
            try:
                answer = service.mutate(request=request, timeout=seconds, retry=None)
                return checks_of(answer, len(changes))
            except UnclearAnswerError as error:
                raise WppError(ErrorCode.GOOGLE_UNAVAILABLE, reason=str(error)) from error
            except (GoogleAdsException, GoogleAPIError, RpcError) as error:
                raise refusal_of(error, changes) from error

    def undo(self, change: Change, applied: Applied) -> Undo:
        """Return how a change that was applied can be undone. Asks nobody."""
        return adapter_of(change).undo(change, applied, self._call.deadline.clock())

    def settled(
        self, changes: Sequence[Change], since: datetime, until: datetime
    ) -> list[Applied | None]:
        """Return what the account says of a request without an answer."""
        return Settling(self._ads, since, until, self._call.deadline.clock).settle(changes)

    def spending(self, changes: Sequence[Change], first: date, last: date) -> Mapping[str, Any]:
        """Return what was spent on the campaigns behind changes."""
        return spending(self._ads, changes, first, last)


def _now(thing: Thing | None, change: Change) -> Mapping[str, Any] | None:
    if thing is None or thing.removed:
        return None
    return _only(thing.values, change.before)


def _only(values: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values.get(name) for name in names}
