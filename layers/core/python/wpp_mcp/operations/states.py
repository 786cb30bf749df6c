"""The life of an operation: its states, and which may follow which.

``docs/operation-states.md`` is drawn from `TRANSITIONS`. A move that is not in it cannot be written
(`OperationRecord.move`), and each one that is holds only from the state that was read.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Status(StrEnum):
    """Where an operation stands."""

    PREVIEWED = "PREVIEWED"
    AWAITING_APPROVAL = "AWAITING_APPROVAL"
    APPROVED = "APPROVED"
    EXECUTING = "EXECUTING"
    SUCCEEDED = "SUCCEEDED"
    PARTIALLY_SUCCEEDED = "PARTIALLY_SUCCEEDED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"
    RECONCILED = "RECONCILED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    ROLLED_BACK = "ROLLED_BACK"


INITIAL: Final = frozenset({Status.PREVIEWED, Status.AWAITING_APPROVAL})
"""How an operation begins."""

OPEN: Final = frozenset({Status.PREVIEWED, Status.AWAITING_APPROVAL, Status.APPROVED})
"""Nothing has been sent, and somebody may still let it happen or stop it."""

_ENDED: Final = {
    Status.REJECTED: "a person who may decide says no",
    Status.CANCELLED: "its requester takes it back",
    Status.EXPIRED: "its time is over",
}

TRANSITIONS: Final[Mapping[Status, Mapping[Status, str]]] = MappingProxyType(
    {
        Status.PREVIEWED: {
            Status.APPROVED: "its requester agrees, on its page or in OMA",
            Status.EXECUTING: "confirmed",
            **_ENDED,
        },
        Status.AWAITING_APPROVAL: {Status.APPROVED: "a second person agrees", **_ENDED},
        Status.APPROVED: {Status.EXECUTING: "confirmed", **_ENDED},
        Status.EXECUTING: {
            Status.PREVIEWED: "released: nothing was sent",
            Status.APPROVED: "released: nothing was sent",
            Status.SUCCEEDED: "Google did all of it",
            Status.PARTIALLY_SUCCEEDED: "Google did some of it, as was asked for",
            Status.FAILED: "refused, and nothing was changed",
            Status.UNKNOWN: "sent, and no answer says what became of it",
        },
        Status.UNKNOWN: {Status.RECONCILED: "the account, or a person, says what became of it"},
        Status.SUCCEEDED: {Status.ROLLED_BACK: "another operation undid it"},
        Status.PARTIALLY_SUCCEEDED: {Status.ROLLED_BACK: "another operation undid it"},
        Status.RECONCILED: {Status.ROLLED_BACK: "another operation undid it"},
        Status.FAILED: {},
        Status.EXPIRED: {},
        Status.REJECTED: {},
        Status.CANCELLED: {},
        Status.ROLLED_BACK: {},
    }
)
"""From a state to those that may follow it, and why they do."""

FINAL: Final = frozenset(state for state, following in TRANSITIONS.items() if not following)


def may_follow(before: Status, after: Status) -> bool:
    """Whether a state may follow another."""
    return after in TRANSITIONS[before]
