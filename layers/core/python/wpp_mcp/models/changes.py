"""What a write would change, as every layer passes it on: changes, plans, and how they are undone.

Values of fields are plain: text, whole numbers, `Decimal` amounts in the account's currency, truth
values, lists of texts. Field names are those on the wire (``amount``, ``cpcBid``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Self

from wpp_mcp.models.accounts import AccountRef, api_named, normalise


class ResourceType(StrEnum):
    """The kinds of things that can be changed."""

    BUDGET = "campaign_budget"
    CAMPAIGN = "campaign"
    AD_GROUP = "ad_group"
    KEYWORD = "keyword"
    NEGATIVE_KEYWORD = "negative_keyword"
    AD = "ad"
    LABEL = "label"
    CAMPAIGN_LABEL = "campaign_label"
    SITEMAP = "sitemap"
    POLICY = "policy"


class Verb(StrEnum):
    """What is done to a thing."""

    CREATE = "create"
    UPDATE = "update"
    REMOVE = "remove"
    ACT = "act"
    """Neither: something is set going, as reading a sitemap again."""


class UndoKind(StrEnum):
    """How a change can be undone."""

    EXACT = "exact"
    COMPENSATING = "compensating"
    NONE = "none"


CONTENTS: Final = "contents"
"""A field of what is removed with all that lies in it: what goes along that no change names."""


@dataclass(frozen=True, slots=True)
class Locator:
    """One thing.

    Parameters
    ----------
    account
        ``None`` for what belongs to this server: its policies.
    id
        As Google has it, with its parent's where it has one (``12~34``); of a thing that is to be
        created a temporary one, which begins with ``-``.
    name
        What people call it.
    """

    account: AccountRef | None
    type: ResourceType
    id: str
    name: str = ""

    @property
    def temporary(self) -> bool:
        """Whether it is to be created."""
        return self.id.startswith("-")

    @property
    def key(self) -> str:
        """One text for it, for locks and counters."""
        whose = self.account.key if self.account else "wpp-mcp"
        return f"{whose}/{self.type.value}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The budget behind a change: what may be spent.

    Parameters
    ----------
    amount
        In the account's currency: per day, or in all where ``total``.
    total
        It is a total for the campaign's time, not a daily average.
    shared_by
        Names of all campaigns that spend from it.
    """

    id: str
    amount: Decimal
    total: bool = False
    shared_by: tuple[str, ...] = ()

    def wire(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "id": self.id,
            "amount": self.amount,
            "total": self.total,
            "sharedBy": list(self.shared_by),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Inherited:
    """What holds for a thing that has no value of its own: for a keyword its ad group's bid.

    Parameters
    ----------
    parent
        The thing that has it; without a name.
    """

    parent: Locator
    values: Mapping[str, Any]

    def wire(self) -> dict[str, Any]:
        """Return it as JSON; the account is that of the change."""
        place = self.parent
        return {"type": place.type.value, "id": place.id, "values": dict(self.values)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that a plan does.

    Parameters
    ----------
    before, after
        The fields that it touches, as they are and as they will be. What is created has no
        ``before``, what is removed no ``after``; for what is removed ``before`` is all that it
        takes to make it again.
    depends_on
        Ids of other things of the plan that have to be there first.
    budget
        For budgets, and for what lets a budget be spent (a campaign that is enabled, or may run
        longer).
    inherited
        What held until now where ``before`` has no value.
    """

    locator: Locator
    verb: Verb
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    budget: Budget | None = None
    inherited: Inherited | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that differ, in the order of ``after``, else of ``before``."""
        names = dict.fromkeys([*self.after, *self.before])
        return tuple(n for n in names if self.before.get(n) != self.after.get(n))

    def against(self, live: Mapping[str, Any]) -> Self:
        """Return the change as it is from other values than those it was planned from."""
        return replace(self, before=dict(live))

    def wire(self) -> dict[str, Any]:
        """Return the change as JSON; `change_of` reads it back to an equal one."""
        place = self.locator
        written: dict[str, Any] = {
            "api": place.account.api.value if place.account else None,
            "accountId": place.account.account_id if place.account else None,
            "type": place.type.value,
            "id": place.id,
            "name": place.name,
            "verb": self.verb.value,
            "before": _listed(self.before),
            "after": _listed(self.after),
            "dependsOn": list(self.depends_on),
        }
        if self.budget is not None:
            written["budget"] = self.budget.wire()
        if self.inherited is not None:
            written["inherited"] = self.inherited.wire()
        return written


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a write tool wants done; nothing has been done yet.

    Parameters
    ----------
    changes
        In the order in which they have to happen.
    currency
        ISO 4217 code of every amount, where there are amounts.
    warnings
        What the person has to know beside what follows from the changes.
    partial
        Where some cannot be done, the others are to be done all the same.
    """

    changes: Sequence[Change]
    currency: str | None = None
    warnings: tuple[str, ...] = ()
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What became of one change.

    Parameters
    ----------
    id
        What the thing is called now: Google's id of what was created.
    error
        ``{code, message, fieldPath}`` in Google's words, where it was not done.
    """

    id: str | None = None
    error: Mapping[str, Any] | None = None

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return self.error is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """How a change is undone.

    Parameters
    ----------
    change
        What undoes it; ``None`` where nothing does.
    loss
        What does not come back, in a sentence; empty where all does.
    """

    kind: UndoKind
    change: Change | None = None
    loss: str = ""


def change_of(written: Mapping[str, Any]) -> Change:
    """Return the change that `Change.wire` wrote.

    Raises
    ------
    KeyError, ValueError, WppError
        It is not one.
    """
    api = written["api"]
    account = None if api is None else normalise(api_named(api), written["accountId"])
    return Change(
        locator=Locator(account, ResourceType(written["type"]), written["id"], written["name"]),
        verb=Verb(written["verb"]),
        before=dict(written["before"]),
        after=dict(written["after"]),
        depends_on=tuple(written["dependsOn"]),
        budget=_budget_of(written.get("budget")),
        inherited=_inherited_of(written.get("inherited"), account),
    )


def _budget_of(written: Mapping[str, Any] | None) -> Budget | None:
    if written is None:
        return None
    return Budget(
        id=written["id"],
        amount=Decimal(written["amount"]),
        total=written["total"],
        shared_by=tuple(written["sharedBy"]),
    )


def _inherited_of(
    written: Mapping[str, Any] | None, account: AccountRef | None
) -> Inherited | None:
    if written is None:
        return None
    parent = Locator(account, ResourceType(written["type"]), written["id"])
    return Inherited(parent=parent, values=dict(written["values"]))


def _listed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}
