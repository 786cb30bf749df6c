"""An operation as a model knows it, and the states that may come after one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wpp_mcp.operations.states import TRANSITIONS, Status


@dataclass
class Made:
    """An operation as the model knows it.

    Parameters
    ----------
    budget
        Empty for one that creates a label.
    sent
        Whether Google has carried it out.
    ends
        When nobody may confirm it any more.
    """

    preview: dict[str, Any]
    budget: str
    before: int
    after: int
    ends: datetime
    status: Status
    sent: bool = False

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.preview["operationId"])

    @property
    def high(self) -> bool:
        """Whether it needs a second person."""
        return bool(self.preview["preview"]["riskLevel"] == "HIGH")


def reachable(status: Status) -> set[Status]:
    """Every state that may come after a state, at once or later, and the state itself."""
    found, left = {status}, [status]
    while left:
        new = set(TRANSITIONS[left.pop()]) - found
        found |= new
        left += new
    return found
