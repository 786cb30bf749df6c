"""Each job is defined once, and its schedule is one that EventBridge Scheduler takes."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from stacks.functions import FUNCTIONS
from wpp_mcp.functions import TRIGGERED, Function
from wpp_mcp.jobs.registry import JOBS, Job, JobName, jobs_of

RATE = re.compile(r"rate\((?:1 (?:minute|hour|day)|([2-9]|[1-9]\d+) (?:minutes|hours|days))\)")
DAILY = re.compile(r"cron\(([0-5]?\d) (1?\d|2[0-3]) \* \* \? \*\)")

each_job = pytest.mark.parametrize("job", JOBS.values(), ids=lambda job: job.name.value)


def starts(job: Job) -> tuple[datetime, datetime]:
    """The first and the last moment of a night at which a daily job may be handed over."""
    found = DAILY.fullmatch(job.schedule)
    assert found
    minute, hour = map(int, found.groups())
    first = datetime(2026, 11, 21, hour, minute, tzinfo=UTC)
    return first, first + timedelta(minutes=job.window_minutes)


@pytest.mark.parametrize(
    "wrong",
    [
        *("rate(1 minutes)", "rate(5 minute)", "rate(0 minutes)", "rate(01 hours)", ""),
        *("cron(60 5 * * ? *)", "cron(0 24 * * ? *)", "cron(0 5 * * * *)", "cron(5 * * ? *)"),
        *("cron(0 5 * * *)", "cron(0 5 * * ? *) ", "at(2026-11-21T00:00:00)"),
    ],
)
def test_the_checks_of_this_file_know_a_wrong_schedule(wrong: str) -> None:
    assert not RATE.fullmatch(wrong)
    assert not DAILY.fullmatch(wrong)


@each_job
def test_a_schedule_is_a_rate_or_a_time_of_day(job: Job) -> None:
    assert bool(RATE.fullmatch(job.schedule)) != bool(DAILY.fullmatch(job.schedule))


@each_job
def test_what_lambda_and_scheduler_take(job: Job) -> None:
    assert 0 <= job.retries <= 2
    assert 1 <= job.keep_minutes <= 6 * 60
    assert 0 <= job.window_minutes <= 24 * 60
    # Alarms look back a week at most.
    assert 1 <= job.overdue_hours <= 7 * 24
    assert job.event == {"job": job.called or job.name.value}


@each_job
def test_a_job_is_run_by_a_function_that_aws_calls(job: Job) -> None:
    assert job.function in TRIGGERED
    assert job.built or job.function is Function.JOBS


def test_every_name_is_a_job() -> None:
    assert set(JOBS) == set(JobName)
    assert all(JOBS[name].name is name for name in JobName)
    assert all(job.does.endswith(".") for job in JOBS.values())


def test_what_the_issue_names_has_its_pace() -> None:
    assert JOBS[JobName.UNCONFIRMED_OPERATIONS].schedule == "rate(1 minute)"
    assert JOBS[JobName.RECONCILIATION].schedule == "rate(5 minutes)"
    for name in (JobName.EXPORTS, JobName.AUDIT_MANIFEST, JobName.AUDIT_VERIFICATION):
        assert DAILY.fullmatch(JOBS[name].schedule)
    assert DAILY.fullmatch(JOBS[JobName.DIGEST].schedule)


def test_the_jobs_of_one_function_are_tried_alike() -> None:
    for function in TRIGGERED:
        jobs = [JOBS[name] for name in jobs_of(function)]
        assert len({(job.retries, job.keep_minutes) for job in jobs}) <= 1


def test_a_day_is_signed_when_its_last_call_is_recorded_and_before_it_is_verified() -> None:
    first, last = starts(JOBS[JobName.AUDIT_MANIFEST])
    verified, _ = starts(JOBS[JobName.AUDIT_VERIFICATION])
    tries = 1 + JOBS[JobName.AUDIT_MANIFEST].retries
    run = timedelta(seconds=FUNCTIONS[Function.AUDIT_JOBS].timeout_seconds)
    # Lambda waits one minute before the second try and two before the third.
    assert last + tries * run + timedelta(minutes=3) < verified
    longest = max(spec.timeout_seconds for spec in FUNCTIONS.values())
    assert first - first.replace(hour=0, minute=0) >= timedelta(seconds=longest)


def test_a_daily_job_is_overdue_after_a_day_and_its_window_and_tries() -> None:
    for job in JOBS.values():
        if DAILY.fullmatch(job.schedule):
            late = timedelta(days=1, minutes=job.window_minutes + 3 * 15)
            assert timedelta(hours=job.overdue_hours) > late
