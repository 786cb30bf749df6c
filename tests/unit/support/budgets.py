"""Changes that are about money, as write tools plan them."""

from decimal import Decimal
from typing import Any

from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.models.changes import Budget, Change, Locator, ResourceType, Verb

ACCOUNT = AccountRef(Api.GOOGLE_ADS, "1234567890")


def place(kind: ResourceType, thing: str = "1", name: str = "") -> Locator:
    return Locator(ACCOUNT, kind, thing, name)


def budget(before: Any, after: Any, thing: str = "1", *, total: bool = False) -> Change:
    """A budget that goes from one amount to another; from ``None``: a new one."""
    told = Budget(id=thing, amount=Decimal(0), total=total)
    return Change(
        locator=place(ResourceType.BUDGET, thing, f"Budget {thing}"),
        verb=Verb.CREATE if before is None else Verb.UPDATE,
        before={} if before is None else {"amount": _amount(before)},
        after={"amount": _amount(after)},
        budget=told,
    )


def field(kind: ResourceType, name: str, before: Any, after: Any, thing: str = "1") -> Change:
    """An update of one field."""
    values = [_amount(v) if isinstance(v, float) else v for v in (before, after)]
    return Change(
        locator=place(kind, thing),
        verb=Verb.UPDATE,
        before={name: values[0]},
        after={name: values[1]},
    )


def status(
    after: str,
    amount: Any = None,
    *,
    budget_id: str = "1",
    thing: str = "1",
    kind: ResourceType = ResourceType.CAMPAIGN,
    total: bool = False,
    shared_by: tuple[str, ...] = (),
) -> Change:
    """A status that changes, of a campaign with a budget where an amount is given."""
    before = "PAUSED" if after == "ENABLED" else "ENABLED"
    told = None
    if amount is not None:
        told = Budget(id=budget_id, amount=_amount(amount), total=total, shared_by=shared_by)
    return Change(
        locator=place(kind, thing),
        verb=Verb.UPDATE,
        before={"status": before},
        after={"status": after},
        budget=told,
    )


def _amount(value: Any) -> Decimal:
    return Decimal(str(value))
