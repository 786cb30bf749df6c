"""What a preview asks of the thing that would be changed, answered for policies."""
# ruff: noqa: ARG002 - a policy needs none of what a product's resources need to answer

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from wpp_mcp.models.changes import Applied, Change, Undo, UndoKind


class PolicyReader:
    """The reading half for policies (`WritableReader`); it asks nobody."""

    def live(self, changes: Sequence[Change]) -> list[Mapping[str, Any] | None]:
        """Return what was shown: the write itself holds only for that version."""
        return [change.before for change in changes]

    def behind(self, changes: Sequence[Change]) -> list[Change]:
        """Return the changes: nothing stands behind a policy."""
        return list(changes)

    def validate(self, changes: Sequence[Change], *, partial: bool) -> list[Applied]:
        """Return that all of it can be done: the document was checked when it came."""
        return [Applied(id=change.locator.id) for change in changes]

    def undo(self, change: Change, applied: Applied) -> Undo:
        """Return that the policy before can be put back, as another change of policies."""
        return Undo(kind=UndoKind.EXACT)

    def settled(
        self, changes: Sequence[Change], since: datetime, until: datetime
    ) -> list[Applied | None]:
        """Return nothing: what is written here is written with its outcome, or not at all."""
        return [None for _ in changes]

    def spending(self, changes: Sequence[Change], first: date, last: date) -> Mapping[str, Any]:
        """Return nothing: there is no money in a policy."""
        return {}
