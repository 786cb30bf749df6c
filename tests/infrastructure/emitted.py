"""What the running code emits: the other side of each alarm, widget and query."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.box import Options, Sandbox
from stacks.secret_specs import AGED
from tests.support.api import USD, Api
from tests.support.logs import CapturedLog
from tests.support.provoking import CONDITIONS, READ
from tests.support.triggers import DISTRIBUTION_PARAMETER, TRIGGERS
from tests.support.write_journeys import by_oma, by_two
from wpp_mcp.errors import ErrorCode
from wpp_mcp.observability import CallMetrics

NOT_AT_ONCE = (ErrorCode.RATE_LIMITED,)
"""Errors that no single call gives; they are counted by their code alone."""

Emitted = tuple[str, str, frozenset[tuple[str, str]]]


@dataclass(frozen=True)
class Lines:
    """The lines of metrics and of the log."""

    metrics: list[dict[str, Any]]
    log: list[dict[str, Any]]

    def series(self, environment: str) -> set[Emitted]:
        """Namespace, name and dimensions of each metric, as the environment would emit it."""
        return {
            (directive["Namespace"], metric["Name"], _dimensions(line, directive, environment))
            for line in self.metrics
            for directive in line["_aws"]["CloudWatchMetrics"]
            for metric in directive["Metrics"]
        }

    def fields(self) -> set[str]:
        """The names that Logs Insights finds: the first value of a list is ``Name.0``."""
        found = set()
        for line in (*self.metrics, *self.log):
            found |= {f"{n}.0" if isinstance(v, list) else n for n, v in line.items()}
        return found


def _dimensions(
    line: dict[str, Any], directive: dict[str, Any], environment: str
) -> frozenset[tuple[str, str]]:
    (names,) = directive["Dimensions"]
    values = {name: line[name] for name in names}
    assert values["environment"] == "sandbox"
    return frozenset((values | {"environment": environment}).items())


def lines() -> Lines:
    """Run the product through everything that it counts."""
    emitted: list[str] = []
    log = CapturedLog()
    options = Options(
        log=log,
        emit=emitted.append,
        sleep=lambda _: None,
        environ={
            "WPP_DISTRIBUTION_PARAMETER": DISTRIBUTION_PARAMETER,
            "WPP_AGED_SECRETS": ",".join(AGED),
        },
    )
    with Sandbox(options) as box, Api(box) as api:
        api.execute(READ, {"customerId": USD})
        for act, _ in CONDITIONS.values():
            act(api)
        for journey in (by_oma, by_two):
            journey(api)
        for trigger in TRIGGERS:
            trigger(box)
    for code in NOT_AT_ONCE:
        metrics = CallMetrics(emitted.append, function="any", environment="sandbox")
        metrics.error(code)
        metrics.flush()
    return Lines(_read(emitted), _read(log.getvalue().splitlines()))


def _read(texts: Iterable[str]) -> list[dict[str, Any]]:
    return [json.loads(text) for text in texts if text.startswith("{")]
