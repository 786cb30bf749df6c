"""Verification: entries against their chain, chain against its head, both against the manifest.

Each of the three is written to another place or at another time; to hide a change all three
would have to be changed alike (product.md §8; threats.md I2).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from wpp_mcp.audit.chain import Break, ChainKey, Link, follow
from wpp_mcp.audit.entry import RETENTION_DAYS
from wpp_mcp.audit.manifest import Manifest
from wpp_mcp.storage.audit_logs import AuditLogs


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, and where it breaks (nowhere, if all is well)."""

    entries: int
    chains: int
    breaks: tuple[Break, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing broke."""
        return not self.breaks


def verify_user_day(
    logs: AuditLogs, keys: Mapping[str, ChainKey], user_id: str, day: str
) -> tuple[Link, tuple[Break, ...]]:
    """Check a person's day: every entry follows, and the head is that of the last one."""
    link, broken = follow(keys, user_id, day, logs.day(user_id, day))
    if broken is not None:
        return link, (broken,)
    head = logs.head(user_id, day)
    if head is None and link.sequence == 0:
        return link, ()
    if head is None:
        return link, (Break(user_id, day, None, "the head of the chain is missing"),)
    if (head.get("sequence"), head.get("mac")) != (link.sequence, link.mac):
        problem = f"the chain ends at {link.sequence}, its head says {head.get('sequence')}"
        return link, (Break(user_id, day, link.sequence + 1, problem),)
    return link, ()


class Verifier:
    """Checks days.

    Parameters
    ----------
    keys
        The chain keys by key id.
    today
        Days whose entries are past their two years are not looked at: they may go.
    """

    def __init__(self, logs: AuditLogs, keys: Mapping[str, ChainKey], today: date) -> None:
        self._logs = logs
        self._keys = keys
        self._today = today

    def users(self, user_id: str, days: Iterable[str]) -> Report:
        """Check one person's days without manifests."""
        return self._report(self._day_of_user(user_id, day) for day in self._kept(days))

    def days(self, days: Iterable[str], manifests: Mapping[str, Manifest | None]) -> Report:
        """Check everybody's days; ``manifests`` holds that of each day that must have one."""
        return self._report(
            checked for day in self._kept(days) for checked in self._whole_day(day, manifests)
        )

    def _kept(self, days: Iterable[str]) -> Iterator[str]:
        first = self._today - timedelta(days=RETENTION_DAYS - 1)
        return (day for day in days if date.fromisoformat(day) > first)

    def _whole_day(
        self, day: str, manifests: Mapping[str, Manifest | None]
    ) -> Iterator[tuple[Link, tuple[Break, ...]]]:
        heads = {str(head["userId"]) for head in self._logs.heads(day)}
        known: Mapping[str, Link] | None = None
        if day in manifests:
            manifest = manifests[day]
            problem = self._manifest_problem(day, manifest)
            if manifest is None or problem:
                yield _of_the_day(day, f"the manifest {problem}")
            else:
                known = manifest.links
                yield from self._manifest_chain(day, manifest, manifests)
                if manifest.covered:
                    yield _of_the_day(day, "something was put over the manifest")
        for user_id in sorted(heads | set(known or ()) | self._logs.users(day)):
            link, breaks = self._day_of_user(user_id, day)
            written = None if known is None else known.get(user_id)
            if not breaks and known is not None and written != link:
                problem = f"the manifest says {written.sequence if written else 'nothing'}"
                breaks = (Break(user_id, day, link.sequence + 1, problem),)
            yield link, breaks

    def _manifest_problem(self, day: str, manifest: Manifest | None) -> str:
        if manifest is None:
            return "is missing"
        if not manifest.signed_by(self._keys):
            return "is not signed by us"
        return "" if manifest.day == day else "is that of another day"

    @staticmethod
    def _manifest_chain(
        day: str, manifest: Manifest, manifests: Mapping[str, Manifest | None]
    ) -> Iterator[tuple[Link, tuple[Break, ...]]]:
        before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
        previous = manifests.get(before)
        if previous is not None and manifest.previous != previous.digest():
            yield _of_the_day(day, "the manifest does not follow that of the day before")

    def _day_of_user(self, user_id: str, day: str) -> tuple[Link, tuple[Break, ...]]:
        return verify_user_day(self._logs, self._keys, user_id, day)

    @staticmethod
    def _report(checked: Iterable[tuple[Link, tuple[Break, ...]]]) -> Report:
        entries = chains = 0
        breaks: list[Break] = []
        for link, found in checked:
            entries += link.sequence
            chains += 1 if link.sequence else 0
            breaks.extend(found)
        return Report(entries, chains, tuple(breaks))


def _of_the_day(day: str, problem: str) -> tuple[Link, tuple[Break, ...]]:
    return Link(0, ""), (Break("*", day, None, problem),)
