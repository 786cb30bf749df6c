from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.people import ANN, account
from tests.unit.support.surroundings import NOW
from wpp_mcp.storage.dynamo import ConditionFailedError, Dynamo
from wpp_mcp.storage.policies import Policy
from wpp_mcp.storage.rate_counters import Window

SMALL = Policy(calls_per_minute=5, calls_per_second=2, account_calls_per_minute=3)
START = NOW.replace(second=0)
policies = st.builds(
    Policy, calls_per_minute=st.integers(1, 20), calls_per_second=st.integers(1, 20)
)


def counter(seconds: list[int]) -> dict[str, Any] | None:
    """The counter after calls at these seconds of the minute."""
    found: dict[str, Any] = {"n": len(seconds)}
    for second in seconds:
        found[f"s{second:02d}"] = found.get(f"s{second:02d}", 0) + 1
    return found if seconds else None


@given(st.lists(st.integers(0, 59), max_size=25), st.integers(0, 59), policies)
def test_a_person_waits_when_minute_or_second_is_full(
    seconds: list[int], second: int, policy: Policy
) -> None:
    wait = Window(START + timedelta(seconds=second)).user_wait(counter(seconds), policy)
    if len(seconds) >= policy.calls_per_minute:
        assert wait == 60 - second
    elif seconds.count(second) >= policy.calls_per_second:
        assert wait == 1
    else:
        assert wait is None


@given(st.lists(st.integers(0, 59), max_size=200).map(sorted), policies)
def test_never_more_than_the_limits_get_through(seconds: list[int], policy: Policy) -> None:
    through: list[int] = []
    for second in seconds:
        window = Window(START + timedelta(seconds=second))
        if window.user_wait(counter(through), policy) is None:
            through.append(second)
    assert len(through) <= policy.calls_per_minute
    assert all(through.count(s) <= policy.calls_per_second for s in range(60))
    assert through or not seconds


@given(st.integers(0, 600), st.integers(0, 59))
def test_an_account_waits_for_the_next_minute(calls: int, second: int) -> None:
    wait = Window(START + timedelta(seconds=second)).account_wait({"n": calls}, Policy())
    assert wait == (60 - second if calls >= 300 else None)
    assert Window(START).account_wait(None, Policy()) is None


@given(st.datetimes(), st.datetimes())
def test_a_window_is_one_minute_of_one_person_or_account(one: Any, other: Any) -> None:
    def minute(moment: Any) -> Any:
        return moment.replace(second=0, microsecond=0)

    same = minute(one) == minute(other)
    assert (Window(one).user_key("a") == Window(other).user_key("a")) is same
    assert Window(one).user_key("a") != Window(one).user_key("b")
    assert Window(one).user_key("a") != Window(one).account_key(account(1))
    assert Window(one).account_key(account(1)) != Window(one).account_key(account(2))


@pytest.mark.parametrize("kind", ["user", "account"])
def test_the_table_counts_exactly_up_to_the_limit(dynamo: Dynamo, kind: str) -> None:
    through = 0
    for number in range(10):
        window = Window(START + timedelta(seconds=number))
        write = {
            "user": window.count_user(ANN.user_id, SMALL),
            "account": window.count_account(account(1), SMALL),
        }[kind]
        try:
            dynamo.transact([write])
            through += 1
        except ConditionFailedError as lost:
            assert lost.items[0]["n"] == through  # noqa: PT017
    assert through == (5 if kind == "user" else 3)


def test_the_table_counts_each_second(dynamo: Dynamo) -> None:
    window = Window(START)
    for _ in range(2):
        dynamo.transact([window.count_user(ANN.user_id, SMALL)])
    with pytest.raises(ConditionFailedError):
        dynamo.transact([window.count_user(ANN.user_id, SMALL)])
    later = Window(START + timedelta(seconds=1))
    dynamo.transact([later.count_user(ANN.user_id, SMALL)])
    found = dynamo.batch_get([window.user_key(ANN.user_id)])[window.user_key(ANN.user_id)]
    assert (found["n"], found["s00"], found["s01"]) == (3, 2, 1)
    assert found["expirationTime"] == int(later.at.timestamp()) + 3600
