"""Whatever happens in whatever order, the edge sends what every function accepts.

Functions cache a secret for up to 300 seconds, so at any moment there are functions that know
the values of any moment of the last 300 seconds. What was sealed in the last 30 days opens too.
"""

import random
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sandbox.rotation import STEPS
from tests.unit.rotation.cloudfront import DISTRIBUTION, PARAMETER, CloudFront, Ssm
from tests.unit.rotation.secrets_manager import SecretsManager
from tests.unit.support.aws import ENVIRON, Aws
from tests.unit.support.surroundings import FakeClock, Surroundings
from wpp_mcp.rotation.edge import StillDeployingError
from wpp_mcp.rotation.secret import RotationRefusedError
from wpp_mcp.rotation.steps import Rotator
from wpp_mcp.secret_store import Rotating

CACHED = timedelta(seconds=300)
ENV = {**ENVIRON, "WPP_DISTRIBUTION_PARAMETER": PARAMETER, "WPP_SECRET_TTL_SECONDS": "300"}


class LostError(Exception):
    """An answer got lost, or the function was stopped."""


class Flaky:
    """A client whose next call fails: before it counts, or after."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.exceptions = client.exceptions
        self.fault: tuple[int, bool] | None = None

    def __getattr__(self, operation: str) -> Any:
        def call(**asked: Any) -> Any:
            hit = self.fault is not None and self.fault[0] == 0
            after = self.fault is not None and self.fault[1]
            if self.fault is not None:
                self.fault = (self.fault[0] - 1, after)
            if hit and not after:
                raise LostError
            answer = getattr(self._client, operation)(**asked)
            if hit:
                raise LostError
            return answer

        return call


class TickingSurroundings(Surroundings):
    """While a function sleeps, the world is looked at too."""

    def __init__(self, clock: FakeClock, look: Any) -> None:
        super().__init__(clock)
        self._look = look

    def sleep(self, seconds: float) -> None:
        for _ in range(8):
            super().sleep(seconds / 8)
            self._look()


class OriginHeader(RuleBasedStateMachine):
    """Rotations, faults, deployments of the edge and time, in any order."""

    @initialize(deploying=st.sampled_from([0, 30, 240, 700, 2000]))
    def begin(self, deploying: int) -> None:
        self.clock = FakeClock()
        self.known: deque[tuple[datetime, Rotating]] = deque()
        self.manager = SecretsManager(self.clock, "wpp-mcp/origin-header", Rotating("first"))
        self.cloudfront = CloudFront(self.clock, "first", deploying)
        around = TickingSurroundings(self.clock, self.look)
        around.chance = random.Random(1)
        self.secrets, self.edge = Flaky(self.manager), Flaky(self.cloudfront)
        clients = {
            "secretsmanager": self.secrets,
            "cloudfront": self.edge,
            "ssm": Ssm({PARAMETER: DISTRIBUTION}),
        }
        self.rotator = Rotator(around.runtime(ENV, aws=Aws(clients)))
        self.tokens = 0
        self.look()

    def look(self) -> None:
        self.known.append((self.clock(), self.manager.current()))
        # The oldest cache was filled just before the first moment that counts.
        while len(self.known) > 1 and self.known[1][0] <= self.clock() - CACHED:
            self.known.popleft()
        for value in self.cloudfront.sent():
            for _, values in self.known:
                assert values.matches(value)

    def step(self, step: str, token: str) -> bool:
        event = {"Step": step, "SecretId": "arn", "ClientRequestToken": token}
        try:
            self.rotator(event, None)
        except (LostError, StillDeployingError, RotationRefusedError):
            return False
        finally:
            self.secrets.fault = self.edge.fault = None
            self.look()
        return True

    @rule()
    def ask_for_a_rotation(self) -> None:
        self.tokens += 1
        self.manager.begin(f"t{self.tokens}")

    @rule()
    def rotate(self) -> None:
        self.ask_for_a_rotation()
        for step in STEPS:
            if not self.step(step, f"t{self.tokens}"):
                return

    @rule(
        step=st.sampled_from(STEPS),
        call=st.integers(0, 6),
        after=st.booleans(),
        of_edge=st.booleans(),
    )
    def try_a_step(self, step: str, call: int, *, after: bool, of_edge: bool) -> None:
        (self.edge if of_edge else self.secrets).fault = (call, after)
        self.step(step, f"t{self.tokens}")

    @rule()
    def cancel(self) -> None:
        self.manager.cancel()

    @rule()
    def deploy_the_edge(self) -> None:
        self.cloudfront.set(self.manager.current().current)
        self.look()

    @rule(seconds=st.sampled_from([1, 100, 299, 301, 3600]))
    def wait(self, seconds: int) -> None:
        for _ in range(4):
            self.clock.tick(seconds / 4)
            self.look()

    @invariant()
    def everything_that_is_sent_is_accepted(self) -> None:
        if hasattr(self, "known"):
            self.look()


TestOriginHeader = OriginHeader.TestCase
TestOriginHeader.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_the_machine_does_rotate() -> None:
    """The machine above proves something only if its rotations come to their end."""
    machine = OriginHeader()
    machine.begin(240)
    seen = []
    for _ in range(4):
        machine.rotate()
        seen.append(machine.manager.current().current)
        machine.wait(3600)
    assert seen[0] == "first"
    assert len(set(seen)) == 4
    assert machine.cloudfront.sent() == {seen[-1]}
