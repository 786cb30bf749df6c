"""Sending lines to a delivery stream of Firehose, within its limits, until it has taken them all.

Limits of PutRecordBatch: firehose/latest/dev/limits.html.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from wpp_mcp.runtime import Runtime

MOST_RECORDS: Final = 500
MOST_BYTES: Final = 4 * 1024 * 1024
LARGEST_RECORD: Final = 1000 * 1024
_TRIES: Final = 5
_FIRST_WAIT_SECONDS: Final = 0.1


def batches(lines: Sequence[bytes]) -> Iterator[list[int]]:
    """Yield the places of lines that fit into one request together, in order.

    Raises
    ------
    ValueError
        A line is larger than Firehose takes.
    """
    batch: list[int] = []
    size = 0
    for place, line in enumerate(lines):
        if len(line) > LARGEST_RECORD:
            raise ValueError("a record is larger than Firehose takes")
        if batch and (len(batch) == MOST_RECORDS or size + len(line) > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(place)
        size += len(line)
    if batch:
        yield batch


class Delivery:
    """One delivery stream.

    Parameters
    ----------
    name
        Of the stream.
    """

    def __init__(self, runtime: Runtime, name: str) -> None:
        self._aws = runtime.aws
        self._sleep: Callable[[float], None] = runtime.sleep
        self._chance: random.Random = runtime.chance
        self._name = name
        self.problem = ""
        """What Firehose last said when it took something not, or not at once."""

    def send(self, lines: Sequence[bytes]) -> set[int]:
        """Send lines; return the places of those that were not taken after five tries.

        A line that was taken while the answer was lost is sent again: at least once, not once.
        """
        lost: set[int] = set()
        for batch in batches(lines):
            waiting = batch
            for attempt in range(_TRIES):
                if attempt:
                    longest = _FIRST_WAIT_SECONDS * 2**attempt
                    self._sleep(self._chance.uniform(0, longest))
                waiting = list(self._put(waiting, lines))
                if not waiting:
                    break
            lost.update(waiting)
        return lost

    def _put(self, places: list[int], lines: Sequence[bytes]) -> Iterable[int]:
        from botocore.exceptions import BotoCoreError, ClientError

        records = [{"Data": lines[place]} for place in places]
        try:
            answer: dict[str, Any] = self._aws("firehose").put_record_batch(
                DeliveryStreamName=self._name, Records=records
            )
        except ClientError as error:
            self.problem = str(error.response.get("Error", {}).get("Code", "unknown"))
            return places
        except BotoCoreError as error:
            self.problem = type(error).__name__
            return places
        if not answer["FailedPutCount"]:
            return []
        told = zip(places, answer["RequestResponses"], strict=True)
        failed = [(place, one["ErrorCode"]) for place, one in told if one.get("ErrorCode")]
        self.problem = failed[0][1] if failed else self.problem
        return [place for place, _ in failed]
