"""What the firewall's sets hold, whoever else writes them and however often it fails."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from tests.support.log_delivery import failures
from tests.unit.edge.blocking import CLEAN_UP, ONE, OTHER, SIX, World
from tests.unit.support.aws import PREFIX, Aws
from tests.unit.support.surroundings import NOW, Surroundings
from wpp_mcp.edge.block_list import BLOCKED_FOR, FAILURES
from wpp_mcp.edge.ip_sets import MOST, FirewallError, of_version
from wpp_mcp.storage.dynamo import StorageError


def test_who_loses_the_race_for_the_set_reads_again(world: World) -> None:
    """Another function blocks somebody between our reading of the set and our writing of it."""
    happened: list[str] = []

    def other(operation: str) -> None:
        if operation == "update_ip_set" and not happened:
            happened.append(operation)
            world.fail(OTHER)

    world.waf.before.append(other)
    world.fail(ONE)
    assert happened
    assert world.blocked() == {f"{ONE}/32", f"{OTHER}/32"}
    assert world.around.sleeps


def test_an_edit_by_hand_is_put_right(world: World) -> None:
    world.fail(ONE)
    found = world.waf.get_ip_set(Name=f"{PREFIX}blocked-v4", Scope="CLOUDFRONT", Id=world.ids[4])
    world.waf.update_ip_set(
        Name=f"{PREFIX}blocked-v4",
        Scope="CLOUDFRONT",
        Id=world.ids[4],
        Addresses=["0.0.0.0/1"],
        LockToken=found["LockToken"],
    )
    world(CLEAN_UP)
    assert world.blocked() == {f"{ONE}/32"}


def test_a_set_that_is_right_is_not_written_however_aws_spells_it(world: World) -> None:
    world.fail(SIX)
    spelled = {"Name": f"{PREFIX}blocked-v6", "Scope": "CLOUDFRONT", "Id": world.ids[6]}
    token = world.waf.get_ip_set(**spelled)["LockToken"]
    full = "2001:0db8:0001:0002:0000:0000:0000:0000/64"
    world.waf.update_ip_set(**spelled, Addresses=[full], LockToken=token)
    world.waf.called.clear()
    assert world(CLEAN_UP) == {"blocked": 1}
    assert world.waf.called == ["get_ip_set", "get_ip_set"]


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "WAFInternalErrorException"}}, "UpdateIPSet"),
        EndpointConnectionError(endpoint_url="wafv2"),
    ],
)
def test_what_the_firewall_did_not_take_is_made_up_for_later(
    world: World, error: Exception
) -> None:
    def broken(operation: str) -> None:
        raise error

    event = failures(ONE, [NOW] * FAILURES)
    world.waf.before.append(broken)
    with pytest.raises(FirewallError):
        world(event)
    world.waf.before.clear()
    world(event)
    assert world.blocked() == {f"{ONE}/32"}
    world.clock.tick(BLOCKED_FOR.total_seconds() + 60)
    assert world(CLEAN_UP) == {"blocked": 0}


def test_a_race_that_is_always_lost_is_said(world: World) -> None:
    def lose(operation: str) -> None:
        if operation == "update_ip_set":
            raise ClientError({"Error": {"Code": "WAFOptimisticLockException"}}, "UpdateIPSet")

    world.waf.before.append(lose)
    with pytest.raises(FirewallError, match="all the time"):
        world.fail(ONE)


def test_without_the_table_nothing_is_blocked_and_the_delivery_fails(
    aws: Aws, around: Surroundings
) -> None:
    world = World(aws, around)
    with pytest.raises(StorageError):
        world.fail(ONE)
    assert world.blocked() == set()


def test_a_set_takes_what_it_can_hold_and_the_oldest_go(world: World) -> None:
    networks = [f"10.{n // 65536}.{n // 256 % 256}.{n % 256}/32" for n in range(MOST + 50)]
    mixed = [
        n for pair in zip(networks, ["2001:db8::/64"] * len(networks), strict=True) for n in pair
    ]
    assert of_version(mixed, 4) == networks[:MOST]
    world.fail(OTHER)
    world.clock.tick(120)
    world.fail(ONE)
    assert list(world.handler._blocked()) == [f"{ONE}/32", f"{OTHER}/32"]


def test_more_blocks_than_one_page_are_all_read(world: World, tables: Aws) -> None:
    until = int((NOW + timedelta(minutes=30)).timestamp())
    padding = "x" * 300_000
    for number in range(8):
        item = {
            "id": {"S": "blocks"},
            "entry": {"S": f"10.0.0.{number}/32"},
            "blockedUntil": {"N": str(until)},
            "padding": {"S": padding},
        }
        tables.dynamodb.put_item(TableName=f"{PREFIX}address-blocks", Item=item)
    assert world(CLEAN_UP) == {"blocked": 8}
