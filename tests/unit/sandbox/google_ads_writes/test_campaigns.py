"""What the played Google Ads refuses and takes about campaigns."""

from typing import Any

import pytest

from tests.unit.support.emulated_writes import (
    DE,
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


RUNNING = name("campaigns", 1000003)


REMOVED = name("campaigns", 1000063)


GROUP = name("adGroups", 1000004)


FREE = [
    create("campaign_budget", resource_name=name("campaignBudgets", -1), name="Free",
           amount_micros=10_000_000, explicitly_shared=False)
]  # fmt: skip


ON_FREE = name("campaignBudgets", -1)


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
def test_new_campaigns(unchanged: Writable, fields: dict[str, Any], code: str, field: str) -> None:
    operation = campaign(**({"budget": ON_FREE} | {"campaign_budget": ON_FREE} | fields))
    assert refused(unchanged, *FREE, operation) == (code, field)


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
def test_changed_campaigns(
    unchanged: Writable, fields: dict[str, Any], code: str, field: str
) -> None:
    assert refused(unchanged, update("campaign", RUNNING, **fields)) == (code, field)


def test_a_campaign_keeps_its_kind_of_budget(unchanged: Writable) -> None:
    running = name("campaigns", 2000003, customer=DE)
    operation = update("campaign", name("campaigns", 2000091, customer=DE),
                       campaign_budget=name("campaignBudgets", 2000001, customer=DE))  # fmt: skip
    expected = ("campaign_error.CANNOT_CHANGE_BUDGET_PERIOD", "campaign_budget")
    assert refused(unchanged, operation, customer=DE) == expected
    operation = update("campaign", running, campaign_budget=TOTAL)
    assert refused(unchanged, operation, customer=DE)[0].startswith(
        "campaign_budget_error.CANNOT_USE"
    )


def test_bids_and_targets_of_a_campaign(ads: Writable) -> None:
    read = (
        "SELECT campaign.bidding_strategy_type, campaign.maximize_conversions.target_cpa_micros, "
        "campaign.target_roas.target_roas FROM campaign WHERE campaign.id = 1000003"
    )
    ads.mutate(
        update(
            "campaign",
            RUNNING,
            mask="maximize_conversions.target_cpa_micros",
            maximize_conversions={"target_cpa_micros": 12_000_000},
        )
    )
    (row,) = ads.rows(read)
    assert row.campaign.maximize_conversions.target_cpa_micros == 12_000_000
    assert ads.account().campaigns[1000003].bidding_strategy == "MAXIMIZE_CONVERSIONS"
    ads.mutate(update("campaign", RUNNING, mask="maximize_conversions.target_cpa_micros"))
    assert ads.account().campaigns[1000003].bidding.target_cpa_micros is None
    ads.mutate(
        update(
            "campaign", RUNNING, mask="target_roas.target_roas", target_roas={"target_roas": 3.5}
        )
    )
    (row,) = ads.rows(read)
    assert row.campaign.target_roas.target_roas == 3.5
    ads.mutate(update("campaign", RUNNING, mask="manual_cpc", manual_cpc={}))
    assert ads.account().campaigns[1000003].bidding_strategy == "MANUAL_CPC"


def test_removed_campaigns_stay_as_they_are(ads: Writable) -> None:
    removed = "context_error.OPERATION_NOT_PERMITTED_FOR_REMOVED_RESOURCE"
    for operation in (
        update("campaign", REMOVED, name="Back"),
        remove("campaign", REMOVED),
        create("ad_group", campaign=REMOVED, name="Group"),
        create("campaign_label", campaign=REMOVED, label=name("labels", 1000080)),
    ):
        assert ads.code(operation) == removed
    ads.mutate(remove("campaign", RUNNING))
    assert ads.account().campaigns[1000003].status == "REMOVED"
    assert ads.code(update("ad_group", GROUP, status="PAUSED")) == removed
    ads.mutate(campaign(SHARED, name="Brand boots | Search 001"))
