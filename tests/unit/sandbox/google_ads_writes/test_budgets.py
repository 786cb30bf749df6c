"""What the played Google Ads refuses and takes about budgets."""

from typing import Any

import pytest

from tests.unit.support.emulated_writes import (
    DE,
    YEN,
    Writable,
    campaign,
    create,
    name,
    refused,
    remove,
    update,
)

BUDGET = name("campaignBudgets", 1000002)


SHARED = name("campaignBudgets", 1000001)


TOTAL = name("campaignBudgets", 2000090, customer=DE)


GROUP = name("adGroups", 1000004)


ENDED = 1000062
"""The budget of the removed campaign."""


def budget(**fields: Any) -> Any:
    fields = {"name": "New", "amount_micros": 10_000_000, **fields}
    return create("campaign_budget", **{k: v for k, v in fields.items() if v is not None})


@pytest.mark.parametrize(
    ("operation", "code", "field"),
    [
        (budget(amount_micros=None), "field_error.REQUIRED", "amount_micros"),
        (budget(amount_micros=0), "MONEY_AMOUNT_LESS_THAN_CURRENCY_MINIMUM_CPC", "amount_micros"),
        (
            budget(amount_micros=9_999),
            "MONEY_AMOUNT_LESS_THAN_CURRENCY_MINIMUM_CPC",
            "amount_micros",
        ),
        (budget(amount_micros=-10_000), "NEGATIVE_MONEY_AMOUNT", "amount_micros"),
        (budget(amount_micros=10_005), "NON_MULTIPLE_OF_MINIMUM_CURRENCY_UNIT", "amount_micros"),
        (budget(amount_micros=10**17), "MONEY_AMOUNT_TOO_LARGE", "amount_micros"),
        (budget(name=None), "field_error.REQUIRED", "name"),
        (budget(name="shared BUDGET"), "DUPLICATE_NAME", "name"),
        (budget(name="é" * 128), "string_length_error.TOO_LONG", "name"),
        (budget(name="two\nlines"), "string_format_error.ILLEGAL_CHARS", "name"),
        (budget(name=" "), "string_length_error.EMPTY", "name"),
        (
            budget(period="CUSTOM_PERIOD", explicitly_shared=False),
            "BUDGET_AMOUNT_MUST_BE_UNSET_FOR_CUSTOM_BUDGET_PERIOD",
            "amount_micros",
        ),
        (
            budget(total_amount_micros=10_000_000),
            "TOTAL_BUDGET_AMOUNT_MUST_BE_UNSET_FOR_BUDGET_PERIOD_DAILY",
            "total_amount_micros",
        ),
        (
            budget(period="CUSTOM_PERIOD", amount_micros=None, total_amount_micros=10_000_000),
            "CAMPAIGN_BUDGET_CANNOT_BE_SHARED",
            "explicitly_shared",
        ),
        (
            budget(delivery_method="ACCELERATED"),
            "CANNOT_USE_ACCELERATED_DELIVERY_MODE",
            "delivery_method",
        ),
        (budget(period="UNKNOWN"), "request_error.INVALID_ENUM_VALUE", "period"),
        (update("campaign_budget", BUDGET, period="CUSTOM_PERIOD"), "field_error.IMMUTABLE_FIELD",
         "period"),
        (
            update("campaign_budget", BUDGET, mask="amount_micros"),
            "field_error.FIELD_CANNOT_BE_CLEARED",
            "amount_micros",
        ),
        (
            update("campaign_budget", BUDGET, total_amount_micros=10_000_000),
            "TOTAL_BUDGET_AMOUNT_MUST_BE_UNSET_FOR_BUDGET_PERIOD_DAILY",
            "total_amount_micros",
        ),
        (
            update("campaign_budget", SHARED, explicitly_shared=False),
            "CANNOT_UPDATE_CAMPAIGN_BUDGET_TO_IMPLICITLY_SHARED",
            "explicitly_shared",
        ),
        (
            update("campaign_budget", BUDGET, explicitly_shared=True),
            "CANNOT_UPDATE_CAMPAIGN_BUDGET_TO_EXPLICITLY_SHARED_WITHOUT_NAME",
            "explicitly_shared",
        ),
        (
            update("campaign_budget", BUDGET, name="Mine"),
            "CANNOT_MODIFY_FIELD_OF_IMPLICITLY_SHARED_CAMPAIGN_BUDGET",
            "name",
        ),
        (
            update("campaign_budget", SHARED, name="Budget 001"),
            "DUPLICATE_NAME",
            "name",
        ),
        (
            update("campaign_budget", name("campaignBudgets", 9), amount_micros=10_000),
            "mutate_error.RESOURCE_NOT_FOUND",
            "resource_name",
        ),
        (remove("campaign_budget", BUDGET), "CAMPAIGN_BUDGET_IN_USE", ""),
    ],
)  # fmt: skip
def test_budgets(unchanged: Writable, operation: Any, code: str, field: str) -> None:
    expected = code if "." in code else f"campaign_budget_error.{code}"
    assert refused(unchanged, operation) == (expected, field)


@pytest.mark.parametrize(
    ("currency", "amount", "taken"),
    [
        ("USD", 10_010_000, True),
        ("USD", 10_010_001, False),
        ("USD", 10_001_000, False),
        ("JPY", 10_000_000, True),
        ("JPY", 10_010_000, False),
        ("JPY", 10_500_000, False),
        ("KRW", 500_000, False),
        ("KWD", 10_001_000, True),
        ("KWD", 1_000, True),
        ("KWD", 10_000_100, False),
    ],
)
def test_the_smallest_unit_of_each_currency(
    ads: Writable, currency: str, amount: int, taken: bool
) -> None:
    ads.account().currency = currency
    written = update("campaign_budget", BUDGET, amount_micros=amount)
    group = update("ad_group", GROUP, cpc_bid_micros=amount)
    if taken:
        ads.mutate(written, group)
        assert ads.account().budgets[1000002].amount_micros == amount
        assert ads.account().ad_groups[1000004].cpc_bid_micros == amount
    else:
        codes = [code for code, _ in ads.refused(written, group)]
        assert codes[0].startswith("campaign_budget_error.")
        assert codes[1].startswith("bidding_error.BID_TOO_")


def test_the_account_in_yen_holds_whole_yen(unchanged: Writable) -> None:
    account = unchanged.account(YEN)
    assert account.currency == "JPY"
    amounts = [b.amount_micros for b in account.budgets.values()]
    amounts += [g.cpc_bid_micros for g in account.ad_groups.values()]
    amounts += [k.cpc_bid_micros or 0 for k in account.keywords.values()]
    assert not [amount for amount in amounts if amount % 1_000_000]


def test_a_budget_becomes_shared_with_a_name_of_its_own(ads: Writable) -> None:
    ads.mutate(update("campaign_budget", BUDGET, explicitly_shared=True, name="For all"))
    budget = ads.account().budgets[1000002]
    assert (budget.explicitly_shared, budget.name) == (True, "For all")
    ads.mutate(campaign(BUDGET))


def test_a_total_budget_has_a_total(ads: Writable) -> None:
    both = {"customer": DE}
    ads.mutate(update("campaign_budget", TOTAL, total_amount_micros=5_000_000_000), **both)
    assert ads.account(DE).budgets[2000090].total_amount_micros == 5_000_000_000
    code = ads.code(update("campaign_budget", TOTAL, amount_micros=10_000_000), **both)
    assert code.endswith("BUDGET_AMOUNT_MUST_BE_UNSET_FOR_CUSTOM_BUDGET_PERIOD")
    code = ads.code(update("campaign", name("campaigns", 2000091, customer=DE),
                           mask="end_date_time"), **both)  # fmt: skip
    assert code == "campaign_error.END_DATE_TIME_REQUIRED_FOR_TOTAL_BUDGET"
    (row,) = ads.rows(
        "SELECT campaign_budget.period, campaign_budget.amount_micros, campaign.end_date_time, "
        "campaign_budget.total_amount_micros FROM campaign WHERE campaign.id = 2000091",
        DE,
    )
    assert row.campaign_budget.total_amount_micros == 5_000_000_000
    assert not row.campaign_budget.HasField("amount_micros")


def test_a_budget_that_nobody_uses_can_be_removed_once(ads: Writable) -> None:
    gone = name("campaignBudgets", ENDED)
    ads.mutate(remove("campaign_budget", gone))
    assert ads.account().budgets[ENDED].status == "REMOVED"
    for operation in (
        remove("campaign_budget", gone),
        update("campaign_budget", gone, amount_micros=10_000),
        campaign(gone),
    ):
        assert ads.code(operation) == "campaign_budget_error.CAMPAIGN_BUDGET_REMOVED"
