"""How changes of a kind of thing are undone. Removal in Google Ads is final."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wpp_mcp.google.ads.resources.codecs import Reference
from wpp_mcp.google.ads.resources.reading import SEPARATOR, Reading
from wpp_mcp.models.changes import CONTENTS, Applied, Change, Locator, Undo, UndoKind, Verb


class Undoing(Reading):
    """What a change has to be followed by, for things to be as before."""

    def undo(self, change: Change, applied: Applied, now: datetime) -> Undo:
        """Return how a change that was applied can be undone at a moment. Asks nobody."""
        if not applied.done:
            return Undo(kind=UndoKind.NONE, loss="It was not done.")
        if change.verb is Verb.UPDATE:
            return self._undo_update(change, now)
        if change.verb is Verb.CREATE:
            return self._undo_create(change, applied)
        return self._undo_remove(change)

    def _undo_update(self, change: Change, now: datetime) -> Undo:  # noqa: ARG002
        back = Change(
            locator=change.locator,
            verb=Verb.UPDATE,
            before=dict(change.after),
            after=dict(change.before),
            budget=change.budget,
            inherited=change.inherited,
        )
        return Undo(kind=UndoKind.EXACT, change=back)

    def _undo_create(self, change: Change, applied: Applied) -> Undo:
        if not applied.id:
            return Undo(kind=UndoKind.NONE, loss="Its id is not known.")
        place = Locator(change.locator.account, self.type, applied.id, change.locator.name)
        before = self._as_created(change.after, applied.id)
        if self.holds_others:
            before[CONTENTS] = []
        back = Change(locator=place, verb=Verb.REMOVE, before=before)
        kind = UndoKind.COMPENSATING if self.created_loss else UndoKind.EXACT
        return Undo(kind=kind, change=back, loss=self.created_loss)

    def _as_created(self, after: Mapping[str, Any], place: str) -> dict[str, Any]:
        """Return the values without temporary ids: parents' ids are parts of the thing's own.

        What is only previewed has a temporary id itself, and no parts to tell.
        """
        real = not place.startswith("-")
        parts = dict(zip(self.ids, place.split(SEPARATOR), strict=True)) if real else {}
        values: dict[str, Any] = {}
        for name, value in after.items():
            field = self.fields[name]
            temporary = isinstance(field.codec, Reference) and value.startswith("-")
            known = parts.get(field.read or "") if temporary else value
            if known is not None:
                values[name] = known
        return values

    def _undo_remove(self, change: Change) -> Undo:
        if self.removed_loss is None:
            return Undo(kind=UndoKind.NONE, loss="Google Ads does not bring removed ones back.")
        place = Locator(
            change.locator.account, self.type, f"-{change.locator.id}", change.locator.name
        )
        back = Change(locator=place, verb=Verb.CREATE, after=self.again(change.before))
        kind = UndoKind.COMPENSATING if self.removed_loss else UndoKind.EXACT
        return Undo(kind=kind, change=back, loss=self.removed_loss)

    def again(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """Return what to make again from what was removed."""
        return {name: value for name, value in before.items() if value is not None}
