"""What was moved and raised lately; E3 of the threats in storage."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.budgets import ACCOUNT
from tests.unit.support.surroundings import NOW
from wpp_mcp.storage.dynamo import ConditionFailedError, Dynamo, Key, StorageError
from wpp_mcp.storage.spending import MOST_MOVES, WINDOW, Move, Moves, Spending
from wpp_mcp.storage.tables import Table

D = Decimal
FIELD = "Google Ads:1234567890/campaign_budget/1#amount"
KEY = Spending.moves_key(FIELD)
TODAY = Spending.account_key(ACCOUNT, "EUR", NOW)


def read(dynamo: Dynamo, key: Key = KEY) -> dict[str, Any] | None:
    return dynamo.batch_get([key]).get(key)


def test_keys_are_per_thing_account_person_currency_and_day() -> None:
    evening = datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC)
    assert Key(Table.IDEMPOTENCY, f"spending#field#{FIELD}") == KEY
    assert Spending.account_key(ACCOUNT, "EUR", evening).partition == (
        "spending#account#Google Ads:1234567890#EUR#2026-11-21"
    )
    assert Spending.user_key("ann@agency.example", "JPY", evening + timedelta(1)).partition == (
        "spending#user#ann@agency.example#JPY#2026-11-22"
    )


def test_without_moves_the_live_value_is_the_first() -> None:
    assert Spending.first_value(None, NOW, D(100)) == 100
    assert Spending.first_value(None, NOW, None) == 0


def test_moves_are_remembered_exactly(dynamo: Dynamo) -> None:
    for number, before in enumerate([D("100.000001"), D(150), None]):
        now = NOW + timedelta(hours=number)
        moves = Spending.moves(read(dynamo), now)
        assert moves.version == number
        dynamo.transact([Spending.add_move(FIELD, moves, before, now)])
    stored = Spending.moves(read(dynamo), NOW + timedelta(hours=3))
    assert [move.before for move in stored.moves] == [D("100.000001"), D(150), D(0)]
    assert stored.moves[1].at == NOW + timedelta(hours=1)
    assert Spending.first_value(read(dynamo), NOW, D(999)) == D("100.000001")


def test_the_window_slides(dynamo: Dynamo) -> None:
    dynamo.write(Spending.add_move(FIELD, Moves(), D(100), NOW))
    later = NOW + timedelta(hours=20)
    dynamo.write(Spending.add_move(FIELD, Spending.moves(read(dynamo), later), D(300), later))
    item = read(dynamo)
    assert Spending.first_value(item, NOW + WINDOW, D(5)) == 100
    assert Spending.first_value(item, NOW + WINDOW + timedelta(seconds=1), D(5)) == 300
    assert Spending.first_value(item, later + WINDOW + timedelta(seconds=1), D(5)) == 5


def test_old_moves_are_dropped_and_the_item_expires(dynamo: Dynamo) -> None:
    dynamo.write(Spending.add_move(FIELD, Moves(), D(100), NOW))
    later = NOW + timedelta(days=2)
    dynamo.write(Spending.add_move(FIELD, Spending.moves(read(dynamo), later), D(300), later))
    item = read(dynamo)
    assert item is not None
    assert (len(item["moves"]), item["n"]) == (1, 2)
    assert item["expirationTime"] > (later + WINDOW).timestamp()


@pytest.mark.parametrize("already", [False, True])
def test_no_move_is_lost_to_another_at_the_same_time(dynamo: Dynamo, *, already: bool) -> None:
    if already:
        dynamo.write(Spending.add_move(FIELD, Moves(), D(50), NOW))
    seen = Spending.moves(read(dynamo), NOW)
    dynamo.write(Spending.add_move(FIELD, seen, D(100), NOW))
    with pytest.raises(ConditionFailedError):
        dynamo.write(Spending.add_move(FIELD, seen, D(900), NOW))
    assert Spending.moves(read(dynamo), NOW).moves[-1].before == 100


def test_only_so_many_moves_are_remembered(dynamo: Dynamo) -> None:
    every = [Move(NOW + timedelta(seconds=n), D("1.000001")) for n in range(MOST_MOVES)]
    nearly, full = Moves(tuple(every[:-1]), 199), Moves(tuple(every), 200)
    assert (nearly.full, full.full) == (False, True)
    with pytest.raises(ValueError, match="no room"):
        Spending.add_move(FIELD, full, D(1), NOW)
    write = Spending.add_move(FIELD, nearly, D(1), NOW + timedelta(hours=1))
    dynamo.write(Spending.add_move(FIELD, Moves(), D(1), NOW))
    assert len((write.item or {})["moves"]) == MOST_MOVES


@pytest.mark.parametrize(
    "damage",
    [
        {"moves": "x"},
        {"moves": [{"at": "yesterday", "before": 1}]},
        {"moves": [{"at": "2026-11-21T00:00:00Z", "before": "much"}]},
        {"moves": [{"before": 1}]},
        {"n": "x"},
        {"n": None},
    ],
    ids=str,
)
def test_a_damaged_record_of_moves_stops_the_write(damage: dict[str, Any]) -> None:
    with pytest.raises(StorageError, match="damaged"):
        Spending.moves({"moves": [], "n": 1} | damage, NOW)


def risen(dynamo: Dynamo) -> Decimal:
    return Spending.risen(read(dynamo, TODAY))


def test_rises_add_up_to_the_cap_and_no_further(dynamo: Dynamo) -> None:
    assert risen(dynamo) == 0
    for rise in (D("0.1"), D("0.2"), D("24999.7")):
        dynamo.transact([Spending.add_rise(TODAY, rise, NOW, D(25_000))])
    assert risen(dynamo) == 25_000
    with pytest.raises(ConditionFailedError):
        dynamo.write(Spending.add_rise(TODAY, D("0.000001"), NOW, D(25_000)))
    assert risen(dynamo) == 25_000


def test_the_first_rise_of_a_day_is_held_to_the_cap_as_well(dynamo: Dynamo) -> None:
    with pytest.raises(ConditionFailedError):
        dynamo.write(Spending.add_rise(TODAY, D("25000.01"), NOW, D(25_000)))
    assert read(dynamo, TODAY) is None
    dynamo.write(Spending.add_rise(TODAY, D(25_000), NOW, D(25_000)))


def test_a_cap_that_is_not_enforced_only_counts(dynamo: Dynamo) -> None:
    for _ in range(2):
        dynamo.write(Spending.add_rise(TODAY, D(20_000), NOW, None))
    assert risen(dynamo) == 40_000


@given(st.lists(st.decimals("0.000001", "20000", places=6), min_size=1, max_size=12))
def test_whatever_comes_the_counter_stays_within_the_cap(
    dynamo: Dynamo, rises: list[Decimal]
) -> None:
    key = Spending.user_key(str(rises), "EUR", NOW)
    counted = Decimal(0)
    for rise in rises:
        try:
            dynamo.write(Spending.add_rise(key, rise, NOW, D(25_000)))
        except ConditionFailedError:
            assert counted + rise > 25_000
        else:
            counted += rise
    assert Spending.risen(read(dynamo, key)) == counted <= 25_000


@pytest.mark.parametrize("rise", [D(0), D(-1), D("NaN"), D("Infinity")], ids=str)
def test_lowering_gives_nothing_back(rise: Decimal) -> None:
    with pytest.raises(ValueError, match="above zero"):
        Spending.add_rise(TODAY, rise, NOW, D(25_000))


@pytest.mark.parametrize("n", [None, "5", True, -1, []], ids=str)
def test_a_damaged_counter_stops_the_write(n: Any) -> None:
    with pytest.raises(StorageError, match="damaged"):
        Spending.risen({"n": n})


def test_a_move_that_was_not_made_is_forgotten_and_no_other(dynamo: Dynamo) -> None:
    times = [NOW + timedelta(minutes=n) for n in range(3)]
    for before, now in zip([D(100), D(150), D(200)], times, strict=True):
        dynamo.write(Spending.add_move(FIELD, Spending.moves(read(dynamo), now), before, now))
    seen = Spending.moves(read(dynamo), NOW)
    for void, left in ((1, [100, 200]), (1, [100, 200]), (0, [200])):
        dynamo.write(Spending.void_move(FIELD, times[void]))
        assert [move.before for move in Spending.moves(read(dynamo), NOW).moves] == left
    with pytest.raises(ConditionFailedError):
        dynamo.write(Spending.add_move(FIELD, seen, D(300), NOW))
    later = NOW + timedelta(hours=1)
    dynamo.write(Spending.add_move(FIELD, Spending.moves(read(dynamo), later), D(300), later))
    item = read(dynamo)
    assert item is not None
    assert [move["before"] for move in item["moves"]] == [200, 300]


def test_a_move_of_which_nothing_is_kept_any_more_leaves_nothing_behind(dynamo: Dynamo) -> None:
    with pytest.raises(ConditionFailedError):
        dynamo.write(Spending.void_move(FIELD, NOW))
    assert read(dynamo) is None


def test_what_is_taken_off_a_day_was_on_it(dynamo: Dynamo) -> None:
    with pytest.raises(ConditionFailedError):
        dynamo.write(Spending.take_rise(TODAY, D(1)))
    assert read(dynamo, TODAY) is None
    dynamo.write(Spending.add_rise(TODAY, D("30.5"), NOW, D(25_000)))
    dynamo.write(Spending.take_rise(TODAY, D("10.5")))
    assert risen(dynamo) == 20
    with pytest.raises(ConditionFailedError):
        dynamo.write(Spending.take_rise(TODAY, D("20.000001")))
    dynamo.write(Spending.take_rise(TODAY, D(20)))
    assert risen(dynamo) == 0
    for none in (D(0), D(-1), D("NaN")):
        with pytest.raises(ValueError, match="above zero"):
            Spending.take_rise(TODAY, none)
