"""The Analytics emulator running, and the ways to talk to it that tests need."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.analytics.admin_v1beta.services.analytics_admin_service import (
    AnalyticsAdminServiceClient,
)
from google.analytics.data_v1beta.services.beta_analytics_data import BetaAnalyticsDataClient
from google.api_core.exceptions import GoogleAPICallError
from google.oauth2.credentials import Credentials

from sandbox.faults import Calls, Faults
from sandbox.google_analytics import GoogleAnalyticsEmulator
from sandbox.world import World
from tests.unit.support.surroundings import FakeClock, Surroundings
from wpp_mcp.google.analytics.connector import GoogleAnalytics
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.google.exchange import given
from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.models.time import Deadline
from wpp_mcp.runtime import Endpoints

NOW = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
ASTER, BIRCH, CEDAR, DUNE = "300000001", "300000002", "300000003", "300000004"
OCTOBER = [{"start_date": "2026-10-01", "end_date": "2026-10-31"}]


def unexpected() -> str:
    raise AssertionError("Analytics has no developer token")


@dataclass
class Played:
    """A running emulator."""

    world: World
    faults: Faults = field(default_factory=Faults)
    calls: Calls = field(default_factory=Calls)
    now: datetime = NOW
    endpoint: str = ""
    around: Surroundings = field(default_factory=lambda: Surroundings(FakeClock(NOW)))

    def call(
        self, role: str = "practitioner", *, token: str = "", seconds: float = 25
    ) -> GoogleCall:
        """A call whose sleeps pass at once, though its tries are real."""
        clock = self.around.clock
        return GoogleCall(
            tokens=given(token or self.world.google_token(role), unexpected),
            developer_token=unexpected,
            endpoints=Endpoints(
                google_analytics_data=self.endpoint, google_analytics_admin=self.endpoint
            ),
            deadline=Deadline(clock, clock() + timedelta(seconds=seconds)),
            chance=random.Random(1),
            sleep=self.around.sleep,
        )

    def connector(self, number: str = ASTER, **call: Any) -> GoogleAnalytics:
        return GoogleAnalytics(self.call(**call), AccountRef(Api.ANALYTICS, number))

    def _client(self, kind: Any, role: str, token: str) -> Any:
        credentials = Credentials(token or self.world.google_token(role))
        return kind(credentials=credentials, client_options={"api_endpoint": self.endpoint})

    @contextmanager
    def data(self, role: str = "practitioner", token: str = "") -> Iterator[Any]:
        client = self._client(BetaAnalyticsDataClient, role, token)
        with client:
            yield client

    @contextmanager
    def admin(self, role: str = "practitioner") -> Iterator[Any]:
        with self._client(AnalyticsAdminServiceClient, role, "") as client:
            yield client

    def answer(self, number: str = ASTER, role: str = "practitioner", **question: Any) -> Any:
        """Google's own answer; without dates that of October."""
        question = {"date_ranges": OCTOBER, **question, "property": f"properties/{number}"}
        for kind in ("dimensions", "metrics"):
            question[kind] = [{"name": name} for name in question.get(kind, [])]
        with self.data(role) as client:
            return client.run_report(request=question, retry=None)

    def rows(self, number: str = ASTER, **question: Any) -> dict[tuple[str, ...], list[float]]:
        """Rows by their dimensions."""
        return {
            tuple(value.value for value in row.dimension_values): [
                float(value.value) for value in row.metric_values
            ]
            for row in self.answer(number, **question).rows
        }

    def refusal(self, number: str = ASTER, **question: Any) -> GoogleAPICallError:
        with pytest.raises(GoogleAPICallError) as caught:
            self.answer(number, **question)
        return caught.value


@pytest.fixture(scope="module")
def running() -> Iterator[Played]:
    played = Played(World(start=NOW))
    emulator = GoogleAnalyticsEmulator(
        world=played.world, clock=lambda: played.now, faults=played.faults, calls=played.calls
    )
    played.endpoint = emulator.start()
    yield played
    emulator.stop()


@pytest.fixture
def analytics(running: Played) -> Iterator[Played]:
    # Another hour each time, so that no test lives on the quota that others left.
    running.now += timedelta(hours=1)
    running.around = Surroundings(FakeClock(NOW))
    running.faults.clear()
    running.calls.clear()
    yield running
    running.faults.clear()
