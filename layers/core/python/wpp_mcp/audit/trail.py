"""Writing the audit trail: the entry, the head of its chain, and what must stand or fall with it.

One transaction. A second writer of the same person's day loses on the head's condition, gets the
new head with the refusal, and tries again on top of it (product.md §8; threats.md I3).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wpp_mcp.audit.chain import ChainKey, Link, genesis, linked
from wpp_mcp.audit.entry import Entry
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.time import day_of
from wpp_mcp.runtime import Runtime
from wpp_mcp.storage.audit_logs import AuditLogs
from wpp_mcp.storage.dynamo import (
    ConditionFailedError,
    ContentionError,
    Dynamo,
    StorageError,
    Write,
)
from wpp_mcp.storage.items import Item

MAX_RETRIES: Final = 8
_FIRST_WAIT_SECONDS: Final = 0.04
_LONGEST_WAIT_SECONDS: Final = 1.5
_AT_ONCE_SECONDS: Final = 0.005
_ENTRY, _HEAD = 0, 1


class LinkedWriteRefusedError(Exception):
    """Nothing was recorded, because a write that belongs to the entry did not hold.

    Parameters
    ----------
    index
        Which of the writes that came with the entry.
    item
        The item that stands there.
    """

    def __init__(self, index: int, item: Item) -> None:
        super().__init__("a write that belongs to the entry did not hold")
        self.index = index
        self.item = item


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry that is stored.

    Parameters
    ----------
    audit_log_id
        Names it: user, day and number.
    head
        The head of its chain from then on: what the next entry of the same call follows.
    """

    audit_log_id: str
    retries: int
    head: Item


class AuditTrail:
    """Appends entries.

    Parameters
    ----------
    runtime
        Gives chance and sleep for the jitter between tries.
    key
        Returns the chain key; asked on each write, so that a rotation counts.
    """

    def __init__(self, runtime: Runtime, dynamo: Dynamo, key: Callable[[], ChainKey]) -> None:
        self._runtime = runtime
        self._dynamo = dynamo
        self._key = key

    def record(self, entry: Entry, head: Item | None, writes: Sequence[Write] = ()) -> Recorded:
        """Store an entry together with ``writes``, all or nothing.

        Parameters
        ----------
        head
            The head of the person's day as read before, ``None`` where there was none. A stale
            one costs a retry, never a fork.

        Raises
        ------
        LinkedWriteRefusedError
            One of ``writes`` did not hold.
        WppError
            ``AUDIT_UNAVAILABLE`` after eight retries, or when DynamoDB does not answer.
        """
        day = day_of(entry.at)
        key = self._chain_key()
        link = _link_of(head, entry.user_id, day)
        for attempt in range(MAX_RETRIES + 1):
            if attempt:
                self._wait(attempt)
            stored = linked(key, link, entry.user_id, day, entry.attributes())
            try:
                self._dynamo.transact(
                    [AuditLogs.append(stored), AuditLogs.advance(stored, link.sequence), *writes]
                )
            except ConditionFailedError as lost:
                if lost.items[_ENTRY].get("mac") != stored["mac"]:
                    link = self._after(lost, entry.user_id, day, link)
                    continue
                # Our own first try got through and only its answer was lost.
            except ContentionError:
                continue
            except StorageError as error:
                raise WppError(ErrorCode.AUDIT_UNAVAILABLE, reason=str(error)) from error
            head_now = {"sequence": stored["sequence"], "mac": stored["mac"]}
            return Recorded(f"{entry.user_id}/{stored['daySequence']}", attempt, head_now)
        raise WppError(ErrorCode.AUDIT_UNAVAILABLE, reason="contention", retry_after=1)

    @staticmethod
    def _after(lost: ConditionFailedError, user_id: str, day: str, link: Link) -> Link:
        if lost.lost[_HEAD]:
            return _link_of(lost.items[_HEAD], user_id, day)
        if lost.lost[_ENTRY]:
            return link
        index = next(i for i, failed in enumerate(lost.lost) if failed)
        raise LinkedWriteRefusedError(index - 2, lost.items[index])

    def _chain_key(self) -> ChainKey:
        try:
            return self._key()
        except RuntimeError as error:
            raise WppError(ErrorCode.AUDIT_UNAVAILABLE, reason=str(error)) from error

    def _wait(self, attempt: int) -> None:
        # A refusal brings the head along, and that is good for a moment: every second try follows
        # at once. Those between wait longer and longer, so that many writers spread out.
        growing = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2**attempt)
        longest = growing if attempt % 2 else _AT_ONCE_SECONDS
        self._runtime.sleep(self._runtime.chance.uniform(0, longest))


def _link_of(head: Item | dict[str, Any] | None, user_id: str, day: str) -> Link:
    if not head:
        return genesis(user_id, day)
    return Link(int(head["sequence"]), str(head["mac"]))
