"""The daily exports: tables as they were at midnight, into the archive bucket.

DynamoDB exports out of its continuous backup, without touching the table. What was exported is
seen from the list of exports, so a day that was missed or that failed is made up for.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, Final

from wpp_mcp.config import ExportSettings
from wpp_mcp.jobs.running import JobError
from wpp_mcp.models.time import Deadline
from wpp_mcp.runtime import Runtime
from wpp_mcp.storage.dynamo import StorageError
from wpp_mcp.storage.tables import Table

EXPORTED: Final = (Table.APPROVED_ACCOUNTS, Table.SNAPSHOTS)
"""The tables that are exported (deployment guide, Backups)."""

DAYS: Final = 7
"""How many days back are made up for."""

_PREFIX: Final = "exports/"
_LEAST_SECONDS: Final = 30.0


class ExportFailedError(JobError):
    """DynamoDB could not finish an export. It is begun anew, where there is time."""


class ExportsUnfinishedError(JobError):
    """There was no time for every table; those left out are still to be exported."""


@dataclass(slots=True)
class _Known:
    """The exports of one table and day, as DynamoDB lists them."""

    states: Counter[str] = field(default_factory=Counter)
    reason: str = ""

    @property
    def is_there(self) -> bool:
        """Whether it is exported, or about to be."""
        return bool(self.states["COMPLETED"] or self.states["IN_PROGRESS"])


class TableExports:
    """Exports tables.

    Raises
    ------
    ConfigurationError
        A variable is missing.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._settings = ExportSettings.load(runtime.environ)

    def run(self, deadline: Deadline) -> dict[str, Any]:
        """Begin the export of each table and day that is not exported yet.

        Returns
        -------
        dict
            ``started``: ``table/day`` of each.

        Raises
        ------
        ExportFailedError
            One of the last days' exports failed; it was begun again before this is raised.
        ExportsUnfinishedError
            The time did not suffice.
        StorageError
            DynamoDB did not answer, or refused.
        """
        started: list[str] = []
        failed: list[str] = []
        for table in EXPORTED:
            if deadline.remaining() < _LEAST_SECONDS:
                raise ExportsUnfinishedError(f"no time was left for {table.value}")
            begun, broken = self._table(table)
            started += begun
            failed += broken
        if failed:
            raise ExportFailedError(f"{', '.join(failed)}; begun again: {', '.join(started)}")
        return {"started": started}

    def _table(self, table: Table) -> tuple[list[str], list[str]]:
        name = self._settings.table_prefix + table.value
        arn = self._call("describe_table", TableName=name)["Table"]["TableArn"]
        known, earliest = self._known(arn), self._earliest(name)
        started, failed = [], []
        for day in self._days():
            until = datetime.combine(day + timedelta(days=1), time(), UTC)
            found = known.get(_prefix(table, day), _Known())
            if until <= earliest or found.is_there:
                continue
            place = f"{table.value}/{day.isoformat()}"
            self._start(arn, _prefix(table, day), until, found.states["FAILED"])
            started.append(place)
            if found.states["FAILED"]:
                failed.append(f"{place} {found.reason}")
        return started, failed

    def _days(self) -> Iterator[date]:
        today = self._runtime.clock().astimezone(UTC).date()
        return (today - timedelta(days=ago) for ago in range(DAYS, 0, -1))

    def _earliest(self, name: str) -> datetime:
        """Return since when the table can be restored."""
        answer = self._call("describe_continuous_backups", TableName=name)
        recovery = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        found: datetime | None = recovery.get("EarliestRestorableDateTime")
        if found is None:
            raise StorageError(f"{name} has no point-in-time recovery to export from")
        return found

    def _known(self, arn: str) -> dict[str, _Known]:
        """Return what DynamoDB knows of a table's exports (of 90 days), by their prefix."""
        known: dict[str, _Known] = {}
        for listed in self._listed(arn):
            answer = self._call("describe_export", ExportArn=listed)
            export = answer["ExportDescription"]
            one = known.setdefault(str(export.get("S3Prefix", "")), _Known())
            one.states[export["ExportStatus"]] += 1
            one.reason = str(export.get("FailureCode") or one.reason)
        return known

    def _listed(self, arn: str) -> Iterator[str]:
        start: dict[str, str] = {}
        while True:
            page = self._call("list_exports", TableArn=arn, **start)
            yield from (summary["ExportArn"] for summary in page["ExportSummaries"])
            if not page.get("NextToken"):
                return
            start = {"NextToken": page["NextToken"]}

    def _start(self, arn: str, prefix: str, until: datetime, failures: int) -> None:
        self._call(
            "export_table_to_point_in_time",
            TableArn=arn,
            ExportTime=until,
            # The same for each try, so that two runs at once begin one export.
            ClientToken=sha256(f"{arn}/{prefix}/{failures}".encode()).hexdigest(),
            S3Bucket=self._settings.archive_bucket,
            S3Prefix=prefix,
            S3SseAlgorithm="KMS",
            S3SseKmsKeyId=self._settings.archive_key,
            ExportFormat="DYNAMODB_JSON",
        )

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer: dict[str, Any] = getattr(self._runtime.aws("dynamodb"), operation)(**arguments)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise StorageError(f"{operation}: {code}") from error
        except BotoCoreError as error:
            raise StorageError(f"{operation}: {type(error).__name__}") from error
        return answer


def _prefix(table: Table, day: date) -> str:
    """Return where an export goes. A day's is the table at the end of it."""
    return f"{_PREFIX}{table.value}/{day.isoformat()}"
