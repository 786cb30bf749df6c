"""A job that cannot be run says so; nothing of what made it fail leaves by the error."""

import json

import pytest

from tests.unit.jobs.conftest import JOB_ENVIRON, Context
from tests.unit.support.surroundings import Surroundings
from wpp_mcp.config import ConfigurationError
from wpp_mcp.functions import Function
from wpp_mcp.jobs.registry import JOBS, JobName
from wpp_mcp.jobs.running import (
    RESERVE_SECONDS,
    JobError,
    JobFunction,
    JobNotBuiltError,
    Run,
    UnknownJobError,
)
from wpp_mcp.models.time import Deadline

EXPORTS = {"job": "exports"}


def function(around: Surroundings, run: Run) -> JobFunction:
    runtime = around.runtime(JOB_ENVIRON)
    return JobFunction(runtime, Function.EXPORT_TABLES, {JobName.EXPORTS: run})


def done(deadline: Deadline) -> dict[str, int]:
    return {"seconds": round(deadline.remaining())}


def test_a_job_runs_until_shortly_before_lambda_ends_it(around: Surroundings) -> None:
    answer = function(around, done)(EXPORTS, Context(100))

    assert answer == {"job": "exports", "seconds": 100 - RESERVE_SECONDS}
    (line,) = map(json.loads, around.emitted)
    assert line["JobsDone"] == [1]
    assert (line["function"], line["environment"], line["job"]) == (
        "export_tables",
        "test",
        "exports",
    )


@pytest.mark.parametrize(
    "event",
    [
        *({}, [], None, "exports", {"job": None}, {"job": ["exports"]}),
        *({"job": "exports", "more": 1}, {"job": "Exports"}, {"job": ""}),
        *({"job": "audit-manifest"}, {"name": "exports"}),
    ],
    ids=str,
)
def test_an_event_that_is_none_of_the_functions_is_an_error(
    around: Surroundings, event: object
) -> None:
    with pytest.raises(UnknownJobError):
        function(around, done)(event, Context())
    assert '"level":"ERROR"' in around.log.getvalue()
    assert around.emitted == []


@pytest.mark.parametrize("name", [job.name for job in JOBS.values() if not job.built])
def test_a_job_that_is_not_built_says_so_by_its_name(around: Surroundings, name: JobName) -> None:
    nothing = JobFunction(around.runtime(JOB_ENVIRON), Function.JOBS, {})

    with pytest.raises(JobNotBuiltError, match=name.value):
        nothing({"job": name.value}, Context())
    assert f"the job {name.value} is not built yet" in around.log.getvalue()
    assert '"level":"ERROR"' in around.log.getvalue()
    assert around.emitted == []


def test_a_failure_is_logged_and_told_without_its_text(around: Surroundings) -> None:
    def fail(_: Deadline) -> dict[str, int]:
        raise ValueError("somebody@agency.example and ya29.secret")

    with pytest.raises(JobError) as caught:
        function(around, fail)(EXPORTS, Context())

    assert str(caught.value) == "ValueError"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "somebody@agency.example" in around.log.getvalue()
    assert "ya29" not in around.log.getvalue()
    assert around.emitted == []


def test_a_text_in_the_event_is_no_line_of_the_log(around: Surroundings) -> None:
    with pytest.raises(UnknownJobError) as caught:
        function(around, done)({"job": "x\n" * 500}, Context())

    assert len(str(caught.value)) < 100
    assert "\n" not in str(caught.value)
    assert all(json.loads(line) for line in around.log.getvalue().splitlines())


@pytest.mark.parametrize("names", [[], [JobName.EXPORTS, JobName.DIGEST], [JobName.DIGEST]])
def test_a_function_that_does_not_hold_its_jobs_does_not_start(
    around: Surroundings, names: list[JobName]
) -> None:
    with pytest.raises(ConfigurationError, match="export_tables does not hold its jobs"):
        JobFunction(around.runtime(JOB_ENVIRON), Function.EXPORT_TABLES, dict.fromkeys(names, done))
