"""What a change means in money; E6 of the threats."""

from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.budgets import budget, field, place, status
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.changes import Change, ResourceType, Verb, change_of
from wpp_mcp.operations.money import DAILY, TOTAL, effects, sentences, total
from wpp_mcp.operations.money_effect import MoneyEffect, MoneyKind, from_nothing, price_part

D = Decimal
CAMPAIGN, AD_GROUP, KEYWORD = ResourceType.CAMPAIGN, ResourceType.AD_GROUP, ResourceType.KEYWORD


def one(change: Change, currency: str | None = "EUR") -> MoneyEffect:
    (effect,) = effects([change], currency)
    return effect


def test_a_daily_budget_is_told_per_day_and_month() -> None:
    effect = one(budget(100, 150))
    assert (effect.kind, effect.field) == (MoneyKind.DAILY_BUDGET, "amount")
    assert (effect.before, effect.after) == (D(100), D(150))
    assert (effect.per_day, effect.per_month, effect.percent) == (D(50), D(1520), D(50))
    assert effect.rises
    assert effect.key == "Google Ads:1234567890/campaign_budget/1#amount"
    assert effect.said == "amount of Budget 1 from 100 to 150 EUR"
    assert effect.wire() == {
        "kind": "dailyBudget",
        "field": "amount",
        "before": D(100),
        "after": D(150),
        "perDay": D(50),
        "perMonth": D(1520),
        "percent": D(50),
        "currency": "EUR",
    }


def test_a_total_budget_is_a_30_4th_part_a_day() -> None:
    effect = one(budget(304, 912, total=True))
    assert effect.kind is MoneyKind.TOTAL_BUDGET
    assert (effect.per_day, effect.per_month, effect.percent) == (D(20), D(608), D(200))
    assert one(budget(None, 1, total=True)).per_day == D("0.032895")  # rounded up


def test_a_cut_is_below_zero() -> None:
    effect = one(budget(100, 25))
    assert (effect.per_day, effect.percent, effect.rises) == (D(-75), D(-75), False)


def test_of_a_new_budget_there_is_no_percent() -> None:
    effect = one(budget(None, 40))
    assert (effect.before, effect.per_day, effect.percent) == (None, D(40), None)


@pytest.mark.parametrize(
    ("name", "before", "after", "percent", "rises"),
    [
        ("cpcBid", 1.0, 1.5, "50", True),
        ("cpcBid", 1.5, 0.75, "-50", False),
        ("cpcBid", None, 0.75, None, True),
        ("cpcBid", 1.0, None, None, True),
        ("cpcBidCeiling", 1.0, 3.0, "200", True),
        ("targetCpa", 10.0, 30.0, "200", True),
        ("targetRoas", 4.0, 2.0, "100", True),
        ("targetRoas", 2.0, 4.0, "-50", False),
        ("targetRoas", None, 4.0, None, False),
        ("targetRoas", 4.0, None, None, True),
    ],
)
def test_bids_and_targets(
    name: str, before: float | None, after: float | None, percent: str | None, *, rises: bool
) -> None:
    effect = one(field(AD_GROUP, name, before, after))
    assert effect.percent == (None if percent is None else D(percent))
    assert effect.rises is rises
    assert (effect.per_day, effect.per_month) == (None, None)


def test_first_values_are_kept_of_amounts_that_change() -> None:
    """Of a created thing the id is a temporary one, which the next plan has too."""
    assert one(budget(100, 150)).remembered
    assert one(field(AD_GROUP, "cpcBid", None, 1.0)).remembered
    assert not one(budget(None, 150, "-1")).remembered
    assert not one(status("ENABLED", 80)).remembered


def test_enabling_lets_the_budget_be_spent() -> None:
    effect = one(status("ENABLED", 80))
    assert (effect.kind, effect.before, effect.after) == (MoneyKind.DELIVERY, None, D(80))
    assert (effect.per_day, effect.percent, effect.rises) == (D(80), None, True)
    assert effect.said == "enabling 1"


def test_pausing_saves_the_budget_unless_others_share_it() -> None:
    assert one(status("PAUSED", 80)).per_day == D(-80)
    assert one(status("PAUSED", 80, shared_by=("A", "B"))).per_day == 0
    assert not one(status("PAUSED", 80)).rises


@pytest.mark.parametrize("kind", [AD_GROUP, KEYWORD, ResourceType.AD])
def test_what_has_no_budget_of_its_own_is_spend_without_an_amount(kind: ResourceType) -> None:
    effect = one(status("ENABLED", kind=kind), currency=None)
    assert (effect.rises, effect.per_day, effect.currency) == (True, None, None)


def test_what_is_created_without_a_status_is_enabled() -> None:
    created = Change(locator=place(CAMPAIGN, "-1"), verb=Verb.CREATE, after={"name": "New"})
    paused = Change(locator=place(CAMPAIGN, "-1"), verb=Verb.CREATE, after={"status": "PAUSED"})
    assert one(created).kind is MoneyKind.DELIVERY
    assert effects([paused], "EUR") == ()


def test_what_has_no_money_in_it_has_no_effect() -> None:
    for kind in (ResourceType.LABEL, ResourceType.SITEMAP, ResourceType.POLICY):
        assert effects([field(kind, "name", "a", "b")], None) == ()
    removed = Change(
        locator=place(KEYWORD), verb=Verb.REMOVE, before={"cpcBid": D(1), "status": "ENABLED"}
    )
    assert effects([removed], "EUR") == ()


def test_a_removed_campaign_spends_no_more() -> None:
    change = status("PAUSED", 80)
    removed = Change(locator=change.locator, verb=Verb.REMOVE, budget=change.budget)
    assert one(removed).per_day == D(-80)


def test_a_shared_budget_counts_once() -> None:
    changes = [
        status("ENABLED", 100, thing=str(number), budget_id="7", shared_by=("A", "B"))
        for number in range(3)
    ]
    summed = total(effects(changes, "EUR"), "EUR")
    assert (summed.risen, summed.per_day, summed.per_month) == (D(100), D(100), D(3040))


def test_raised_and_let_loose_at_once_all_of_it_is_new() -> None:
    changes = [budget(100, 250, thing="7"), status("ENABLED", 100, budget_id="7")]
    for order in permutations(changes):
        assert total(effects(order, "EUR"), "EUR").risen == D(250)


def test_cuts_make_no_room_for_rises() -> None:
    summed = total(effects([budget(100, 150), budget(900, 100, thing="2")], "EUR"), "EUR")
    assert (summed.per_day, summed.risen) == (D(-750), D(50))


amounts = st.decimals("0.01", "1000", places=2)


@given(st.lists(st.tuples(amounts, amounts), max_size=6), st.randoms())
def test_the_order_of_a_batch_makes_no_difference(
    pairs: list[tuple[Decimal, Decimal]], chance: object
) -> None:
    changes = [budget(b, a, thing=str(n)) for n, (b, a) in enumerate(pairs)]
    shuffled = [*changes]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert total(effects(changes, "EUR"), "EUR") == total(effects(shuffled, "EUR"), "EUR")


def test_e6_what_daily_means_is_said() -> None:
    assert "twice" in DAILY
    assert "30.4" in DAILY
    assert sentences(effects([budget(1, 2), budget(1, 2, thing="2")], "EUR")) == (DAILY,)
    assert sentences(effects([budget(1, 2, total=True)], "EUR")) == (TOTAL,)
    assert sentences(effects([status("ENABLED", 5)], "EUR")) == (DAILY,)
    assert sentences(effects([field(AD_GROUP, "cpcBid", 1.0, 2.0)], "EUR")) == ()


def test_amounts_come_back_from_storage_as_they_went() -> None:
    """Whole amounts are whole numbers in JSON and in DynamoDB."""
    change = budget(100, 150)
    stored = change.wire() | {"before": {"amount": 100}, "after": {"amount": 150}}
    assert one(change_of(stored)) == one(change)


@pytest.mark.parametrize("value", [True, 1.5, "150", D("NaN"), D("Infinity")], ids=str)
def test_what_is_no_amount_is_not_guessed(value: object) -> None:
    change = field(ResourceType.BUDGET, "amount", D(1), None)
    with pytest.raises(WppError) as caught:
        one(Change(locator=change.locator, verb=Verb.UPDATE, after={"amount": value}))
    assert caught.value.code is ErrorCode.INTERNAL


def test_amounts_without_a_currency_are_refused() -> None:
    for change in (budget(1, 2), status("ENABLED", 5), field(KEYWORD, "cpcBid", 1.0, 2.0)):
        with pytest.raises(WppError, match="INTERNAL"):
            effects([change], None)


@pytest.mark.parametrize(
    ("kind", "currency", "smallest"),
    [
        (MoneyKind.DAILY_BUDGET, "EUR", "1"),
        (MoneyKind.TOTAL_BUDGET, "JPY", "100"),
        (MoneyKind.DAILY_BUDGET, "KWD", "0.1"),
        (MoneyKind.BID, "EUR", "0.01"),
        (MoneyKind.BID, "JPY", "1"),
        (MoneyKind.TARGET_CPA, "KWD", "0.001"),
        (MoneyKind.TARGET_ROAS, "JPY", "0.01"),
    ],
)
def test_e2_from_where_on_a_percent_says_something(
    kind: MoneyKind, currency: str, smallest: str
) -> None:
    assert not from_nothing(kind, D(smallest), currency)
    assert from_nothing(kind, D(smallest) - D("0.000001"), currency)
    assert from_nothing(kind, None, currency)


def test_how_dear_a_new_price_may_be() -> None:
    assert price_part(MoneyKind.BID, D(500)) == 5
    assert price_part(MoneyKind.TARGET_CPA, D(500)) == 50
    assert price_part(MoneyKind.TARGET_ROAS, D(500)) is None
    assert price_part(MoneyKind.DAILY_BUDGET, D(500)) is None


def test_percents_of_absurd_amounts_are_still_told() -> None:
    effect = one(field(CAMPAIGN, "targetRoas", D("1e30"), D("1e-9")))
    assert effect.percent is not None
    assert effect.percent > D("1e40")
