"""What the played Google Ads refuses about budgets, campaigns and ad groups, and what it takes."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.world import World
from tests.unit.sandbox.writing import (
    DE,
    NOW,
    US,
    YEN,
    Writable,
    campaign,
    create,
    name,
    remove,
    update,
    writable,
)

BUDGET = name("campaignBudgets", 1000002)
SHARED = name("campaignBudgets", 1000001)
TOTAL = name("campaignBudgets", 2000090, customer=DE)
RUNNING = name("campaigns", 1000003)
REMOVED = name("campaigns", 1000063)
GROUP = name("adGroups", 1000004)
ENDED = 1000062
"""The budget of the removed campaign."""
FREE = [
    create("campaign_budget", resource_name=name("campaignBudgets", -1), name="Free",
           amount_micros=10_000_000, explicitly_shared=False)
]  # fmt: skip
ON_FREE = name("campaignBudgets", -1)


@pytest.fixture(scope="module")
def ads() -> Iterator[Writable]:
    """One for all: validating changes nothing."""
    with writable() as running:
        yield running


@pytest.fixture
def own() -> Iterator[Writable]:
    with writable() as running:
        yield running


def refused(ads: Writable, *operations: Any, customer: str = US) -> tuple[str, str]:
    """Return code and field of the one error of what is to be refused."""
    ((code, place),) = ads.refused(*operations, customer=customer, validate_only=True)
    return code, place.partition("_operation.")[2].partition(".")[2]


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
def test_budgets(ads: Writable, operation: Any, code: str, field: str) -> None:
    expected = code if "." in code else f"campaign_budget_error.{code}"
    assert refused(ads, operation) == (expected, field)


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
    own: Writable, currency: str, amount: int, taken: bool
) -> None:
    own.account().currency = currency
    written = update("campaign_budget", BUDGET, amount_micros=amount)
    group = update("ad_group", GROUP, cpc_bid_micros=amount)
    if taken:
        own.mutate(written, group)
        assert own.account().budgets[1000002].amount_micros == amount
        assert own.account().ad_groups[1000004].cpc_bid_micros == amount
    else:
        codes = [code for code, _ in own.refused(written, group)]
        assert codes[0].startswith("campaign_budget_error.")
        assert codes[1].startswith("bidding_error.BID_TOO_")


def test_the_account_in_yen_holds_whole_yen(ads: Writable) -> None:
    account = ads.account(YEN)
    assert account.currency == "JPY"
    amounts = [b.amount_micros for b in account.budgets.values()]
    amounts += [g.cpc_bid_micros for g in account.ad_groups.values()]
    amounts += [k.cpc_bid_micros or 0 for k in account.keywords.values()]
    assert not [amount for amount in amounts if amount % 1_000_000]


def test_a_budget_becomes_shared_with_a_name_of_its_own(own: Writable) -> None:
    own.mutate(update("campaign_budget", BUDGET, explicitly_shared=True, name="For all"))
    budget = own.account().budgets[1000002]
    assert (budget.explicitly_shared, budget.name) == (True, "For all")
    own.mutate(campaign(BUDGET))


def test_a_total_budget_has_a_total(own: Writable) -> None:
    both = {"customer": DE}
    own.mutate(update("campaign_budget", TOTAL, total_amount_micros=5_000_000_000), **both)
    assert own.account(DE).budgets[2000090].total_amount_micros == 5_000_000_000
    code = own.code(update("campaign_budget", TOTAL, amount_micros=10_000_000), **both)
    assert code.endswith("BUDGET_AMOUNT_MUST_BE_UNSET_FOR_CUSTOM_BUDGET_PERIOD")
    code = own.code(update("campaign", name("campaigns", 2000091, customer=DE),
                           mask="end_date_time"), **both)  # fmt: skip
    assert code == "campaign_error.END_DATE_TIME_REQUIRED_FOR_TOTAL_BUDGET"
    (row,) = own.rows(
        "SELECT campaign_budget.period, campaign_budget.amount_micros, campaign.end_date_time, "
        "campaign_budget.total_amount_micros FROM campaign WHERE campaign.id = 2000091",
        DE,
    )
    assert row.campaign_budget.total_amount_micros == 5_000_000_000
    assert not row.campaign_budget.HasField("amount_micros")


def test_a_budget_that_nobody_uses_can_be_removed_once(own: Writable) -> None:
    gone = name("campaignBudgets", ENDED)
    own.mutate(remove("campaign_budget", gone))
    assert own.account().budgets[ENDED].status == "REMOVED"
    for operation in (
        remove("campaign_budget", gone),
        update("campaign_budget", gone, amount_micros=10_000),
        campaign(gone),
    ):
        assert own.code(operation) == "campaign_budget_error.CAMPAIGN_BUDGET_REMOVED"


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"name": None}, "field_error.REQUIRED", "name"),
        ({"name": ""}, "string_length_error.EMPTY", "name"),
        ({"name": "two\nlines"}, "campaign_error.INVALID_CAMPAIGN_NAME", "name"),
        ({"name": "x" * 257}, "string_length_error.TOO_LONG", "name"),
        (
            {"name": "BRAND boots | Search 001"},
            "campaign_error.DUPLICATE_CAMPAIGN_NAME",
            "name",
        ),
        ({"advertising_channel_type": None}, "field_error.REQUIRED", "advertising_channel_type"),
        (
            {"advertising_channel_type": "SHOPPING"},
            "campaign_error.MISSING_SHOPPING_SETTING",
            "shopping_setting",
        ),
        ({"manual_cpc": None}, "field_error.REQUIRED", "campaign_bidding_strategy"),
        (
            {"manual_cpc": None, "target_cpa": {}},
            "field_error.REQUIRED",
            "target_cpa.target_cpa_micros",
        ),
        (
            {"manual_cpc": None, "target_roas": {"target_roas": 2000.0}},
            "range_error.TOO_HIGH",
            "target_roas.target_roas",
        ),
        (
            {"manual_cpc": None, "maximize_conversions": {"target_cpa_micros": 15_000}},
            "bidding_error.BID_TOO_MANY_FRACTIONAL_DIGITS",
            "maximize_conversions.target_cpa_micros",
        ),
        (
            {"contains_eu_political_advertising": None},
            "field_error.REQUIRED",
            "contains_eu_political_advertising",
        ),
        ({"campaign_budget": None}, "field_error.REQUIRED", "campaign_budget"),
        (
            {"campaign_budget": BUDGET},
            ("campaign_budget_error."
            "CANNOT_USE_IMPLICITLY_SHARED_CAMPAIGN_BUDGET_WITH_MULTIPLE_CAMPAIGNS"),
            "campaign_budget",
        ),
        (
            {"campaign_budget": name("campaignBudgets", 9)},
            "mutate_error.RESOURCE_NOT_FOUND",
            "campaign_budget",
        ),
        ({"status": "REMOVED"}, "operation_access_denied_error.CREATE_AS_REMOVED_NOT_PERMITTED",
         "status"),
        (
            {"start_date_time": "2026-11-20 00:00:00"},
            "campaign_error.CANNOT_SET_DATE_TO_PAST",
            "start_date_time",
        ),
        (
            {"start_date_time": "2026-11-25"},
            "date_error.INVALID_STRING_DATE_TIME_SECONDS",
            "start_date_time",
        ),
        (
            {"start_date_time": "2026-11-25 08:00:00"},
            "date_error.DATE_RANGE_ERROR_START_TIME_MUST_BE_THE_START_OF_A_DAY",
            "start_date_time",
        ),
        (
            {"end_date_time": "2026-11-25 00:00:00"},
            "date_error.DATE_RANGE_ERROR_END_TIME_MUST_BE_THE_END_OF_A_DAY",
            "end_date_time",
        ),
        (
            {"start_date_time": "2026-12-02 00:00:00", "end_date_time": "2026-12-01 23:59:59"},
            "date_range_error.START_DATE_AFTER_END_DATE",
            "end_date_time",
        ),
        (
            {"network_settings": {"target_search_network": True}},
            "campaign_error.CANNOT_TARGET_SEARCH_NETWORK_WITHOUT_GOOGLE_SEARCH",
            "network_settings.target_search_network",
        ),
        (
            {"network_settings": {"target_google_search": False}},
            "campaign_error.CAMPAIGN_MUST_TARGET_AT_LEAST_ONE_NETWORK",
            "network_settings",
        ),
        (
            {"network_settings": {"target_partner_search_network": True}},
            "campaign_error.CANNOT_TARGET_PARTNER_SEARCH_NETWORK",
            "network_settings.target_partner_search_network",
        ),
        ({"bidding_strategy_type": "MANUAL_CPC"}, "field_error.IMMUTABLE_FIELD",
         "bidding_strategy_type"),
    ],
)  # fmt: skip
def test_new_campaigns(ads: Writable, fields: dict[str, Any], code: str, field: str) -> None:
    operation = campaign(**({"budget": ON_FREE} | {"campaign_budget": ON_FREE} | fields))
    assert refused(ads, *FREE, operation) == (code, field)


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"advertising_channel_type": "DISPLAY"}, "field_error.IMMUTABLE_FIELD",
         "advertising_channel_type"),
        ({"status": "REMOVED"}, "enum_error.ENUM_VALUE_NOT_PERMITTED", "status"),
        ({"mask": "status"}, "field_error.FIELD_CANNOT_BE_CLEARED", "status"),
        ({"mask": "name"}, "field_error.FIELD_CANNOT_BE_CLEARED", "name"),
        (
            {"start_date_time": "2026-12-02 00:00:00"},
            "campaign_error.CANNOT_MODIFY_START_DATE_IF_ALREADY_STARTED",
            "start_date_time",
        ),
        (
            {"end_date_time": "2026-11-20 23:59:59"},
            "campaign_error.CANNOT_SET_DATE_TO_PAST",
            "end_date_time",
        ),
        (
            {"mask": "target_cpa.target_cpa_micros"},
            "field_error.REQUIRED",
            "target_cpa.target_cpa_micros",
        ),
        (
            {"mask": "manual_cpc,target_spend"},
            "campaign_error.INCOMPATIBLE_CAMPAIGN_FIELD",
            "",
        ),
        (
            {
                "mask": "network_settings.target_google_search",
                "network_settings": {"target_google_search": False},
            },
            "campaign_error.CANNOT_TARGET_SEARCH_NETWORK_WITHOUT_GOOGLE_SEARCH",
            "network_settings.target_search_network",
        ),
    ],
)  # fmt: skip
def test_changed_campaigns(ads: Writable, fields: dict[str, Any], code: str, field: str) -> None:
    assert refused(ads, update("campaign", RUNNING, **fields)) == (code, field)


def test_a_campaign_keeps_its_kind_of_budget(ads: Writable) -> None:
    running = name("campaigns", 2000003, customer=DE)
    operation = update("campaign", name("campaigns", 2000091, customer=DE),
                       campaign_budget=name("campaignBudgets", 2000001, customer=DE))  # fmt: skip
    expected = ("campaign_error.CANNOT_CHANGE_BUDGET_PERIOD", "campaign_budget")
    assert refused(ads, operation, customer=DE) == expected
    operation = update("campaign", running, campaign_budget=TOTAL)
    assert refused(ads, operation, customer=DE)[0].startswith("campaign_budget_error.CANNOT_USE")


def test_bids_and_targets_of_a_campaign(own: Writable) -> None:
    read = (
        "SELECT campaign.bidding_strategy_type, campaign.maximize_conversions.target_cpa_micros, "
        "campaign.target_roas.target_roas FROM campaign WHERE campaign.id = 1000003"
    )
    own.mutate(
        update(
            "campaign",
            RUNNING,
            mask="maximize_conversions.target_cpa_micros",
            maximize_conversions={"target_cpa_micros": 12_000_000},
        )
    )
    (row,) = own.rows(read)
    assert row.campaign.maximize_conversions.target_cpa_micros == 12_000_000
    assert own.account().campaigns[1000003].bidding_strategy == "MAXIMIZE_CONVERSIONS"
    own.mutate(update("campaign", RUNNING, mask="maximize_conversions.target_cpa_micros"))
    assert own.account().campaigns[1000003].bidding.target_cpa_micros is None
    own.mutate(
        update(
            "campaign", RUNNING, mask="target_roas.target_roas", target_roas={"target_roas": 3.5}
        )
    )
    (row,) = own.rows(read)
    assert row.campaign.target_roas.target_roas == 3.5
    own.mutate(update("campaign", RUNNING, mask="manual_cpc", manual_cpc={}))
    assert own.account().campaigns[1000003].bidding_strategy == "MANUAL_CPC"


def test_removed_campaigns_stay_as_they_are(own: Writable) -> None:
    removed = "context_error.OPERATION_NOT_PERMITTED_FOR_REMOVED_RESOURCE"
    for operation in (
        update("campaign", REMOVED, name="Back"),
        remove("campaign", REMOVED),
        create("ad_group", campaign=REMOVED, name="Group"),
        create("campaign_label", campaign=REMOVED, label=name("labels", 1000080)),
    ):
        assert own.code(operation) == removed
    own.mutate(remove("campaign", RUNNING))
    assert own.account().campaigns[1000003].status == "REMOVED"
    assert own.code(update("ad_group", GROUP, status="PAUSED")) == removed
    own.mutate(campaign(SHARED, name="Brand boots | Search 001"))


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"name": "brand BOOTS"}, "ad_group_error.DUPLICATE_ADGROUP_NAME", "name"),
        ({"name": None}, "ad_group_error.MISSING_ADGROUP_NAME", "name"),
        ({"name": "a\x00b"}, "ad_group_error.INVALID_ADGROUP_NAME", "name"),
        ({"campaign": None}, "field_error.REQUIRED", "campaign"),
        ({"cpc_bid_micros": 0}, "bidding_error.BID_TOO_SMALL", "cpc_bid_micros"),
        (
            {"cpc_bid_micros": 10_001},
            "bidding_error.BID_TOO_MANY_FRACTIONAL_DIGITS",
            "cpc_bid_micros",
        ),
        ({"cpc_bid_micros": 10**13}, "bidding_error.BID_TOO_BIG", "cpc_bid_micros"),
        (
            {"type_": "DISPLAY_STANDARD"},
            "ad_group_error.AD_GROUP_TYPE_NOT_VALID_FOR_ADVERTISING_CHANNEL_TYPE",
            "type",
        ),
        (
            {"campaign": name("campaigns", 1000033)},
            "ad_group_error.CANNOT_ADD_AD_GROUP_FOR_CAMPAIGN_TYPE",
            "campaign",
        ),
    ],
)
def test_new_ad_groups(ads: Writable, fields: dict[str, Any], code: str, field: str) -> None:
    usual = {"name": "Group", "campaign": RUNNING, **fields}
    operation = create("ad_group", **{k: v for k, v in usual.items() if v is not None})
    assert refused(ads, operation) == (code, field)


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"campaign": REMOVED}, "field_error.IMMUTABLE_FIELD", "campaign"),
        ({"name": "Generic boots"}, "ad_group_error.DUPLICATE_ADGROUP_NAME", "name"),
        ({"status": "REMOVED"}, "enum_error.ENUM_VALUE_NOT_PERMITTED", "status"),
        ({"mask": "cpc_bid_micros"}, "field_error.FIELD_CANNOT_BE_CLEARED", "cpc_bid_micros"),
        ({"effective_cpc_bid_micros": 10_000}, "field_error.IMMUTABLE_FIELD",
         "effective_cpc_bid_micros"),
    ],
)  # fmt: skip
def test_changed_ad_groups(ads: Writable, fields: dict[str, Any], code: str, field: str) -> None:
    assert refused(ads, update("ad_group", GROUP, **fields)) == (code, field)


def test_nothing_of_this_changed_the_world(ads: Writable) -> None:
    assert ads.world.mutates == []
    assert ads.world.accounts == World(start=NOW).accounts
