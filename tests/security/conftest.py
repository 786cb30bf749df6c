"""One sandbox for the attacks of this folder; each test finds room in every rate limit."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from sandbox.browsing import Person
from tests.security.forging import Forge
from tests.security.signed_in import SIGNED_IN
from tests.security.watched import WatchedSandbox
from tests.support.api import Api
from tests.support.logs import leaks
from tests.support.sign_in import SignInSandbox
from wpp_mcp.routes import CONNECT_PATH


@pytest.fixture(scope="module")
def watched() -> Iterator[WatchedSandbox]:
    """A running sandbox. At the end its log must hold no secret and only whole lines (H6, H8)."""
    with WatchedSandbox(slow_body_seconds=1.5) as running:
        yield running
    running.logged()
    assert leaks(running.log.getvalue(), running) == []


@pytest.fixture(scope="module")
def one_client(watched: WatchedSandbox) -> Iterator[Api]:
    """Made once: a client of its own for each test would cost more than most tests."""
    with Api(watched) as client:
        yield client


@pytest.fixture
def attacker(watched: WatchedSandbox, one_client: Api) -> Iterator[Api]:
    """A client with room in every limit, no faults waiting and no calls counted."""
    watched.clock.advance(timedelta(seconds=60))
    watched.faults.clear()
    watched.calls.clear()
    watched.fetched.clear()
    watched.take_log()
    yield one_client
    watched.faults.clear()
    watched.fetch_fails = False
    watched.before.clear()


@pytest.fixture
def seeded(attacker: Api, watched: WatchedSandbox) -> None:
    """The tables hold what a sandbox begins with, whatever a test before has put there."""
    watched.seeder.world(watched.world)


@pytest.fixture(scope="module")
def forge(watched: WatchedSandbox) -> Forge:
    """Makes tokens of every kind."""
    return Forge(watched)


@pytest.fixture(scope="module")
def signing() -> Iterator[SignInSandbox]:
    """A running sandbox for sign-ins. Its log must hold nothing that a sign-in is made of (H6)."""
    with SignInSandbox() as running:
        yield running
    assert leaks(running.log.getvalue(), running) == []


@pytest.fixture
def visitor(signing: SignInSandbox) -> Iterator[Person]:
    """A person's browser that was never here; no faults wait, no calls are counted."""
    signing.clock.advance(timedelta(seconds=60))
    signing.faults.clear()
    signing.calls.clear()
    signing.documents.asked.clear()
    signing.posted.clear()
    published = dict(signing.documents.published)
    opened = Person(signing.url)
    yield opened
    opened.close()
    signing.faults.clear()
    if signing.documents.published != published or signing.documents.addresses:
        # What was read of them is kept for a while by the functions.
        signing.documents.published = published
        signing.documents.addresses.clear()
        signing.cold_start()


@pytest.fixture
def person(attacker: Api, watched: WatchedSandbox) -> Iterator[Person]:
    """Somebody with a browser of their own who has not signed in to the console yet."""
    with Person(watched.url) as somebody:
        yield somebody


@pytest.fixture
def signed_in(person: Person) -> Person:
    """The practitioner, signed in to the console."""
    person.open(CONNECT_PATH).submit("practitioner")
    assert SIGNED_IN in person.page
    return person
