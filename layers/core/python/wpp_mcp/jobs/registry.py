"""Every scheduled job: the one definition for schedules, functions, alarms and documents.

A job that is not built yet has its schedule disabled, and fails loudly when it is called. To build
one is to give its function an entry for it and to set ``built`` here; a function that does not
hold exactly its built jobs does not start.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from wpp_mcp.functions import Function


class JobName(StrEnum):
    """The jobs, as they are asked for: ``{"job": "audit-manifest"}``."""

    UNCONFIRMED_OPERATIONS = "unconfirmed-operations"
    RECONCILIATION = "reconciliation"
    BLOCK_LIST = "block-list-clean-up"
    ACCESS_EXPIRY = "access-expiry"
    PENDING_REQUESTS = "pending-requests"
    AUDIT_MANIFEST = "audit-manifest"
    EXPORTS = "exports"
    AUDIT_VERIFICATION = "audit-verification"
    INACTIVITY = "inactivity"
    REVIEWS = "reviews"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job.

    Parameters
    ----------
    does
        What it does, in a sentence.
    function
        The function that runs it. Jobs that are not built yet share one.
    schedule
        ``rate(…)`` or ``cron(…)`` as EventBridge Scheduler reads it, in UTC.
    window_minutes
        Within how many minutes after its time it may start; 0 for at once.
    retries
        How often again, where Lambda did not take it and, counted anew, where it failed.
    keep_minutes
        For how long after its time it is still worth starting.
    overdue_hours
        After how many hours without a run that went well somebody is told.
    built
        Whether there is code for it.
    only_with_edge
        It runs only where there is an edge, and so its function.
    called
        What its function calls it, where that is another name.
    """

    name: JobName
    does: str
    function: Function = Function.JOBS
    schedule: str
    window_minutes: int = 0
    retries: int = 0
    keep_minutes: int = 60
    overdue_hours: int = 26
    built: bool = False
    only_with_edge: bool = False
    called: str = ""

    @property
    def event(self) -> dict[str, str]:
        """The event that its function gets."""
        return {"job": self.called or self.name.value}


_JOBS: Final = (
    Job(
        name=JobName.UNCONFIRMED_OPERATIONS,
        does="Ends operations that nobody confirmed in time.",
        function=Function.OPERATION_JOBS,
        schedule="rate(1 minute)",
        # The next run is there before a second try would be. Lambda keeps the events of a function
        # alike: as long as those of the other job.
        keep_minutes=5,
        overdue_hours=1,
        built=True,
    ),
    Job(
        name=JobName.RECONCILIATION,
        does="Settles writes whose outcome is unknown, by what the account says.",
        function=Function.OPERATION_JOBS,
        schedule="rate(5 minutes)",
        keep_minutes=5,
        overdue_hours=1,
        built=True,
    ),
    Job(
        name=JobName.BLOCK_LIST,
        does="Takes addresses off the block list whose hour is over.",
        schedule="rate(5 minutes)",
        keep_minutes=5,
        overdue_hours=1,
        only_with_edge=True,
        called="clean-up",
        function=Function.BLOCK_ADDRESSES,
        built=True,
    ),
    Job(
        name=JobName.ACCESS_EXPIRY,
        does="Ends grants whose date is past. They count no more from that second on; this tidies.",
        schedule="rate(1 hour)",
        window_minutes=15,
        overdue_hours=3,
    ),
    Job(
        name=JobName.PENDING_REQUESTS,
        does="Hands requests on after 2 working days, and lets them lapse after 14 days.",
        schedule="rate(1 hour)",
        window_minutes=15,
        overdue_hours=3,
    ),
    Job(
        name=JobName.AUDIT_MANIFEST,
        does="Signs the days that are over and puts their manifests where nothing is replaced.",
        function=Function.AUDIT_JOBS,
        # A call that began before midnight is recorded half a minute after it at the latest.
        schedule="cron(15 0 * * ? *)",
        window_minutes=15,
        retries=2,
        keep_minutes=360,
        built=True,
    ),
    Job(
        name=JobName.EXPORTS,
        does="Exports tables, as they were at midnight, to the archive.",
        function=Function.EXPORT_TABLES,
        schedule="cron(30 0 * * ? *)",
        window_minutes=15,
        retries=2,
        keep_minutes=360,
        built=True,
    ),
    Job(
        name=JobName.AUDIT_VERIFICATION,
        does="Verifies yesterday, and older days in turn: entries, chains and manifests.",
        function=Function.AUDIT_JOBS,
        # After the last moment at which the manifest can still be on its way.
        schedule="cron(30 2 * * ? *)",
        window_minutes=15,
        retries=2,
        keep_minutes=360,
        built=True,
    ),
    Job(
        name=JobName.INACTIVITY,
        does="Tells who has not used access for 30 days, and ends it 7 days later.",
        schedule="cron(0 5 * * ? *)",
        window_minutes=60,
        retries=2,
        keep_minutes=360,
    ),
    Job(
        name=JobName.REVIEWS,
        does="Begins the quarterly review, and removes what it left unanswered.",
        schedule="cron(30 5 * * ? *)",
        window_minutes=60,
        retries=2,
        keep_minutes=360,
    ),
    Job(
        name=JobName.DIGEST,
        does="Mails the global admin what happened yesterday.",
        schedule="cron(0 6 * * ? *)",
        window_minutes=15,
        retries=2,
        keep_minutes=360,
    ),
)

JOBS: Final[Mapping[JobName, Job]] = MappingProxyType({job.name: job for job in _JOBS})
"""Every job, by its name."""


def jobs_of(function: Function) -> frozenset[JobName]:
    """Return the jobs that a function has to hold: those built, of which it is the one."""
    return frozenset(job.name for job in _JOBS if job.built and job.function is function)
