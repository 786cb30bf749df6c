"""The stream of the audit log on its way to the archive.

Each entry that DynamoDB tells of goes to Firehose, at least once. What is no entry of ours goes,
whole, to a queue that people are alarmed by, so that it neither holds up the rest nor is lost.
An entry is never changed and, but for its time to live, never removed: where the stream says
otherwise, somebody was at the table by another way than the product (threats.md I2).
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from wpp_mcp.audit.columns import NotAnEntryError, row
from wpp_mcp.audit.delivery import LARGEST_RECORD, Delivery
from wpp_mcp.config import ArchiveSettings
from wpp_mcp.functions import Function
from wpp_mcp.models import strict_json
from wpp_mcp.observability import CallMetrics, Metric, logger_for
from wpp_mcp.runtime import Runtime
from wpp_mcp.storage.audit_logs import AuditLogs
from wpp_mcp.storage.items import Item, decode

_TTL: Final = "dynamodb.amazonaws.com"
_LARGEST_MESSAGE: Final = 256 * 1024
"""What a queue takes in one message, in bytes, wherever its limit was not raised."""

_HELD: Final = 5_000
"""Entries that are held in memory at a time when days are sent anew."""


@dataclass(frozen=True, slots=True)
class Told:
    """One record of the stream.

    Parameters
    ----------
    position
        Its number in the stream, by which it is asked for again.
    """

    position: str
    name: str
    key: Item
    new: Mapping[str, Any] | None
    old: Mapping[str, Any] | None
    by: str | None

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Told":
        """Read a record of a DynamoDB stream, of whichever view."""
        body = record["dynamodb"]
        return cls(
            position=str(body["SequenceNumber"]),
            name=str(record["eventName"]),
            key=decode(body["Keys"]),
            new=body.get("NewImage"),
            old=body.get("OldImage"),
            by=(record.get("userIdentity") or {}).get("principalId"),
        )

    @property
    def is_head(self) -> bool:
        """Whether it tells of the head of a chain, which moves on with each entry."""
        return AuditLogs.is_head(str(self.key.get("daySequence")))

    @property
    def operation(self) -> str | None:
        """The operation that the entry was about, as far as the stream has it."""
        image = self.old or self.new
        return None if image is None else str(decode(image).get("operationId"))

    @property
    def tampering(self) -> str | None:
        """What the product never does to an entry, where it was done."""
        if self.name == "MODIFY" and (self.old is None or self.old != self.new):
            return "changed"
        return "removed" if self.name == "REMOVE" and self.by != _TTL else None


class Archiver:
    """Archives what the stream tells of; called as Lambda calls it.

    Answers with ``batchItemFailures``: the records that have to come again
    (lambda/latest/dev/services-ddb-batchfailurereporting.html).
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._settings = ArchiveSettings.load(runtime.environ)
        self._log = logger_for(Function.ARCHIVE_AUDIT.value, self._settings.log_level, runtime.log)
        self._delivery = Delivery(runtime, self._settings.archive_stream)

    def __call__(self, event: Mapping[str, Any], _: Any) -> dict[str, Any]:
        """Handle one batch of the stream."""
        metrics = CallMetrics(
            self._runtime.emit,
            function=Function.ARCHIVE_AUDIT.value,
            environment=self._settings.environment,
        )
        lines: list[bytes] = []
        positions: list[str] = []
        again: list[str] = []
        for record in event.get("Records", ()):
            position = str(record["dynamodb"]["SequenceNumber"])
            try:
                line = self._line(record, metrics)
            except (NotAnEntryError, ArithmeticError, KeyError, TypeError, ValueError) as error:
                if not self._kept(record, error):
                    again.append(position)
                metrics.count(Metric.ARCHIVE_REFUSED)
                continue
            if line is not None:
                lines.append(line)
                positions.append(position)
        lost = self._delivery.send(lines)
        again += [positions[place] for place in sorted(lost)]
        if lost:
            problem = {"reason": self._delivery.problem, "entries": len(lost)}
            self._log.error("entries not archived yet", extra=problem)
        metrics.count(Metric.ARCHIVED, len(lines) - len(lost))
        metrics.flush()
        return {"batchItemFailures": [{"itemIdentifier": position} for position in again]}

    def _line(self, record: Mapping[str, Any], metrics: CallMetrics) -> bytes | None:
        told = Told.of(record)
        if told.is_head:
            return None
        if told.tampering:
            self._log.error(
                f"an audit entry was {told.tampering}",
                extra={
                    "security": True,
                    # Not whose: by these the archive has the entry as it was written.
                    "operation": told.operation,
                    "entry": told.key.get("daySequence"),
                },
            )
            metrics.count(Metric.AUDIT_TAMPERING)
        if told.name != "INSERT":
            # The archive holds what was first written. What it was changed into is in the table.
            return None
        line = row(decode(told.new or {}))
        if len(line) > LARGEST_RECORD:
            raise NotAnEntryError("larger than any entry")
        return line

    def _kept(self, record: Mapping[str, Any], error: Exception) -> bool:
        """Put aside what cannot be archived; return whether that worked."""
        from botocore.exceptions import BotoCoreError, ClientError

        reason = str(error) if isinstance(error, NotAnEntryError) else type(error).__name__
        self._log.error("not an audit entry", extra={"security": True, "reason": reason})
        try:
            self._runtime.aws("sqs").send_message(
                QueueUrl=self._settings.archive_refused,
                MessageBody=_message(reason, record),
            )
        except (ClientError, BotoCoreError, KeyError, TypeError, ValueError) as failure:
            self._log.error("not put aside", extra={"reason": type(failure).__name__})
            return False
        return True


def send_anew(logs: AuditLogs, delivery: Delivery, days: Iterable[str]) -> tuple[int, int]:
    """Send every entry of days from the table, for days whose stream was lost.

    Entries that the archive has already come once more; its readers take one of each.

    Returns
    -------
    tuple
        How many entries were taken, and how many were not.
    """
    taken = lost = 0
    entries = (
        entry for day in days for user in sorted(logs.users(day)) for entry in logs.day(user, day)
    )
    while held := list(islice(entries, _HELD)):
        lines = list(_readable(held))
        left = len(held) - len(lines) + len(delivery.send(lines))
        taken, lost = taken + len(held) - left, lost + left
    return taken, lost


def _readable(entries: Iterable[Item]) -> Iterable[bytes]:
    for entry in entries:
        with suppress(NotAnEntryError):
            yield row(entry)


def _message(reason: str, record: Mapping[str, Any]) -> str:
    message = strict_json.dumps({"reason": reason, "record": record})
    if len(message.encode()) <= _LARGEST_MESSAGE:
        return message
    # The item itself is in the table; its key leads there.
    named = {"eventName": record["eventName"], "dynamodb": {"Keys": record["dynamodb"]["Keys"]}}
    return strict_json.dumps({"reason": reason, "record": named})
