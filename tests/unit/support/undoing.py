"""A reading half whose account a test writes down, and operations to undo in it."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.models.changes import (
    CONTENTS,
    Applied,
    Budget,
    Change,
    Locator,
    ResourceType,
    Undo,
    UndoKind,
    Verb,
)
from wpp_mcp.operations.executed import Executed
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.states import Status

ACCOUNT = AccountRef(Api.GOOGLE_ADS, "1000000101")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class StubReader:
    """An account: what each thing holds, by its locator's key; what is missing is not there.

    Methods are those of `WritableReader`.

    Parameters
    ----------
    spent, inside, refused
        By key, too: the budget behind a thing, what lies in it, and why Google refuses a change.
    """

    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    budgets: dict[str, Budget] = field(default_factory=dict)
    figures: list[Mapping[str, Any] | WppError] = field(default_factory=list)
    asked: list[tuple[date, date]] = field(default_factory=list)
    inside: dict[str, list[str]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def live(self, changes: Sequence[Change]) -> list[Mapping[str, Any] | None]:
        found = [self.things.get(change.locator.key) for change in changes]
        removed = {change.locator.key for change in changes if change.verb is Verb.REMOVE}
        return [
            None if thing is None else self._now(change, thing, removed)
            for thing, change in zip(found, changes, strict=True)
        ]

    def _now(
        self, change: Change, thing: Mapping[str, Any], removed: Container[str]
    ) -> dict[str, Any]:
        inside = self.inside.get(change.locator.key, ())
        there = {**thing, CONTENTS: [key for key in inside if key not in removed]}
        return {name: there.get(name) for name in change.before}

    def behind(self, changes: Sequence[Change]) -> list[Change]:
        return [
            replace(change, budget=self.budgets.get(change.budget.id)) if change.budget else change
            for change in changes
        ]

    def validate(self, changes: Sequence[Change], *, partial: bool) -> list[Applied]:
        assert partial
        said = [self.refused.get(change.locator.key) for change in changes]
        return [Applied(error={"message": one} if one else None) for one in said]

    def undo(self, change: Change, applied: Applied) -> Undo:
        place = replace(change.locator, id=applied.id or change.locator.id)
        if change.verb is Verb.REMOVE:
            return Undo(kind=UndoKind.NONE, loss="what is removed does not come back")
        if change.verb is Verb.CREATE:
            back = Change(locator=place, verb=Verb.REMOVE, before=dict(change.after))
            return Undo(kind=UndoKind.COMPENSATING, change=back, loss="Its history goes.")
        back = Change(
            locator=place,
            verb=Verb.UPDATE,
            before=dict(change.after),
            after=dict(change.before),
            budget=change.budget,
        )
        return Undo(kind=UndoKind.EXACT, change=back)

    def settled(
        self, changes: Sequence[Change], since: datetime, until: datetime
    ) -> list[Applied | None]:
        return [None for _ in changes if since < until]

    def spending(self, changes: Sequence[Change], first: date, last: date) -> Mapping[str, Any]:
        assert changes
        self.asked.append((first, last))
        figures = self.figures.pop(0)
        if isinstance(figures, WppError):
            raise figures
        return figures


def unreadable() -> WppError:
    """What Google's figures being out of reach comes out as."""
    return WppError(ErrorCode.GOOGLE_UNAVAILABLE)


def change(
    number: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    verb: Verb = Verb.UPDATE,
    kind: ResourceType = ResourceType.BUDGET,
    **more: Any,
) -> Change:
    """A change of one thing of the account."""
    place = Locator(ACCOUNT, kind, str(number), f"Thing {abs(number)}")
    return Change(locator=place, verb=verb, before=before, after=after, **more)


def record(number: int, changes: Sequence[Change], **more: Any) -> OperationRecord:
    """An operation that was carried out, the later the higher its number."""
    values: dict[str, Any] = {
        "status": Status.SUCCEEDED,
        "outcome": tuple({"outcome": "done", "id": one.locator.id.lstrip("-")} for one in changes),
        "intent_at": NOW.replace(minute=number),
    }
    return OperationRecord(
        operation_id=f"op_{number}",
        user_id="practitioner@north.example",
        employee_id="WPP-1",
        requester_name="Practitioner",
        agency="north",
        client_id="oma",
        tool="update_budget",
        title="Update a budget",
        action="write",
        account=ACCOUNT,
        created_at=NOW,
        expires_at=None,
        changes=tuple(changes),
        currency="USD",
        digest="0" * 64,
        risk=Risk.MEDIUM,
        preview={},
        policy_version="0",
        approver="AGENCY#north",
        **{**values, **more},
    )


def executed(number: int, *changes: Change, **more: Any) -> Executed:
    """An operation that was carried out, with its snapshot."""
    return Executed(record(number, changes, **more), changes)
