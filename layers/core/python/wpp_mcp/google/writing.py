"""What a product has to be able to do for its resources to be changed: two halves, kept apart.

The reading half is what previews, checks and reconciliation get; the writing half is handed to the
executor and to nobody else (pyproject.toml holds the imports to that).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from wpp_mcp.models.changes import Applied, Change, Undo


class OutcomeUnknownError(Exception):
    """The request was sent, or may have been, and no answer came that says what became of it."""


class WritableReader(Protocol):
    """The reading half: cannot change anything, whatever it is asked.

    Every method raises `WppError` with a ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
    """

    def live(self, changes: Sequence[Change]) -> list[Mapping[str, Any] | None]:
        """Return for each change what the fields of its ``before`` hold now.

        ``None`` where the thing is not there, which is what a change that creates expects. A
        removal's `CONTENTS` are what lies in the thing and is removed by none of the changes.
        """

    def behind(self, changes: Sequence[Change]) -> list[Change]:
        """Return the changes with what stands behind them as it is now: budgets, inherited values.

        Nothing is asked for changes behind which nothing stood when they were planned, but for what
        is removed while it spends.
        """

    def validate(self, changes: Sequence[Change], *, partial: bool) -> list[Applied]:
        """Ask Google whether it would do it, where the API can say so (``validate_only``).

        With ``partial`` each change's own refusal comes back; without, the first is raised.
        """

    def undo(self, change: Change, applied: Applied) -> Undo:
        """Return how a change that was applied can be undone. Asks nobody."""

    def settled(
        self, changes: Sequence[Change], since: datetime, until: datetime
    ) -> list[Applied | None]:
        """Return for each change of a request without an answer what the account says of it.

        `Applied` where the account shows that it was done, with the id of what was created (found
        by a unique name or by a change event); ``Applied(error=…)`` where it shows that it was
        not; ``None`` where it does not tell.

        Parameters
        ----------
        since, until
            When the request may have been applied.
        """

    def spending(self, changes: Sequence[Change], first: date, last: date) -> Mapping[str, Any]:
        """Return what was spent on the campaigns behind changes on these days, both included.

        ``{currency, days, cost, clicks, conversions, campaigns}``; empty where the product has no
        money in it.
        """


class WritableWriter(Protocol):
    """The writing half."""

    def apply(self, changes: Sequence[Change], *, partial: bool) -> list[Applied]:
        """Send the changes in one request, once.

        Returns
        -------
        list
            What became of each, in order.

        Raises
        ------
        WppError
            Google refused: nothing was changed.
        OutcomeUnknownError
            Whether anything was changed is not known.
        """
