from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.surroundings import FakeClock, Surroundings, unexpected
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google import exchange
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.google.retries import MAX_TRIES, repeat_read
from wpp_mcp.models.time import Deadline
from wpp_mcp.runtime import Endpoints

DOWN, QUOTA = ErrorCode.GOOGLE_UNAVAILABLE, ErrorCode.GOOGLE_QUOTA_EXCEEDED


class Reading:
    """A read that takes its time and fails as told."""

    def __init__(self, budget: float, *failures: WppError, takes: float = 1.0) -> None:
        self.around = Surroundings(FakeClock())
        self.failures = list(failures)
        self.takes = takes
        self.allowed: list[float] = []
        self.ends = self.around.clock.now + timedelta(seconds=budget)
        self.call = google_call(self.around, Deadline(self.around.clock, self.ends))

    def attempt(self, seconds: float) -> str:
        self.allowed.append(seconds)
        self.around.clock.tick(min(self.takes, seconds))
        if self.failures:
            raise self.failures.pop(0)
        return "rows"

    def run(self) -> str:
        return repeat_read(self.call, self.attempt)

    def fails(self) -> ErrorCode:
        with pytest.raises(WppError) as caught:
            self.run()
        return caught.value.code


def google_call(
    around: Surroundings, deadline: Deadline, developer_token: Callable[[], str] = str
) -> GoogleCall:
    return GoogleCall(
        tokens=unexpected,
        developer_token=developer_token,
        endpoints=Endpoints(),
        deadline=deadline,
        chance=around.chance,
        sleep=around.sleep,
    )


def failure(code: ErrorCode = DOWN, retry_after: int | None = None) -> WppError:
    return WppError(code, retry_after=retry_after)


def test_a_read_that_works_is_made_once() -> None:
    reading = Reading(25)
    assert reading.run() == "rows"
    assert (reading.allowed, reading.around.sleeps) == ([12.0], [])


@pytest.mark.parametrize("code", [DOWN, QUOTA])
def test_a_read_is_made_three_times_at_most(code: ErrorCode) -> None:
    assert Reading(25, *[failure(code)] * 2).run() == "rows"
    reading = Reading(25, *[failure(code)] * 9)
    assert reading.fails() is code
    assert len(reading.allowed) == MAX_TRIES == 3
    assert len(reading.around.sleeps) == 2


@pytest.mark.parametrize("code", sorted(set(ErrorCode) - {DOWN, QUOTA}))
def test_other_failures_are_not_repeated(code: ErrorCode) -> None:
    reading = Reading(25, failure(code))
    assert reading.fails() is code
    assert len(reading.allowed) == 1


@given(st.integers(1, 10))
def test_googles_word_on_waiting_is_kept(seconds: int) -> None:
    reading = Reading(60, failure(QUOTA, seconds))
    assert reading.run() == "rows"
    assert seconds <= reading.around.sleeps[0] <= seconds + 0.5


def test_a_wait_that_does_not_fit_is_not_begun() -> None:
    reading = Reading(25, failure(QUOTA, 30))
    assert reading.fails() is QUOTA
    assert reading.around.sleeps == []


def test_without_a_budget_nothing_is_tried() -> None:
    for budget in (0.5, 0, -3):
        reading = Reading(budget)
        assert reading.fails() is ErrorCode.DEADLINE_EXCEEDED
        assert reading.allowed == []


@given(
    st.floats(0.6, 30),
    st.floats(0, 15),
    st.lists(st.tuples(st.sampled_from([DOWN, QUOTA]), st.none() | st.integers(0, 20)), max_size=4),
)
def test_the_budget_is_never_passed(
    budget: float, takes: float, failures: list[tuple[ErrorCode, int | None]]
) -> None:
    reading = Reading(budget, *(failure(*f) for f in failures), takes=takes)
    try:
        reading.run()
    except WppError as error:
        assert error.code in (DOWN, QUOTA, ErrorCode.DEADLINE_EXCEEDED)  # noqa: PT017
    assert reading.around.clock.now <= reading.ends
    assert len(reading.allowed) <= MAX_TRIES
    assert all(0 < seconds <= 12 for seconds in reading.allowed)


def test_a13_a_signed_token_of_ours_is_never_sent_to_google() -> None:
    call = Reading(25).call
    ours = replace(call, tokens=exchange.given("eyJ" + "fake.eyJ" + "fake.fake", unexpected))
    with pytest.raises(WppError) as caught:
        ours.access_token()
    assert caught.value.code is ErrorCode.INVALID_REQUEST
    assert (
        replace(call, tokens=exchange.given("ya29.fake", unexpected)).access_token() == "ya29.fake"
    )


def test_a_token_is_found_once_for_a_call() -> None:
    asked = []
    call = replace(Reading(25).call, tokens=lambda call: asked.append(call) or "found")
    assert [call.access_token(), call.access_token()] == ["found", "found"]
    assert asked == [call]
    assert "found" not in repr(call)
