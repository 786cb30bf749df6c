"""What sitemaps are before they are changed: planned, checked, undone and settled. Never written.

Submitting is an act: Google reads the sitemap, again where it knew it. Deleting takes the sitemap
off the report; Google does not forget the URLs that it named
(https://developers.google.com/webmaster-tools/v1/sitemaps/delete).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.google.search_console.connector import SearchConsole
from wpp_mcp.google.search_console.coverage import require_covered
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.changes import (
    Applied,
    Change,
    Locator,
    ResourceType,
    Undo,
    UndoKind,
    Verb,
)
from wpp_mcp.models.time import parse_iso

LISTED: Final = "listed"
"""The one field of a sitemap that a write changes: whether the property's list has it."""

_WRITERS: Final = frozenset({"siteowner", "sitefulluser"})
_CLOCKS_APART: Final = timedelta(minutes=2)
_LAG: Final = timedelta(minutes=2)
"""How much later than it was applied a write may be on the list: Google does not say."""
_NOT_DONE: Final = Applied(
    error={"code": "NOT_APPLIED", "message": "Search Console does not show it.", "fieldPath": ""}
)


def submission(account: AccountRef, url: str, *, listed: bool) -> Change:
    """Return the change that submits a sitemap.

    Parameters
    ----------
    listed
        Whether the property's list has it already.
    """
    return Change(
        locator=Locator(account, ResourceType.SITEMAP, url, url),
        verb=Verb.ACT,
        before={LISTED: listed},
        after={LISTED: True},
    )


def deletion(account: AccountRef, url: str) -> Change:
    """Return the change that takes a sitemap off the property's list."""
    return Change(
        locator=Locator(account, ResourceType.SITEMAP, url, url),
        verb=Verb.REMOVE,
        before={LISTED: True},
    )


class SearchConsoleReader:
    """One granted property, for what is asked about writes to it. See `WritableReader`."""

    def __init__(self, call: GoogleCall, account: AccountRef) -> None:
        self._console = SearchConsole(call, account)
        self._account = account
        self._clock = call.deadline.clock

    def live(self, changes: Sequence[Change]) -> list[Mapping[str, Any] | None]:
        """See `WritableReader`: of one to submit, whether it is listed, also where it is not."""
        listed = self._listed()
        found: list[Mapping[str, Any] | None] = []
        for change in changes:
            there = change.locator.id in listed
            found.append({LISTED: there} if there or change.verb is Verb.ACT else None)
        return found

    def behind(self, changes: Sequence[Change]) -> list[Change]:
        """See `WritableReader`: nothing stands behind a sitemap."""
        return list(changes)

    def validate(self, changes: Sequence[Change], *, partial: bool) -> list[Applied]:
        """Check what can be checked without writing: Google has no ``validate_only`` here.

        That is the sitemap inside the property, the user's permission on it, and that a sitemap to
        delete is there.

        Raises
        ------
        WppError
            ``ACCOUNT_NOT_AUTHORIZED`` for a sitemap outside the property, with ``partial`` too;
            ``GOOGLE_ACCESS_DENIED`` and ``GOOGLE_INVALID_REQUEST`` for the rest.
        """
        for change in changes:
            require_covered(self._account, change.locator.id)
        level = str(self._console.site().get("permissionLevel", ""))
        may = level.replace("_", "").lower() in _WRITERS
        listed = self._listed() if any(c.verb is Verb.REMOVE for c in changes) else {}
        return [_checked(c, listed, may=may, partial=partial) for c in changes]

    def undo(self, change: Change, applied: Applied) -> Undo:
        """See `WritableReader`."""
        if not applied.done:
            return Undo(kind=UndoKind.NONE, loss="It was not done.")
        url = change.locator.id
        if change.verb is Verb.REMOVE:
            return Undo(
                kind=UndoKind.COMPENSATING,
                change=submission(self._account, url, listed=False),
                loss="What Search Console showed of the sitemap so far does not come back.",
            )
        if change.before.get(LISTED):
            return Undo(kind=UndoKind.NONE, loss="Google has been asked to read it again.")
        return Undo(
            kind=UndoKind.COMPENSATING,
            change=deletion(self._account, url),
            loss="URLs that Google has found in it meanwhile stay known to Google.",
        )

    def settled(
        self, changes: Sequence[Change], since: datetime, until: datetime
    ) -> list[Applied | None]:
        """See `WritableReader`: by when the list says that a sitemap was submitted last."""
        # Until then it may still be applied, or not be on the list yet; asked before the list is.
        late = self._clock() > until + _LAG
        listed = self._listed()
        told = [
            _removed(listed.get(change.locator.id), change, until)
            if change.verb is Verb.REMOVE
            else _submitted(listed.get(change.locator.id), change, since, until)
            for change in changes
        ]
        return [one if late or one is not _NOT_DONE else None for one in told]

    def spending(
        self,
        changes: Sequence[Change],  # noqa: ARG002
        first: date,  # noqa: ARG002
        last: date,  # noqa: ARG002
    ) -> Mapping[str, Any]:
        """See `WritableReader`: there is no money in Search Console."""
        return {}

    def _listed(self) -> dict[str, Mapping[str, Any]]:
        return {str(one.get("path")): one for one in self._console.sitemaps()}


def _checked(change: Change, listed: Mapping[str, Any], *, may: bool, partial: bool) -> Applied:
    if not may:
        refusal = WppError(
            ErrorCode.GOOGLE_ACCESS_DENIED,
            "Google lets owners and full users of a property change its sitemaps; you are neither",
            action="Ask the property's owner for full access",
        )
    elif change.verb is Verb.REMOVE and change.locator.id not in listed:
        refusal = WppError(
            ErrorCode.GOOGLE_INVALID_REQUEST, "The property's list has no such sitemap"
        )
    else:
        return Applied(id=change.locator.id)
    if not partial:
        raise refusal
    return Applied(
        error={"code": refusal.code.value, "message": refusal.message, "fieldPath": "sitemapUrl"}
    )


def _submitted(
    found: Mapping[str, Any] | None, change: Change, since: datetime, until: datetime
) -> Applied | None:
    if found is None:
        return _NOT_DONE
    at = _moment(found)
    if at is None or at > until + _CLOCKS_APART:
        return None  # somebody submitted it later, with or without our request before
    return Applied(id=change.locator.id) if at >= since - _CLOCKS_APART else _NOT_DONE


def _removed(found: Mapping[str, Any] | None, change: Change, until: datetime) -> Applied | None:
    if found is None:
        return Applied(id=change.locator.id)
    at = _moment(found)
    # Submitted later, it may have been gone before.
    return _NOT_DONE if at is not None and at <= until + _CLOCKS_APART else None


def _moment(found: Mapping[str, Any]) -> datetime | None:
    """Return when a sitemap was submitted last; ``None`` where the list does not tell."""
    try:
        return parse_iso(str(found.get("lastSubmitted"))).astimezone(UTC)
    except ValueError:
        return None
