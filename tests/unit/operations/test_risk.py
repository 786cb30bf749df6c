"""The table of risks, and what raises a risk; the examples are product.md §6."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.budgets import budget, field, place, status
from wpp_mcp.models.changes import Change, ResourceType, UndoKind, Verb
from wpp_mcp.models.write_rules import Limits, WriteRules
from wpp_mcp.operations.risk import TABLE, Assessment, Risk, assess

D, R = Decimal, ResourceType
RULES = WriteRules()
LOW, MEDIUM, HIGH = Risk.LOW, Risk.MEDIUM, Risk.HIGH


def assessed(
    *changes: Change,
    first: dict[str, Decimal] | None = None,
    undo: UndoKind = UndoKind.EXACT,
    currency: str | None = "EUR",
    rules: WriteRules = RULES,
    **how: Any,
) -> Assessment:
    each = [undo] * len(changes)
    return assess(changes, currency, rules, first or {}, undo=each, **how)


def risk(*changes: Change, **how: Any) -> Risk:
    return assessed(*changes, **how).risk


def created(kind: ResourceType, **after: Any) -> Change:
    return Change(locator=place(kind, "-1", "New"), verb=Verb.CREATE, after=after)


def acted(kind: ResourceType, verb: Verb, **values: Any) -> Change:
    return Change(locator=place(kind), verb=verb, before=values)


def test_risks_have_an_order() -> None:
    assert LOW < MEDIUM < HIGH
    assert max([MEDIUM, HIGH, LOW]) is HIGH
    assert min([MEDIUM, HIGH, LOW]) is LOW
    assert LOW <= LOW <= MEDIUM
    assert HIGH >= HIGH > LOW
    assert not HIGH <= MEDIUM
    assert Risk("HIGH") is HIGH


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (created(R.LABEL, name="Spring"), LOW),
        (field(R.LABEL, "description", "", "Spring"), LOW),
        (created(R.CAMPAIGN_LABEL, labelId="3"), LOW),
        (acted(R.SITEMAP, Verb.ACT), LOW),
        (budget(100, 150), MEDIUM),
        (budget(150, 100), MEDIUM),
        (budget(None, 100), MEDIUM),
        (field(R.CAMPAIGN, "name", "a", "b"), MEDIUM),
        (field(R.CAMPAIGN, "targetRoas", 4.0, 3.0), MEDIUM),
        (field(R.CAMPAIGN, "targetCpa", 4.0, 3.0), MEDIUM),
        (field(R.CAMPAIGN, "cpcBidCeiling", 4.0, 3.0), MEDIUM),
        (field(R.CAMPAIGN, "cpcBidCeiling", 4.0, None), HIGH),
        (field(R.CAMPAIGN, "searchNetwork", False, True), MEDIUM),
        (field(R.CAMPAIGN, "budgetId", "1", "2"), HIGH),
        (field(R.KEYWORD, "finalUrls", ["a"], ["b"]), MEDIUM),
        (field(R.AD_GROUP, "cpcBid", 1.0, 1.2), MEDIUM),
        (field(R.KEYWORD, "cpcBid", 1.0, 0.2), MEDIUM),
        (status("PAUSED"), MEDIUM),
        (status("ENABLED", 100), MEDIUM),
        (status("ENABLED", kind=R.AD), MEDIUM),
        (status("ENABLED", kind=R.AD_GROUP), MEDIUM),
        (status("PAUSED", kind=R.KEYWORD), MEDIUM),
        (created(R.CAMPAIGN, status="PAUSED", name="New"), MEDIUM),
        (created(R.AD, status="PAUSED", headlines=["a"]), MEDIUM),
        (created(R.AD_GROUP, name="New", cpcBid=D(1)), MEDIUM),
        (created(R.KEYWORD, text="boots", matchType="EXACT"), MEDIUM),
        (created(R.NEGATIVE_KEYWORD, text="boots"), MEDIUM),
        (created(R.CAMPAIGN, status="ENABLED"), HIGH),
        (created(R.CAMPAIGN, name="New"), HIGH),
        (created(R.AD, status="ENABLED"), HIGH),
        (created(R.AD, headlines=["a"]), HIGH),
        (field(R.CAMPAIGN, "status", "PAUSED", "REMOVED"), HIGH),
        (field(R.CAMPAIGN, "targetCpa", 4.0, None), HIGH),
        (field(R.KEYWORD, "cpcBid", 4.0, None), HIGH),
        (field(R.CAMPAIGN, "biddingStrategy", "a", "b"), HIGH),
        (field(R.BUDGET, "deliveryMethod", "STANDARD", "ACCELERATED"), HIGH),
        (field(R.POLICY, "limits", "a", "b"), HIGH),
        (created(R.POLICY, limits="a"), HIGH),
    ],
    ids=lambda value: (
        f"{value.locator.type}-{value.verb}-{'-'.join(value.fields)}"
        if isinstance(value, Change)
        else value.value
    ),
)
def test_what_the_table_says(change: Change, expected: Risk) -> None:
    found = assessed(change)
    assert found.risk is expected
    assert found.reasons


@pytest.mark.parametrize("kind", list(ResourceType))
def test_every_removal_is_high(kind: ResourceType) -> None:
    assert risk(acted(kind, Verb.REMOVE, name="x")) is HIGH


@given(
    st.sampled_from(ResourceType),
    st.sampled_from([Verb.UPDATE, Verb.ACT]),
    st.from_regex(r"[a-z][a-zA-Z]{0,12}", fullmatch=True),
)
def test_what_is_not_listed_is_high(kind: ResourceType, verb: Verb, name: str) -> None:
    listed = any(
        row.type is kind and row.verb is verb and (name in row.fields or "*" in row.fields)
        for row in TABLE
    )
    change = Change(locator=place(kind), verb=verb, before={name: "a"}, after={name: "b"})
    if not listed and name not in ("amount", "cpcBid", "cpcBidCeiling", "targetCpa", "targetRoas"):
        assert risk(change) is HIGH
        assert "not in the table" in assessed(change).reasons[0]


def test_a_plan_that_changes_nothing_is_high() -> None:
    assert risk(Change(locator=place(R.CAMPAIGN), verb=Verb.UPDATE)) is HIGH
    assert risk() is HIGH


@pytest.mark.parametrize(
    ("at_most", "above"),
    [
        (budget(100, 200), budget(100, D("200.01"))),
        (field(R.AD_GROUP, "cpcBid", 1.0, 2.0), field(R.AD_GROUP, "cpcBid", 1.0, 2.01)),
        (field(R.CAMPAIGN, "targetRoas", 4.0, 2.0), field(R.CAMPAIGN, "targetRoas", 4.0, 1.99)),
        (budget(400, 500), budget(400, D("500.01"))),
        (budget(None, 500), budget(None, D("500.01"))),
        (status("ENABLED", 500), status("ENABLED", D("500.01"))),
        (budget(15_000, 15_200, total=True), budget(15_000, D("15200.01"), total=True)),
        (field(R.KEYWORD, "cpcBid", None, 5.0), field(R.KEYWORD, "cpcBid", None, 5.01)),
        (field(R.AD_GROUP, "targetCpa", None, 50.0), field(R.AD_GROUP, "targetCpa", None, 50.01)),
    ],
    ids=["percent", "bid", "roas", "raised", "new", "enabled", "total", "new bid", "new cpa"],
)
def test_e10_exactly_at_what_needs_a_second_person(at_most: Change, above: Change) -> None:
    assert risk(at_most) is MEDIUM
    assert risk(above) is HIGH


def test_e3_the_first_value_of_the_day_counts() -> None:
    change = budget(190, 210)
    assert risk(change) is MEDIUM
    assert risk(change, first={f"{change.locator.key}#amount": D(100)}) is HIGH
    cut = budget(390, 210)
    assert risk(cut, first={f"{cut.locator.key}#amount": D(100)}) is MEDIUM


def test_e2_a_budget_that_grows_from_next_to_nothing() -> None:
    found = assessed(budget(D("0.99"), D("1.50")))
    assert found.risk is HIGH
    assert "next to nothing" in found.reasons[0]
    new = budget(None, 40)
    assert risk(new, first={f"{new.locator.key}#amount": D(0)}) is MEDIUM
    assert risk(budget(99, 150), currency="JPY") is HIGH
    assert risk(budget(100, 150), currency="JPY") is MEDIUM


def test_e7_enabling_a_campaign_without_a_known_budget() -> None:
    assert risk(status("ENABLED")) is HIGH
    assert "not known" in assessed(status("ENABLED")).reasons[0]


def test_what_cannot_be_undone_is_high() -> None:
    assert risk(budget(100, 150), undo=UndoKind.NONE) is HIGH
    assert risk(budget(100, 150), undo=UndoKind.COMPENSATING) is MEDIUM
    assert risk(acted(R.SITEMAP, Verb.ACT), undo=UndoKind.NONE) is LOW


def test_ten_items_need_a_second_person() -> None:
    labels = [replace(created(R.LABEL, name=str(n))) for n in range(10)]
    assert risk(*labels[:9]) is LOW
    assert risk(*labels) is HIGH
    assert assessed(*labels).reasons == ("10 things in one call",)


def test_break_glass_is_high() -> None:
    assert risk(created(R.LABEL, name="a"), break_glass=True) is HIGH


def test_the_riskiest_part_counts_and_its_reasons_are_told() -> None:
    found = assessed(created(R.LABEL, name="a"), budget(100, 150), budget(100, 300, thing="2"))
    assert found.risk is HIGH
    assert found.reasons == (
        "amount of Budget 2 from 100 to 300 EUR: 200.0 % over the first value of a day",
    )


def test_a_policy_can_say_from_where_on() -> None:
    yen = replace(RULES, limits=Limits(high_daily_budget=D(75_000)))
    assert risk(budget(50_000, 75_000), currency="JPY", rules=yen) is MEDIUM
    assert risk(budget(50_000, 75_001), currency="JPY", rules=yen) is HIGH


def test_how_each_change_is_undone_has_to_be_known() -> None:
    with pytest.raises(ValueError, match="zip"):
        assess([budget(1, 2)], "EUR", RULES, {}, undo=[])


def test_names_of_accounts_are_data() -> None:
    """G1: they come into reasons as text without layout."""
    change = replace(budget(100, 900), locator=place(R.BUDGET, "1", "a\u202eb\nc" + "x" * 500))
    (reason, *_) = assessed(change).reasons
    assert "\u202e" not in reason
    assert "\n" not in reason
    assert len(reason) < 300


def test_the_table_has_no_row_that_another_hides() -> None:
    seen: set[tuple[Any, ...]] = set()
    for row in TABLE:
        for name in row.fields:
            for direction in row.directions or (None,):
                one = (row.type, row.verb, name, direction)
                assert one not in seen
                seen.add(one)
    assert all(row.risk is not HIGH for row in TABLE)
