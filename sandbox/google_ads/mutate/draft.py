"""One account as the operations of one request change it; nothing shows before the end."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.google_ads.mutate.names import COLLECTIONS, ids_of, name_of
from sandbox.google_ads.mutate.place import Place
from sandbox.world import AdsAccount, Change

_IN_HISTORY = {
    "campaign_budget": "CAMPAIGN_BUDGET",
    "campaign": "CAMPAIGN",
    "ad_group": "AD_GROUP",
    "ad_group_criterion": "AD_GROUP_CRITERION",
    "campaign_criterion": "CAMPAIGN_CRITERION",
    "ad_group_ad": "AD_GROUP_AD",
}
"""Kinds that Google's change history knows; it knows no labels."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, when (aware UTC), and with what, in Google's words."""

    user_email: str
    at: datetime
    client: str = "GOOGLE_ADS_API"


class Draft:
    """A copy of an account to write to.

    Records are replaced, never changed, so who reads the account meanwhile sees none of it.

    Attributes
    ----------
    account
        The copy.
    today
        In the account's time zone.
    """

    def __init__(self, account: AdsAccount, author: Author) -> None:
        self.account = replace(
            account,
            campaigns=dict(account.campaigns),
            budgets=dict(account.budgets),
            ad_groups=dict(account.ad_groups),
            keywords=dict(account.keywords),
            negative_keywords=dict(account.negative_keywords),
            ads=dict(account.ads),
            labels=dict(account.labels),
        )
        self.today = author.at.astimezone(ZoneInfo(account.time_zone)).date()
        self._author = author
        self._temporary: dict[int, tuple[str, int | None]] = {}
        self._written: set[str] = set()

    def commit(self, account: AdsAccount) -> None:
        """Let the account be what the copy is; whoever calls holds the world's lock."""
        for name in (
            "campaigns", "budgets", "ad_groups", "keywords", "negative_keywords", "ads", "labels",
            "campaign_labels", "changes", "last_id",
        ):  # fmt: skip
            setattr(account, name, getattr(self.account, name))

    def new_id(self) -> int:
        """Return an id that nothing has."""
        self.account.last_id += 1
        return self.account.last_id

    def name(self, kind: str, *ids: int) -> str:
        """Return the name of a resource of this account."""
        return name_of(self.account.customer_id, kind, *ids)

    def ids(self, kind: str, name: str, place: Place) -> tuple[int, ...]:
        """Return the real ids in a name.

        Raises
        ------
        Refusal
            For a malformed name, and a temporary id that no operation before has, or one that
            failed.
        """
        found = ids_of(kind, name, self.account.customer_id, place)
        parts = COLLECTIONS[kind][1]
        return tuple(self._real(part, one, place) for part, one in zip(parts, found, strict=True))

    def take_temporary(self, kind: str, message: Any, place: Place) -> int | None:
        """Return the temporary id that a create gives itself, if any.

        Raises
        ------
        Refusal
            For an id that is not temporary, or taken.
        """
        if not message.resource_name:
            return None
        at = place.below("resource_name")
        own = ids_of(kind, message.resource_name, self.account.customer_id, at)[-1]
        if own >= 0:
            raise at.refusal(
                "new_resource_creation_error.CANNOT_SET_ID_FOR_CREATE",
                "The id of something new cannot be set; only a negative, temporary one.",
            )
        if own in self._temporary:
            raise at.refusal(
                "new_resource_creation_error.DUPLICATE_TEMP_IDS",
                "Creating more than one resource with the same temp ID is not allowed.",
            )
        return own

    def settle(self, kind: str, temporary: int | None, real: int | None) -> None:
        """Say what a temporary id turned out to be; ``None`` for something that failed."""
        if temporary is not None:
            self._temporary[temporary] = (COLLECTIONS[kind][1][-1], real)

    def touch(self, name: str, place: Place) -> None:
        """Note that an operation is about a resource.

        Raises
        ------
        Refusal
            For the second one about the same resource.
        """
        if name in self._written:
            raise place.refusal(
                "mutate_error.ID_EXISTS_IN_MULTIPLE_MUTATES",
                "Cannot mutate the same resource twice in one request.",
            )
        self._written.add(name)

    def record(
        self, kind: str, name: str, operation: str, fields: tuple[str, ...], around: dict[str, str]
    ) -> None:
        """Add to the change history; ``around`` names campaign and ad group."""
        if kind in _IN_HISTORY:
            changes = self.account.changes
            change = Change(
                at=self._author.at,
                user_email=self._author.user_email,
                client=self._author.client,
                resource_type=_IN_HISTORY[kind],
                resource_name=name,
                operation=operation,
                fields=fields,
                number=len(changes) + 1,
                **around,
            )
            self.account.changes = (*changes, change)

    def _real(self, part: str, one: int, place: Place) -> int:
        if one >= 0:
            return one
        kind, real = self._temporary.get(one, ("", None))
        if kind != part:
            raise place.not_found()
        if real is None:
            raise place.refusal(
                "new_resource_creation_error.TEMP_ID_RESOURCE_HAD_ERRORS",
                "Parent resource with specified temp ID failed validation, so no validation will "
                "be done for this child resource.",
            )
        return real
