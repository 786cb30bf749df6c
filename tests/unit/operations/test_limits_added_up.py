"""The limits of what adds up, in steps and in batches: E3 and E8 of the threats."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.budgets import budget
from tests.unit.support.limits import RULES, found, kinds
from tests.unit.support.surroundings import NOW
from wpp_mcp.models.write_rules import Limits
from wpp_mcp.operations.breaches import LimitKind
from wpp_mcp.operations.limits import check
from wpp_mcp.operations.money import effects, total
from wpp_mcp.storage.spending import MOST_MOVES, Spending

D = Decimal

# E3

steps = st.lists(
    st.tuples(st.integers(1, 30 * 60), st.decimals("1", "9000", places=2)),
    min_size=1,
    max_size=25,
)


@given(steps, st.decimals("1", "200", places=2))
def test_e3_many_steps_get_no_further_than_one(
    moves: list[tuple[int, Decimal]], start: Decimal
) -> None:
    """Whatever is tried, and however long it takes: no 24 hours see a sixfold budget."""
    live, now, item = start, NOW, None
    held: list[tuple[datetime, Decimal]] = []
    risen: dict[str, Decimal] = defaultdict(Decimal)
    for minutes, wanted in moves:
        now += timedelta(minutes=minutes)
        change, day = budget(live, wanted), now.date().isoformat()
        read = Spending.moves(item, now)
        keys = {one.key for one in effects([change], "EUR")}
        today = risen[day]
        if check([change], "EUR", RULES, {k: read.first(live) for k in keys}, today, D(0)):
            continue
        item = dict(Spending.add_move("field", read, live, now).item or {})
        risen[day] += total(effects([change], "EUR"), "EUR").risen
        held.append((now, live))
        window = [before for at, before in held if at >= now - timedelta(hours=24)]
        assert wanted <= live or wanted < window[0] * 6
        live = wanted
    assert max(risen.values()) <= RULES.limits.daily_rise


@given(st.lists(st.integers(101, 100_000), min_size=1, max_size=20, unique=True).map(sorted))
def test_e3_a_split_rise_ends_where_one_step_may_end(values: list[int]) -> None:
    """In any number of steps within a day: what is reached is what one step may reach."""
    live, item, now = D(100), None, NOW
    for cents in values:
        wanted, read = D(cents) / 100 + 99, Spending.moves(item, now)
        change = budget(live, wanted)
        [effect] = effects([change], "EUR")
        split = check([change], "EUR", RULES, {effect.key: read.first(live)}, D(0), D(0))
        whole = check([budget(100, wanted)], "EUR", RULES, {}, D(0), D(0))
        assert [b.kind for b in split] == [b.kind for b in whole]
        if not split:
            item, live = dict(Spending.add_move("field", read, live, now).item or {}), wanted
        now += timedelta(minutes=1)


def test_e3_steps_below_the_limit_add_up() -> None:
    assert found(budget(100, 500)) == []
    assert kinds(budget(500, 600), first=100) == [LimitKind.PERCENT]
    assert found(budget(500, D("599.99")), first=100) == []


def test_e3_steps_add_up_in_the_sum_of_the_day() -> None:
    assert found(budget(5000, 9999), risen=D(20_001)) == []
    assert kinds(budget(5000, 9999), risen=D(20_002)) == [LimitKind.ACCOUNT_RISE]
    assert kinds(budget(5000, 9999), user=D(20_002)) == [LimitKind.USER_RISE]


def test_e3_more_moves_than_can_be_remembered_are_refused() -> None:
    change = budget(100, 90)
    key = effects([change], "EUR")[0].key
    [breach] = found(change, full=frozenset({key}))
    assert (breach.kind, breach.always) == (LimitKind.MOVES, True)
    assert found(change, full=frozenset({"another"})) == []
    assert MOST_MOVES == 200


# E8


def test_e8_a_batch_is_summed_up() -> None:
    batch = [budget(5000, 10_000, thing=str(n)) for n in range(6)]
    assert found(*batch[:5]) == []
    [account, user] = found(*batch)
    assert account.figures == {
        "risenToday": 0,
        "requestedRise": 30_000,
        "currency": "EUR",
        "limit": 25_000,
    }
    assert user.kind is LimitKind.USER_RISE


def test_e8_cuts_of_a_batch_make_no_room() -> None:
    batch = [budget(4000, 10_000, thing=str(n)) for n in range(5)]
    assert LimitKind.ACCOUNT_RISE in kinds(*batch, budget(30_000, 1, thing="9"))


def test_e8_one_field_twice_in_a_batch() -> None:
    [breach] = found(budget(100, 500), budget(500, 2500))
    assert (breach.kind, breach.always) == (LimitKind.CHANGED_TWICE, True)


def test_e8_fifty_items_and_no_more() -> None:
    batch = [budget(100, 101, thing=str(n)) for n in range(51)]
    assert found(*batch[:50]) == []
    [breach] = found(*batch)
    assert (breach.kind, breach.always) == (LimitKind.ITEMS, True)
    few = replace(RULES, limits=Limits(items=10))
    [breach] = found(*batch[:11], rules=few)
    assert (breach.kind, breach.always) == (LimitKind.ITEMS, False)
    assert found(*batch[:10], rules=few) == []


def test_e8_too_many_items_hide_no_other_limit() -> None:
    few = replace(RULES, limits=Limits(items=2))
    batch = [budget(10, 100), budget(10, 20_000), budget(100, 101, thing="2")]
    assert [one.kind for one in found(*batch, rules=few)] == [
        LimitKind.CHANGED_TWICE,
        LimitKind.ITEMS,
        LimitKind.PERCENT,
        LimitKind.PERCENT,
        LimitKind.DAILY_BUDGET,
    ]


@given(st.lists(st.tuples(*[st.integers(1, 20_000)] * 2), min_size=2, max_size=4))
def test_e8_the_order_of_a_batch_makes_no_difference(pairs: list[tuple[int, int]]) -> None:
    batch = [budget(b, a, thing=str(n)) for n, (b, a) in enumerate(pairs)]
    outcomes = [found(*order) for order in permutations(batch)]
    assert all(outcome == outcomes[0] for outcome in outcomes)
