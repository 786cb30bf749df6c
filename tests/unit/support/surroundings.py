"""Clock, chance, sleep and the rest of a `Runtime`, all in the hands of the test."""

import io
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from wpp_mcp.runtime import Endpoints, Runtime

NOW = datetime(2026, 11, 21, 15, 30, 20, tzinfo=UTC)


class FakeClock:
    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def tick(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def unexpected(*arguments: Any) -> Any:
    raise AssertionError(f"not expected to be called: {arguments}")


class Surroundings:
    """Makes runtimes whose sleeps advance the clock and are noted."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.chance = random.Random(7)
        self.sleeps: list[float] = []
        self.emitted: list[str] = []
        self.log = io.StringIO()

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.clock.tick(seconds)

    def runtime(
        self,
        environ: Mapping[str, str] | None = None,
        *,
        aws: Callable[[str], Any] = unexpected,
        fetch: Callable[[str], bytes] = unexpected,
        endpoints: Endpoints | None = None,
    ) -> Runtime:
        return Runtime(
            environ=environ or {},
            clock=self.clock,
            chance=self.chance,
            sleep=self.sleep,
            aws=aws,
            fetch=fetch,
            endpoints=endpoints or Endpoints(),
            emit=self.emitted.append,
            log=self.log,
        )
