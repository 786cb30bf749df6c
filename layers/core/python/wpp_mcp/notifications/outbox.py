"""Puts notices into the queue of mails.

Whoever tells something has done it already: when the queue does not answer, the result stands and
the notice can be put in again at any time, since nobody gets two mails of one (threats.md F10).
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from wpp_mcp.notifications.messages import Message, Notice
from wpp_mcp.runtime import Runtime

MOST_MESSAGES: Final = 10
MOST_BYTES: Final = 256 * 1024
"""Of one SendMessageBatch, wherever the queue's limit was not raised:
AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html."""

_TRIES: Final = 3
_FIRST_WAIT_SECONDS: Final = 0.05


class QueueError(RuntimeError):
    """Not every message could be put into the queue.

    Parameters
    ----------
    unsent
        How many were not, as far as is known: of a call that was not answered, all.
    queued
        The addresses whose messages were taken.
    reason
        What SQS said last, by its code.
    """

    def __init__(self, unsent: int, queued: tuple[str, ...], reason: str) -> None:
        super().__init__(f"{unsent} messages are not in the queue: {reason}")
        self.unsent = unsent
        self.queued = queued


class Outbox:
    """The queue of mails, for those who put something in.

    Parameters
    ----------
    queue_url
        ``mail_queue`` of `wpp_mcp.config.QueueSettings`.
    """

    def __init__(self, runtime: Runtime, queue_url: str) -> None:
        self._runtime = runtime
        self._queue = queue_url
        self._reason = ""

    def send(self, notices: Sequence[Notice]) -> tuple[str, ...]:
        """Queue a mail for each notice and recipient; return the addresses, each once.

        What is no address gets no mail, and is not among them.

        Raises
        ------
        QueueError
            Not all were taken. Sending all of them again is harmless.
        """
        messages = [message for notice in notices for message in notice.messages()]
        unsent: list[Message] = []
        for batch in _batches(messages):
            unsent += self._put(batch)
        left = {id(message) for message in unsent}
        queued = tuple(dict.fromkeys(m.to for m in messages if id(m) not in left))
        if unsent:
            raise QueueError(len(unsent), queued, self._reason)
        return queued

    def _put(self, batch: list[tuple[Message, str]]) -> list[Message]:
        """Return what the queue did not take after three tries."""
        waiting = batch
        for attempt in range(_TRIES):
            if attempt:
                longest = _FIRST_WAIT_SECONDS * 2**attempt
                self._runtime.sleep(self._runtime.chance.uniform(0, longest))
            refused = self._tried([body for _, body in waiting])
            waiting = [one for place, one in enumerate(waiting) if place in refused]
            if not waiting:
                return []
        return [message for message, _ in waiting]

    def _tried(self, bodies: list[str]) -> set[int]:
        """Send once; return the places of what was not taken."""
        from botocore.exceptions import BotoCoreError, ClientError

        entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(bodies)]
        try:
            answer: dict[str, Any] = self._runtime.aws("sqs").send_message_batch(
                QueueUrl=self._queue, Entries=entries
            )
        except ClientError as error:
            self._reason = str(error.response.get("Error", {}).get("Code", "unknown"))
            return set(range(len(bodies)))
        except BotoCoreError as error:
            self._reason = type(error).__name__
            return set(range(len(bodies)))
        failed = answer.get("Failed") or []
        if failed:
            self._reason = str(failed[0].get("Code", "unknown"))
        return {int(one["Id"]) for one in failed}


def _batches(messages: Sequence[Message]) -> Iterator[list[tuple[Message, str]]]:
    """Yield messages with their bodies, as many as one call takes, in order."""
    batch: list[tuple[Message, str]] = []
    size = 0
    for message in messages:
        body = message.dumps()
        length = len(body.encode())
        if batch and (len(batch) == MOST_MESSAGES or size + length > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((message, body))
        size += length
    if batch:
        yield batch
