"""What became of an operation: what is answered, and what is kept of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from wpp_mcp.models.changes import Applied, Change, ResourceType, Verb
from wpp_mcp.models.text import visible_all
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.states import Status

_ID_NAMES: Final[Mapping[ResourceType, str]] = {
    ResourceType.BUDGET: "budgetId",
    ResourceType.CAMPAIGN: "campaignId",
    ResourceType.AD_GROUP: "adGroupId",
    ResourceType.KEYWORD: "keywordId",
    ResourceType.NEGATIVE_KEYWORD: "negativeKeywordId",
    ResourceType.AD: "adId",
    ResourceType.LABEL: "labelId",
    ResourceType.CAMPAIGN_LABEL: "campaignLabelId",
    ResourceType.SITEMAP: "sitemapUrl",
    ResourceType.POLICY: "scope",
}


DONE: Final = "done"
"""The ``outcome`` of a change that stands; every other one says that it does not."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one change, and what the account showed afterwards.

    Parameters
    ----------
    live
        The fields of ``after`` as they were read back; ``None`` where the thing is not there.
    read
        Whether they could be read.
    refused
        Whether Google refused what was not done; else the account showed it, or a person said so.
    """

    change: Change
    applied: Applied
    live: Mapping[str, Any] | None = None
    read: bool = False
    refused: bool = True

    @property
    def confirmed(self) -> bool:
        """Whether the account showed what was asked for."""
        if not self.read or not self.applied.done:
            return False
        if self.change.verb is Verb.REMOVE:
            return self.live is None
        return self.live is not None and all(
            same(self.live.get(name), value) for name, value in self.change.after.items()
        )

    def wire(self) -> dict[str, Any]:
        """Return it as it is kept and answered."""
        place = self.change.locator
        shown: dict[str, Any] = {
            "resource": place.type.value,
            "id": self.applied.id or (None if place.temporary else place.id),
            "name": place.name or None,
            "action": self.change.verb.value,
            "before": dict(self.change.before) or None,
            "after": dict(self.change.after) or None,
            "outcome": self._outcome(),
            "readBack": self._read_back() if self.applied.done else None,
            "error": dict(self.applied.error) if self.applied.error else None,
        }
        return {name: visible_all(value) for name, value in shown.items() if value is not None}

    def _outcome(self) -> str:
        if self.applied.done:
            return DONE
        return "refused" if self.refused else "not done"

    def _read_back(self) -> str:
        if not self.read:
            return "not read"
        return "as asked" if self.confirmed else "differs"


def same(live: Any, wanted: Any) -> bool:
    """Whether two values of a field are equal, however they were stored or read."""
    if isinstance(live, list | tuple) and isinstance(wanted, list | tuple):
        return sorted(map(str, live)) == sorted(map(str, wanted))
    if isinstance(live, int | Decimal) and isinstance(wanted, int | Decimal):
        return Decimal(live) == Decimal(wanted)
    return bool(live == wanted)


def status_of(applied: Sequence[Applied]) -> Status:
    """Return the state that follows from what became of each change."""
    done = sum(one.done for one in applied)
    if done == len(applied):
        return Status.SUCCEEDED
    return Status.PARTIALLY_SUCCEEDED if done else Status.FAILED


def done_of(record: OperationRecord) -> list[Change]:
    """Return those changes of an operation that stand, by its outcome."""
    # Of what was refused as a whole there is no outcome of each.
    pairs = zip(record.changes, record.outcome, strict=bool(record.outcome))
    return [change for change, one in pairs if one["outcome"] == DONE]


def data_of(record: OperationRecord, status: Status, seen: Sequence[Seen]) -> dict[str, Any]:
    """Return the ``data`` of the answer to a write that was done (product.md §3)."""
    data: dict[str, Any] = {}
    ids = [one for one in seen if one.applied.done]
    if len(ids) == 1:
        data |= _named(ids[0])
    return data | {
        "result": status.value,
        "account": record.account.account_id if record.account else None,
        "currency": record.currency,
        "changes": [one.wire() for one in seen],
    }


def _named(one: Seen) -> dict[str, Any]:
    """Return the id, and the amounts, of the one thing that was changed, by their own names."""
    place = one.change.locator
    named: dict[str, Any] = {
        _ID_NAMES[place.type]: one.applied.id or (None if place.temporary else place.id)
    }
    if place.type is ResourceType.BUDGET and "amount" in one.change.after:
        named["previousAmount"] = one.change.before.get("amount")
        named["newAmount"] = one.change.after["amount"]
    return named
