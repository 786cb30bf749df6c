"""Several things in one call: all of them, or those that can be done where the caller asks so."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.changes import Change, Plan


class Batch:
    """The changes of one call, and why some of its items have none.

    Parameters
    ----------
    in_part
        An item that cannot be planned is left out, with a warning, instead of refusing the call.
    """

    def __init__(self, *, in_part: bool) -> None:
        self._in_part = in_part
        self._changes: list[Change] = []
        self._left_out: list[WppError] = []

    def add(self, make: Callable[[], Change]) -> None:
        """Take the change that ``make`` returns.

        Raises
        ------
        WppError
            As ``make`` does; not its ``INVALID_REQUEST`` where the call is to be done in part.
        """
        try:
            self._changes.append(make())
        except WppError as error:
            if not self._in_part or error.code is not ErrorCode.INVALID_REQUEST:
                raise
            self._left_out.append(error)

    def leave_out(self, why: WppError) -> None:
        """Leave an item out that needs nothing done."""
        self._left_out.append(why)

    @property
    def changes(self) -> Sequence[Change]:
        """What was taken so far."""
        return tuple(self._changes)

    def plan(self, currency: str, warnings: Iterable[str] = ()) -> Plan:
        """Return the plan.

        Raises
        ------
        WppError
            ``INVALID_REQUEST`` where nothing is left to do: why, for each item.
        """
        if not self._changes:
            raise self._nothing_left()
        left_out = (f"{_problem(error)}: left out" for error in self._left_out)
        return Plan(
            changes=self.changes,
            currency=currency,
            warnings=(*warnings, *left_out),
            partial=self._in_part,
        )

    def _nothing_left(self) -> WppError:
        if len(self._left_out) == 1:
            return self._left_out[0]
        details = [detail for error in self._left_out for detail in _details(error)]
        return WppError(ErrorCode.INVALID_REQUEST, "Nothing is left to do", details=details)


def _details(error: WppError) -> Sequence[Any]:
    return error.details if isinstance(error.details, list) else ()


def _problem(error: WppError) -> str:
    return str(_details(error)[0]["problem"]) if _details(error) else error.message
