"""The synthetic health probe: asks ``/health`` the way a caller outside does, every minute.

What it finds is a metric, 1 or 0. It never fails because the product does: a probe that does not
report at all is a fault of its own, and the alarm counts silence as one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from wpp_mcp.config import ProbeSettings
from wpp_mcp.functions import Function
from wpp_mcp.models import strict_json
from wpp_mcp.observability import CallMetrics, Metric, logger_for
from wpp_mcp.runtime import Runtime

_HEALTHY: Final = "healthy"


class HealthProbe:
    """Handler of the function."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._settings = ProbeSettings.load(runtime.environ)
        name = Function.HEALTH_PROBE.value
        self._log = logger_for(name, self._settings.log_level, runtime.log)

    def __call__(self, _event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
        """Ask once, and report: ``{healthy, milliseconds, problem?}``."""
        started = self._runtime.clock()
        problem = self._problem()
        milliseconds = _milliseconds(started, self._runtime.clock())
        metrics = CallMetrics(
            self._runtime.emit,
            function=Function.HEALTH_PROBE.value,
            environment=self._settings.environment,
        )
        metrics.count(Metric.HEALTH_PROBE, problem is None)
        metrics.milliseconds(Metric.HEALTH_PROBE_LATENCY, milliseconds)
        found: dict[str, Any] = {"healthy": problem is None, "milliseconds": milliseconds}
        if problem is not None:
            metrics.note("problem", problem)
            self._log.error("not healthy", extra={"problem": problem, "milliseconds": milliseconds})
            found["problem"] = problem
        metrics.flush()
        return found

    def _problem(self) -> str | None:
        try:
            answer = self._runtime.get(self._settings.health_url)
        except OSError as error:
            return f"no answer: {type(error).__name__}: {error}"
        if not answer.ok:
            return f"status {answer.status}"
        try:
            body = strict_json.loads(answer.body)
        except strict_json.StrictJsonError:
            return "the answer is not JSON"
        said = body.get("status") if isinstance(body, Mapping) else None
        return None if said == _HEALTHY else "it does not say that it is healthy"


def _milliseconds(since: datetime, until: datetime) -> int:
    return round((until - since).total_seconds() * 1000)
