import json
from datetime import timedelta

import pytest

from tests.unit.support.surroundings import FakeClock
from tests.unit.support.tokens import KEY_ID, jwk, key_set, private_key
from wpp_mcp.access.jwks import ASK_AGAIN_AFTER, REFRESH_AFTER, SigningKeys

URL = "https://pool.example/.well-known/jwks.json"
HOUR = timedelta(hours=1)


class Pool:
    """The pool's key set behind a counting fetch."""

    def __init__(self, clock: FakeClock, max_age: timedelta = HOUR) -> None:
        self.clock = clock
        self.document: bytes | Exception = key_set()
        self.asked: list[str] = []
        self.keys = SigningKeys(URL, fetch=self.fetch, clock=clock, max_age=max_age)

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if isinstance(self.document, Exception):
            raise self.document
        return self.document

    def knows(self, key_id: str = KEY_ID) -> bool:
        return self.keys.get(key_id) is not None


@pytest.fixture
def pool(clock: FakeClock) -> Pool:
    return Pool(clock)


def test_a_key_is_the_public_half(pool: Pool) -> None:
    found = pool.keys.get(KEY_ID)
    assert found.public_numbers() == private_key(KEY_ID).public_key().public_numbers()
    assert pool.asked == [URL]


def test_a_known_key_asks_once_in_five_minutes(pool: Pool) -> None:
    for _ in range(300):
        assert pool.knows()
        pool.clock.tick(1)
    assert len(pool.asked) == 1
    pool.clock.tick(1)
    assert pool.knows()
    assert len(pool.asked) == 2


def test_unknown_key_ids_ask_every_thirty_seconds_at_most(pool: Pool) -> None:
    for second in range(120):
        assert not pool.knows(f"stranger-{second}")
        pool.clock.tick(1)
    assert len(pool.asked) == 120 / ASK_AGAIN_AFTER.total_seconds()


def test_a_new_key_is_found_within_thirty_seconds(pool: Pool) -> None:
    assert pool.knows()
    pool.document = key_set(KEY_ID, "pool-key-2")
    pool.clock.tick(29)
    assert not pool.knows("pool-key-2")
    pool.clock.tick(1)
    assert pool.knows("pool-key-2")
    assert pool.knows()


def test_a_removed_key_is_forgotten_with_the_next_refresh(pool: Pool) -> None:
    assert pool.knows()
    pool.document = key_set("pool-key-2")
    pool.clock.tick(REFRESH_AFTER.total_seconds() + 1)
    assert not pool.knows()


def test_a12_known_keys_serve_until_the_bound_then_nothing(pool: Pool) -> None:
    assert pool.knows()
    pool.document = OSError("down")
    pool.clock.tick(HOUR.total_seconds())
    assert pool.knows()
    pool.clock.tick(1)
    assert not pool.knows()
    pool.clock.tick(30)
    pool.document = key_set()
    assert pool.knows()


def test_a12_while_the_pool_is_down_it_is_asked_every_thirty_seconds_at_most(pool: Pool) -> None:
    pool.document = OSError("down")
    for _ in range(90):
        assert not pool.knows()
        pool.clock.tick(1)
    assert len(pool.asked) == 3


def test_a_bound_below_the_refresh_time_still_refreshes(clock: FakeClock) -> None:
    pool = Pool(clock, max_age=timedelta(seconds=60))
    assert pool.knows()
    clock.tick(61)
    assert pool.knows(), "the pool answers, so its keys must serve"


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"keys":7}',
        b'{"keys":["x"]}',
        b'{"keys":[{"kty":"RSA","kid":"pool-key-1"}]}',
        b'{"keys":[{"kty":"RSA","kid":"pool-key-1","n":"","e":""}]}',
        b'{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}',
        b'{"keys":[],"keys":[]}',
        b'{"keys":[1e99999999999999999999]}',
    ],
)
def test_a_document_that_is_no_key_set_leaves_the_keys_as_they_are(
    pool: Pool, document: bytes
) -> None:
    assert pool.knows()
    pool.document = document
    pool.clock.tick(REFRESH_AFTER.total_seconds() + 1)
    assert pool.knows()
    assert len(pool.asked) == 2


def test_keys_of_another_kind_or_use_are_not_taken(clock: FakeClock) -> None:
    pool = Pool(clock)
    symmetric = {"kty": "oct", "kid": "symmetric", "k": "c2VjcmV0", "use": "sig"}
    keys = [symmetric, jwk("for-encryption", use="enc"), jwk()]
    pool.document = json.dumps({"keys": keys}).encode()
    assert [pool.knows(k) for k in ("symmetric", "for-encryption", KEY_ID)] == [False, False, True]
