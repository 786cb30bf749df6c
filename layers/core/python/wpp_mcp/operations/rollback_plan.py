"""A rollback as it is previewed: the plan, what it overwrites, and what it leaves as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wpp_mcp.audit.entry import Action
from wpp_mcp.models.changes import Change, Plan, Verb
from wpp_mcp.models.text import visible, visible_all
from wpp_mcp.models.time import iso
from wpp_mcp.operations.executed import Executed, executed_at
from wpp_mcp.operations.merging import Undoing
from wpp_mcp.operations.records import OperationRecord


@dataclass(frozen=True, slots=True)
class NotUndone:
    """A change that is left as it is."""

    operation_id: str
    change: Change
    reason: str

    @property
    def sentence(self) -> str:
        """Which one, and why."""
        return f"{named(self.change)} is not undone: {self.reason}"

    def wire(self) -> dict[str, Any]:
        """Return it as it is answered."""
        place = self.change.locator
        return {
            "operationId": self.operation_id,
            "resource": place.type.value,
            "id": None if place.temporary else place.id,
            "name": visible(place.name) or None,
            "action": self.change.verb.value,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """What undoes operations, as far as they can be.

    Parameters
    ----------
    executed
        The operations, the newest first.
    kept
        What undoes them, in order; never empty.
    left
        What is not undone.
    overtaken
        What is overwritten between the operations, in sentences.
    """

    executed: Sequence[Executed]
    kept: Sequence[Undoing]
    left: Sequence[NotUndone]
    overtaken: Sequence[str]

    @property
    def changes(self) -> list[Change]:
        """What is done."""
        return [one.change for one in self.kept]

    @property
    def plan(self) -> Plan:
        """The plan, with what has to be said."""
        lost = dict.fromkeys(f"{named(one.change)}: {one.loss}" for one in self.kept if one.loss)
        warnings = (
            *self.overtaken,
            *(warning for one in self.kept for warning in one.warnings),
            *(one.sentence for one in self.left),
            *(f"Not all of it comes back. {loss}" for loss in lost),
        )
        records = [one.record for one in self.executed]
        currency = next((one.currency for one in records if one.currency), None)
        return Plan(changes=self.changes, currency=currency, warnings=warnings)

    @property
    def action(self) -> Action:
        """What it is in the audit."""
        removes = any(change.verb is Verb.REMOVE for change in self.changes)
        return Action.DELETE if removes else Action.WRITE

    @property
    def undone(self) -> tuple[str, ...]:
        """The operations of which it undoes something."""
        touched = {each for one in self.kept for each in one.operations}
        ids = (one.record.operation_id for one in self.executed)
        return tuple(each for each in ids if each in touched)

    @property
    def said(self) -> dict[str, Any]:
        """Further members of its preview."""
        said = {
            "rollback": {
                "operations": [_told(one.record) for one in self.executed],
                "notUndone": [one.wire() for one in self.left],
            }
        }
        shown: dict[str, Any] = visible_all(said)
        return shown


def _told(record: OperationRecord) -> dict[str, Any]:
    return {
        "operationId": record.operation_id,
        "tool": record.tool,
        "title": record.title,
        "requestedBy": record.user_id,
        "executedAt": iso(executed_at(record)),
    }


def named(change: Change) -> str:
    """Return what a change is about, in words."""
    place = change.locator
    return f"{place.type.value.replace('_', ' ')} {visible(place.name or place.id, 100)}"
