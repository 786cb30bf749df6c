"""The wrapper round every job: which one is asked for, how long it has, and how it ended.

A job that cannot be run raises: Lambda counts it, tries again as its schedule says, and puts the
event into the dead-letter queue in the end.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from wpp_mcp.config import ConfigurationError, Settings
from wpp_mcp.functions import Function
from wpp_mcp.jobs.registry import JOBS, JobName, jobs_of
from wpp_mcp.models.time import Deadline
from wpp_mcp.observability import CallMetrics, Metric, clean, logger_for
from wpp_mcp.runtime import Runtime

Run = Callable[[Deadline], dict[str, Any]]
"""Does a job's work until the deadline at the latest; returns what it did, and what is left."""

RESERVE_SECONDS: Final = 20
"""What stays for the end of a run: answer, log, and a call to AWS that is tried three times."""

_LONGEST_NAME: Final = 60


class JobError(RuntimeError):
    """A job failed; the message holds no secret and nobody's name."""


class JobNotBuiltError(JobError):
    """The job has no code yet."""


class UnknownJobError(JobError):
    """The event asks for no job of this function."""


class JobFunction:
    """One function's handler.

    Parameters
    ----------
    runs
        Its jobs: exactly the built ones that the registry gives to it.

    Raises
    ------
    ConfigurationError
        They are others, or a variable is missing.
    """

    def __init__(self, runtime: Runtime, function: Function, runs: Mapping[JobName, Run]) -> None:
        if set(runs) != jobs_of(function):
            raise ConfigurationError(f"{function.value} does not hold its jobs")
        self._runtime = runtime
        self._function = function
        self._settings = Settings.load(runtime.environ)
        self._log = logger_for(function.value, self._settings.log_level, runtime.log)
        self._runs = runs

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """Run the job that an event asks for: ``{"job": "audit-manifest"}`` and nothing else.

        Returns
        -------
        dict
            ``job``, and what the job says of itself.

        Raises
        ------
        JobError
            It was not run, or it failed.
        """
        try:
            name = self._asked(event)
            outcome = self._runs[name](self._deadline(context))
        except JobError:
            self._log.exception("job failed", extra={"event": _shown(event)})
            raise
        except Exception as error:  # noqa: BLE001 - the whole of it goes to our log
            # Lambda prints what is raised past our log and its filter: only the kind goes there.
            self._log.exception("job failed", extra={"event": _shown(event)})
            raise JobError(type(error).__name__) from None
        self._log.info("job done", extra={"job": name.value, **outcome})
        self._count(name)
        return {"job": name.value, **outcome}

    def _asked(self, event: Any) -> JobName:
        asked = event.get("job") if isinstance(event, Mapping) else None
        if not isinstance(asked, str) or set(event) != {"job"}:
            raise UnknownJobError('an event is {"job": NAME} and nothing else')
        if asked not in set(JobName):
            raise UnknownJobError(f"there is no job {clean(asked)[:_LONGEST_NAME]!r}")
        name = JobName(asked)
        if not JOBS[name].built:
            raise JobNotBuiltError(f"the job {name.value} is not built yet")
        if name not in self._runs:
            raise UnknownJobError(f"{name.value} is no job of {self._function.value}")
        return name

    def _deadline(self, context: Any) -> Deadline:
        seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
        return Deadline(self._runtime.clock, self._runtime.clock() + timedelta(seconds=seconds))

    def _count(self, name: JobName) -> None:
        metrics = CallMetrics(
            self._runtime.emit,
            function=self._function.value,
            environment=self._settings.environment,
            apart=("job", name.value),
        )
        metrics.count(Metric.JOBS_DONE)
        metrics.flush()


def _shown(event: Any) -> str:
    return clean(str(event))[: 4 * _LONGEST_NAME]
