"""Secrets rotate under a running product: no call is refused, and what is dropped is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from aws_lambda_powertools.utilities.parameters import base

from sandbox.box import Sandbox
from sandbox.browsing import Person
from sandbox.functions import entry_of
from sandbox.rotation import STEPS, begin, settle
from tests.support.api import USD, Api
from tests.support.sign_in import Client, SignInSandbox, assert_refused, tokens_of
from tests.unit.rotation.cloudfront import DISTRIBUTION, PARAMETER, CloudFront, Ssm
from wpp_mcp.functions import Function
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.secret_store import SecretName

CACHED = timedelta(seconds=301)


@dataclass
class Rotation:
    """A sandbox, the edge before it, and the function that rotates."""

    box: Sandbox
    edge: CloudFront
    function: LambdaEntry
    between: Callable[[], None] = lambda: None

    def rotate(self, name: SecretName) -> None:
        """As Secrets Manager does; calls go on between and during the steps."""
        full_name = f"{self.box.secret_prefix}{name.value}"
        asked = begin(full_name)
        for step in STEPS:
            self.between()
            self.function({"Step": step, **asked}, None)
            settle(full_name, self.box.clock())
            self.between()

    def pass_time(self, seconds: float) -> None:
        for _ in range(4):
            self.box.clock.advance(timedelta(seconds=seconds / 4))
            self.between()


@pytest.fixture
def rotation(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rotation]:
    with SignInSandbox(edge=request.param) as box:

        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return box.clock()

        # How long a function has cached a secret is told by the sandbox's clock.
        monkeypatch.setattr(base, "datetime", Clock)
        edge = CloudFront(box.clock, box.secrets[SecretName.ORIGIN_HEADER.value])
        others = {"cloudfront": edge, "ssm": Ssm({PARAMETER: DISTRIBUTION})}
        runtime = box.runtime()
        made = Rotation(box, edge, entry_of(Function.ROTATE_SECRET))
        made.function = made.function.with_runtime(
            replace(
                runtime,
                environ={**runtime.environ, "WPP_DISTRIBUTION_PARAMETER": PARAMETER},
                aws=lambda service: others.get(service) or runtime.aws(service),
                sleep=made.pass_time,
            )
        )
        yield made


@pytest.mark.parametrize("rotation", [False], ids=["without the edge"], indirect=True)
def test_the_edge_is_never_refused_and_a_dropped_value_is(rotation: Rotation) -> None:
    first = rotation.edge.configured
    answers: list[tuple[int, str]] = []

    def call() -> None:
        with Api(rotation.box) as api:
            for value in sorted(rotation.edge.sent()):
                header = {"x-origin-verify": value}
                answer = api.execute("list_budgets", {"customerId": USD}, headers=header)
                answers.append((answer.status_code, answer.text[:80]))
                health = api.send("GET", "/health", headers=header)
                answers.append((health.status_code, health.text[:80]))

    rotation.between = call
    for _ in range(3):
        rotation.rotate(SecretName.ORIGIN_HEADER)
        rotation.pass_time(100)
    rotation.between = lambda: None
    rotation.pass_time(CACHED.total_seconds())

    assert {status for status, _ in answers} == {200}
    assert rotation.edge.updates == 2
    assert first not in rotation.edge.sent()
    with Api(rotation.box) as api:
        stale = {"x-origin-verify": first}
        assert api.execute("list_budgets", {"customerId": USD}, headers=stale).status_code == 403
        assert api.send("GET", "/health", headers=stale).status_code == 403


@pytest.mark.parametrize("rotation", [True], ids=["with the edge"], indirect=True)
def test_nobody_has_to_sign_in_again_until_a_value_is_dropped(rotation: Rotation) -> None:
    box = rotation.box
    client, other = Client(box), Client(box)
    with Person(box.url) as person:
        tokens = tokens_of(person, client)
        kept = tokens_of(person, other)["refresh_token"]
    refreshed = 0

    def refresh() -> None:
        nonlocal tokens, refreshed
        answer = client.refresh(tokens["refresh_token"])
        assert answer.status_code == 200, answer.text
        tokens = {**tokens, **answer.json()}
        refreshed += 1

    rotation.between = refresh
    for _ in range(3):
        rotation.rotate(SecretName.SESSION_KEY)
        rotation.pass_time(CACHED.total_seconds())
    rotation.between = lambda: None
    rotation.pass_time(CACHED.total_seconds())

    assert refreshed >= 3 * 2 * len(STEPS)
    assert_refused(other.refresh(kept), "invalid_grant")
