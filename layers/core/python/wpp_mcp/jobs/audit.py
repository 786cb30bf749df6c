"""The audit's jobs: sign the days that are over, and verify what was signed.

Neither keeps a place to go on from. What the bucket lacks says where signing goes on; which days
are verified follows from today's date, so that nobody can have a day left out.
"""

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from typing import Any, Final

from wpp_mcp.audit.chain import Break, ChainKey
from wpp_mcp.audit.entry import RETENTION_DAYS
from wpp_mcp.audit.manifest import Lock, ManifestStore
from wpp_mcp.audit.verify import Report, Verifier
from wpp_mcp.config import ManifestSettings
from wpp_mcp.functions import Function
from wpp_mcp.jobs.running import JobError
from wpp_mcp.models.time import Deadline
from wpp_mcp.observability import CallMetrics, Metric, logger_for, pseudonym
from wpp_mcp.runtime import Runtime
from wpp_mcp.secret_store import SecretName, SecretStore
from wpp_mcp.storage.audit_logs import AuditLogs
from wpp_mcp.storage.dynamo import Dynamo

MOST_DAYS: Final = 100
"""Days that one run signs."""

FIRST_DAYS: Final = 35
"""How far back the first run of all looks for entries."""

CYCLE_DAYS: Final = 30
"""Within how many days every older day is verified once more."""

_LEAST_SECONDS: Final = 60.0
"""No other day is begun with less time left."""

_TOLD: Final = 50
"""Breaks that are logged one by one."""


class AuditBrokenError(JobError):
    """What is stored is not what was written."""


class AuditJobs:
    """Signs and verifies days.

    Raises
    ------
    ConfigurationError
        A variable is missing.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._settings = ManifestSettings.load(runtime.environ)
        self._secrets = SecretStore(runtime, self._settings)
        self._logs = AuditLogs(Dynamo(runtime, self._settings.table_prefix))
        self._log = logger_for(Function.AUDIT_JOBS.value, self._settings.log_level, runtime.log)

    def manifest(self, deadline: Deadline) -> dict[str, Any]:
        """Sign every day that is over and has no manifest after the last one that is there.

        Returns
        -------
        dict
            ``signed``: the days, and ``left``: how many are left for the next run.

        Raises
        ------
        StorageError, SecretUnavailableError
            AWS did not answer; what was signed before stays.
        """
        store, key = self._store(), self._keys()[0]
        days, signed = self._unsigned(store), list[str]()
        for day in days[:MOST_DAYS]:
            if signed and deadline.remaining() < _LEAST_SECONDS:
                break
            store.write(self._logs, key, day)
            signed.append(day)
        return {"signed": signed, "left": len(days) - len(signed)}

    def verification(self, deadline: Deadline) -> dict[str, Any]:
        """Verify yesterday, and as many of today's share of the older days as there is time for.

        Returns
        -------
        dict
            ``days``, ``entries``, ``chains``: how many were verified, and ``left``: how many days
            of today's share were not.

        Raises
        ------
        AuditBrokenError
            Something broke. Each place is in the log, marked ``security``.
        StorageError, SecretUnavailableError
            AWS did not answer: whether something is broken cannot be told.
        """
        store, keys = self._store(), self._keys()
        verifier = Verifier(self._logs, {key.key_id: key for key in keys}, self._today())
        days = self._share(store.days())
        done, entries, chains, longest = 0, 0, 0, 0.0
        breaks: list[Break] = []
        for day in days:
            left = deadline.remaining()
            if done and left < max(_LEAST_SECONDS, 2 * longest):
                break
            report = self._verified(verifier, store, day)
            longest = max(longest, left - deadline.remaining())
            done, entries, chains = done + 1, entries + report.entries, chains + report.chains
            breaks += report.breaks
        if done < len(days):
            self._log.warning("days were left out", extra={"left": len(days) - done})
        if breaks:
            self._tell(breaks, keys[0])
        return {"days": done, "entries": entries, "chains": chains, "left": len(days) - done}

    @staticmethod
    def _verified(verifier: Verifier, store: ManifestStore, day: str) -> Report:
        before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
        return verifier.days([day], {each: store.read(each) for each in (before, day)})

    def _tell(self, breaks: list[Break], key: ChainKey) -> None:
        for broken in breaks[:_TOLD]:
            self._log.error(
                "audit chain broken",
                extra={
                    "security": True,
                    "day": broken.day,
                    # As in log lines of calls: no name. The command names the person.
                    "user": pseudonym(key.secret, broken.user_id),
                    "entry": broken.sequence,
                    "problem": broken.problem,
                },
            )
        metrics = CallMetrics(
            self._runtime.emit,
            function=Function.AUDIT_JOBS.value,
            environment=self._settings.environment,
        )
        metrics.count(Metric.AUDIT_BROKEN, len(breaks))
        metrics.flush()
        first = breaks[0]
        place = "" if first.sequence is None else f", entry {first.sequence}"
        raise AuditBrokenError(f"{len(breaks)} places, the first on {first.day}{place}")

    def _unsigned(self, store: ManifestStore) -> list[str]:
        """Return the days to sign. A hole between two manifests is not one: it is a finding."""
        yesterday = self._today() - timedelta(days=1)
        known = [day for day in store.days() if day <= yesterday.isoformat()]
        if known:
            return list(_days(date.fromisoformat(known[-1]) + timedelta(days=1), yesterday))
        days = list(_days(yesterday - timedelta(days=FIRST_DAYS - 1), yesterday))
        first = next((n for n, day in enumerate(days) if self._logs.has_entries(day)), None)
        return days[-1:] if first is None else days[first:]

    def _share(self, known: list[str]) -> list[str]:
        """Return yesterday, and every thirtieth of the days since the first manifest.

        Where the time does not suffice for all of a share, it is another part of it that is left
        out the next time.
        """
        today = self._today()
        yesterday = (today - timedelta(days=1)).isoformat()
        oldest = (today - timedelta(days=RETENTION_DAYS - 2)).isoformat()
        first = max(known[0], oldest) if known else yesterday
        share = [
            day
            for day in _days(date.fromisoformat(first), today - timedelta(days=2))
            if date.fromisoformat(day).toordinal() % CYCLE_DAYS == today.toordinal() % CYCLE_DAYS
        ]
        turn = today.toordinal() // CYCLE_DAYS % len(share) if share else 0
        return [yesterday, *share[turn:], *share[:turn]]

    def _today(self) -> date:
        return self._runtime.clock().astimezone(UTC).date()

    def _store(self) -> ManifestStore:
        return ManifestStore(
            self._runtime.aws("s3"),
            self._settings.archive_bucket,
            Lock.of(self._settings.environment),
            self._runtime.clock,
        )

    def _keys(self) -> list[ChainKey]:
        secret = self._secrets.get(SecretName.AUDIT_KEY)
        return [ChainKey(value.encode()) for value in secret]


def _days(first: date, last: date) -> Iterator[str]:
    for number in range((last - first).days + 1):
        yield (first + timedelta(days=number)).isoformat()
