"""Counting, blocking and letting go, with DynamoDB and the firewall in memory."""

from datetime import datetime, timedelta
from typing import Any

import moto
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.log_delivery import failures, packed
from tests.unit.edge.blocking import CLEAN_UP, OMA, ONE, OTHER, SIX, World
from tests.unit.support.aws import PREFIX, Aws
from tests.unit.support.surroundings import NOW, FakeClock, Surroundings
from wpp_mcp.config import ConfigurationError
from wpp_mcp.edge.block_list import (
    BLOCKED_FOR,
    FAILURES,
    WINDOW_MINUTES,
    UnknownJobError,
    last_of_full_window,
)
from wpp_mcp.storage.address_blocks import end_of, minute_of
from wpp_mcp.storage.tables import BY_TABLE, Table

counts = st.dictionaries(st.integers(0, 15), st.integers(1, FAILURES + 3), max_size=12)


def test_repeated_failures_block_an_address_for_an_hour(world: World) -> None:
    assert world.fail(ONE, FAILURES - 1) == {"failures": FAILURES - 1, "blocked": 0}
    assert world.blocked() == set()
    assert world.waf.called == []

    world.clock.tick(60)
    assert world.fail(ONE, 1) == {"failures": 1, "blocked": 1}
    assert world.blocked() == {f"{ONE}/32"}
    assert world.counted("AddressesBlocked") == 1

    world.clock.tick(BLOCKED_FOR.total_seconds() - 60)
    assert world(CLEAN_UP) == {"blocked": 1}
    world.clock.tick(120)
    assert world(CLEAN_UP) == {"blocked": 0}
    assert world.blocked() == set()


def test_failures_further_apart_block_nobody(world: World) -> None:
    for _ in range(3):
        world.fail(ONE, FAILURES - 1)
        world.clock.tick(WINDOW_MINUTES * 60)
    assert world.blocked() == set()


def test_addresses_are_counted_apart_and_a_site_of_ipv6_together(world: World) -> None:
    world.fail(ONE, FAILURES - 1)
    world.fail(OTHER, FAILURES - 1)
    for number in range(FAILURES):
        world.fail(f"2001:db8:1:2::{number:x}", 1)
    assert world.blocked() == {"2001:db8:1:2::/64"}


def test_the_addresses_of_oma_are_never_blocked_but_told_of(world: World) -> None:
    answer = world.fail("192.0.2.40", 3 * FAILURES)
    assert answer == {"failures": 3 * FAILURES, "blocked": 0}
    assert world.blocked() == set()
    assert world.counted("TrustedAddressFailures") == 3 * FAILURES
    assert world.counted("AddressesBlocked") == 0
    assert "trusted address fails" in world.around.log.getvalue()
    world.fail("192.0.2.48")
    assert world.blocked() == {"192.0.2.48/32"}


def test_a_site_of_ipv6_with_one_address_of_oma_in_it_is_never_blocked(
    tables: Aws, around: Surroundings
) -> None:
    world = World(tables, around, WPP_NEVER_BLOCKED=f"{SIX}/128,{OMA}")
    world.fail("2001:db8:1:2::1")
    assert world.blocked() == set()


def test_honest_failures_count_for_nothing(world: World) -> None:
    for reason in ("no token", "bad token: expired"):
        assert world.fail(ONE, 200, reason=reason) == {"failures": 0, "blocked": 0}
    assert world.blocked() == set()


def test_a_delivery_that_is_repeated_counts_once(world: World) -> None:
    event = failures(ONE, [NOW] * (FAILURES - 1))
    for _ in range(5):
        assert world(event)["blocked"] == 0
    assert world.blocked() == set()


def test_a_delivery_that_is_repeated_after_the_block_changes_nothing(world: World) -> None:
    event = failures(ONE, [NOW] * FAILURES)
    world(event)
    world.clock.tick(600)
    assert world(event) == {"failures": FAILURES, "blocked": 0}
    assert world.counted("AddressesBlocked") == 1
    world.clock.tick(BLOCKED_FOR.total_seconds() - 540)
    world(CLEAN_UP)
    assert world(event)["blocked"] == 0
    assert world.blocked() == set()
    # As DynamoDB does after a while with what has ended.
    world.handler._blocks.forget(f"{ONE}/32", {})
    assert world(event)["blocked"] == 0
    assert world.counted("AddressesBlocked") == 1


def test_who_goes_on_is_blocked_for_longer(world: World) -> None:
    world.fail(ONE)
    world.clock.tick(1800)
    assert world.fail(ONE)["blocked"] == 0
    world.clock.tick(2400)
    assert world(CLEAN_UP) == {"blocked": 1}
    world.clock.tick(1300)
    assert world(CLEAN_UP) == {"blocked": 0}


def test_a_block_can_be_lifted_and_does_not_come_back_by_itself(world: World) -> None:
    world.fail(ONE)
    world.fail(SIX)
    assert world({"job": "unblock", "address": ONE}) == {"blocked": 1}
    assert world.blocked() == {"2001:db8:1:2::/64"}
    world.clock.tick(5)
    world.fail(ONE, 1)
    assert f"{ONE}/32" not in world.blocked()
    assert world({"job": "unblock", "address": "2001:db8:1:2::1"}) == {"blocked": 0}


@pytest.mark.parametrize(
    "event",
    [{}, {"job": "cleanup"}, {"job": "clean-up", "address": ONE}, {"job": "unblock"},
     {"job": "unblock", "address": "all"}, {"job": "unblock", "address": None},
     {"job": "block", "address": ONE}, {"job": ["clean-up"]}],
    ids=str,
)  # fmt: skip
def test_any_other_event_is_refused(world: World, event: dict[str, Any]) -> None:
    with pytest.raises(UnknownJobError):
        world(event)
    assert world.waf.called == []


def test_a_wrong_range_does_not_start(tables: Aws, around: Surroundings) -> None:
    with pytest.raises(ConfigurationError, match="WPP_NEVER_BLOCKED"):
        World(tables, around, WPP_NEVER_BLOCKED="everybody")


# Counting


def by_hand(by_minute: dict[int, int]) -> int | None:
    latest = None
    for first in range(-WINDOW_MINUTES, 20):
        window = range(first, first + WINDOW_MINUTES)
        if sum(by_minute.get(m, 0) for m in window) >= FAILURES:
            last = max(m for m in window if m in by_minute)
            latest = last if latest is None else max(last, latest)
    return latest


@given(counts)
def test_a_window_is_any_five_minutes_in_a_row(by_minute: dict[int, int]) -> None:
    assert last_of_full_window(by_minute) == by_hand(by_minute)


@given(counts.filter(lambda c: 0 < sum(c.values()) < 120), st.data())
def test_the_end_of_a_block_depends_on_no_order_and_no_repetition(
    by_minute: dict[int, int], data: st.DataObject
) -> None:
    start = NOW.replace(second=0)
    moments = [
        (start + timedelta(minutes=minute), number)
        for minute, times in by_minute.items()
        for number in range(times)
    ]
    pieces = [moments[i : i + 7] for i in range(0, len(moments), 7)]
    order = data.draw(st.permutations(pieces))
    repeated = data.draw(st.lists(st.sampled_from(pieces), max_size=3))
    with moto.mock_aws():
        aws = _memory()
        around = Surroundings(FakeClock(start + timedelta(minutes=20)))
        world = World(aws, around)
        for piece in [*order, *repeated]:
            world(failures_at(piece))
        blocks = world.handler._blocks.blocked(around.clock.now)
        firewall = world.blocked()
    latest = by_hand(by_minute)
    wanted = [] if latest is None else [end_of(minute_of(start) + latest) + BLOCKED_FOR]
    assert [block.until for block in blocks] == wanted
    assert firewall == ({f"{ONE}/32"} if wanted else set())


def failures_at(moments: list[tuple[datetime, int]]) -> dict[str, Any]:
    from tests.support.log_delivery import delivery, failure

    return delivery((f"{at.isoformat()}-{n}", at, failure(ONE)) for at, n in moments)


def _memory() -> Aws:
    import boto3

    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    aws = Aws(
        {
            name: boto3.client(name, region_name="us-east-1", **keys)
            for name in ("dynamodb", "wafv2")
        }
    )
    aws.dynamodb.create_table(**BY_TABLE[Table.ADDRESS_BLOCKS].definition(PREFIX))
    return aws


def test_a_control_message_is_taken(world: World) -> None:
    event = packed({"messageType": "CONTROL_MESSAGE", "logEvents": []})
    assert world(event) == {"failures": 0, "blocked": 0}
