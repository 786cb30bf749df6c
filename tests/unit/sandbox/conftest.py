from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from google.ads.googleads.client import GoogleAdsClient
from google.ads.googleads.errors import GoogleAdsException
from google.oauth2.credentials import Credentials

from sandbox.faults import Calls, Faults
from sandbox.google_ads import GoogleAdsEmulator
from sandbox.world import World

MANAGER_ACCOUNT = "1000000001"
US = "1000000101"
NOW = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)


@dataclass
class Played:
    """A running emulator and what a test needs to talk to it."""

    world: World
    faults: Faults
    calls: Calls
    endpoint: str = ""
    now: datetime = NOW
    clients: dict[tuple[str, str | None], GoogleAdsClient] = field(default_factory=dict)

    def client(
        self, token: str = "", login: str | None = MANAGER_ACCOUNT, developer_token: str = "sandbox"
    ) -> GoogleAdsClient:
        return GoogleAdsClient(
            credentials=Credentials(token or self.world.google_token("practitioner")),
            developer_token=developer_token,
            endpoint=self.endpoint,
            version="v26",
            use_proto_plus=True,
            login_customer_id=login,
        )

    def service(self, name: str, role: str = "practitioner", login: str | None = MANAGER_ACCOUNT):
        key = (role, login)
        if key not in self.clients:
            self.clients[key] = self.client(self.world.google_token(role), login)
        return self.clients[key].get_service(name)

    def rows(self, query: str, customer_id: str = US, **who: Any) -> list[Any]:
        ads = self.service("GoogleAdsService", **who)
        return list(ads.search(customer_id=customer_id, query=query, retry=None))

    def refusal(self, query: str, customer_id: str = US, **who: Any) -> tuple[str, str, str]:
        """Return gRPC status, Google's error code and the message of a refused query."""
        with pytest.raises(GoogleAdsException) as caught:
            self.rows(query, customer_id, **who)
        return (*self.refused(caught.value), caught.value.failure.errors[0].message)

    @staticmethod
    def refused(error: GoogleAdsException) -> tuple[str, str]:
        """Return gRPC status and Google's error code."""
        assert error.request_id == error.failure.request_id
        code = error.failure.errors[0].error_code
        kind = type(code).pb(code).WhichOneof("error_code")
        return error.error.code().name, getattr(code, kind).name


@pytest.fixture(scope="session")
def world() -> World:
    return World(start=NOW)


@pytest.fixture(scope="module")
def running(world: World) -> Iterator[Played]:
    played = Played(world, Faults(), Calls())
    emulator = GoogleAdsEmulator(
        world=world, clock=lambda: played.now, faults=played.faults, calls=played.calls
    )
    played.endpoint = emulator.start()
    yield played
    emulator.stop()


@pytest.fixture
def ads(running: Played) -> Iterator[Played]:
    running.now = NOW
    running.faults.clear()
    running.calls.clear()
    yield running
    running.faults.clear()
