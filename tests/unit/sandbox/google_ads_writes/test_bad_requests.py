"""Writes that the played Google Ads does not take, whatever they are about."""

import grpc
import pytest
from google.ads.googleads.errors import GoogleAdsException
from google.api_core import exceptions

from tests.unit.support.emulated_writes import (
    DE,
    MANAGER_ACCOUNT,
    SOUTH,
    US,
    Writable,
    campaign,
    create,
    errors_of,
    name,
    remove,
    update,
    whole_campaign,
)

BUDGET = name("campaignBudgets", 1000002)


@pytest.mark.parametrize(
    ("operations", "code"),
    [
        ([], "field_error.REQUIRED"),
        (
            [campaign(name("campaignBudgets", -1))],
            "mutate_error.RESOURCE_NOT_FOUND",
        ),
        (whole_campaign()[1:2] + whole_campaign()[:1], "mutate_error.RESOURCE_NOT_FOUND"),
        (
            [
                create("label", resource_name=name("labels", -1), name="One"),
                create("label", resource_name=name("labels", -1), name="Two"),
            ],
            "new_resource_creation_error.DUPLICATE_TEMP_IDS",
        ),
        (
            [
                create("label", resource_name=name("labels", -1), name="One"),
                create("ad_group", campaign=name("campaigns", -1), name="Group"),
            ],
            "mutate_error.RESOURCE_NOT_FOUND",
        ),
        (
            [create("label", resource_name=name("labels", 7), name="One")],
            "new_resource_creation_error.CANNOT_SET_ID_FOR_CREATE",
        ),
        (
            [
                update("campaign_budget", BUDGET, amount_micros=70_000_000),
                update("campaign_budget", BUDGET, amount_micros=80_000_000),
            ],
            "mutate_error.ID_EXISTS_IN_MULTIPLE_MUTATES",
        ),
        (
            [
                create("label", resource_name=name("labels", -1), name="One"),
                remove("label", name("labels", -1)),
            ],
            "mutate_error.ID_EXISTS_IN_MULTIPLE_MUTATES",
        ),
        (
            [remove("campaign", name("campaigns", 2000033, customer=DE))],
            "mutate_error.INCONSISTENT_FIELD_VALUES",
        ),
        ([remove("campaign", "")], "request_error.RESOURCE_NAME_MISSING"),
        ([remove("campaign", name("adGroups", 1))], "request_error.RESOURCE_NAME_MALFORMED"),
        ([remove("campaign", name("campaigns", 1, 2))], "request_error.RESOURCE_NAME_MALFORMED"),
        ([remove("ad_group_ad", name("adGroupAds", 1))], "request_error.RESOURCE_NAME_MALFORMED"),
        ([type(whole_campaign()[0])()], "request_error.OPERATION_REQUIRED"),
        (
            [update("campaign_budget", BUDGET, mask="", amount_micros=70_000_000)],
            "field_mask_error.FIELD_MASK_MISSING",
        ),
        (
            [update("campaign_budget", BUDGET, mask="amount", amount_micros=70_000_000)],
            "field_mask_error.FIELD_NOT_FOUND",
        ),
        (
            [update("campaign_budget", BUDGET, mask="amount_micros.value")],
            "field_mask_error.FIELD_NOT_FOUND",
        ),
        (
            [
                update(
                    "campaign",
                    name("campaigns", 1000033),
                    mask="network_settings",
                    network_settings={"target_google_search": True},
                )
            ],
            "field_mask_error.FIELD_HAS_SUBFIELDS",
        ),
        ([update("campaign_budget", BUDGET, reference_count=3)], "field_error.IMMUTABLE_FIELD"),
        (
            [create("campaign_budget", name="x", amount_micros=10_000_000, id=5)],
            "field_error.IMMUTABLE_FIELD",
        ),
    ],
)
def test_requests_that_google_does_not_take(ads: Writable, operations: list, code: str) -> None:
    assert ads.refused(*operations)[0][0] == code


def test_masks_belong_to_updates_alone(ads: Writable) -> None:
    operation = create("label", name="One")
    operation.label_operation.update_mask.paths.append("name")
    assert ads.code(operation) == "field_mask_error.FIELD_MASK_NOT_ALLOWED"


def test_ten_thousand_operations_and_no_more(ads: Writable) -> None:
    many = [create("label", name=f"Label {n}") for n in range(10_001)]
    assert ads.code(*many) == "request_error.TOO_MANY_MUTATE_OPERATIONS"


@pytest.mark.parametrize(
    ("customer", "who", "code"),
    [
        ("9999999999", {}, "USER_PERMISSION_DENIED"),
        (US, {"role": "other-practitioner", "login": SOUTH}, "USER_PERMISSION_DENIED"),
        (US, {"role": "auditor"}, "USER_PERMISSION_DENIED"),
        (US, {"login": None}, "USER_PERMISSION_DENIED"),
    ],
)
def test_accounts_out_of_reach(ads: Writable, customer: str, who: dict, code: str) -> None:
    with pytest.raises(GoogleAdsException) as caught:
        ads.mutate(create("label", name="One"), customer=customer, who=who)
    assert caught.value.error.code() is grpc.StatusCode.PERMISSION_DENIED
    assert errors_of(caught.value) == [(f"authorization_error.{code}", "")]


def test_the_manager_account_has_nothing_to_write_to(ads: Writable) -> None:
    code = ads.code(create("label", name="One"), customer=MANAGER_ACCOUNT)
    assert code == "request_error.CANNOT_BE_EXECUTED_BY_MANAGER_ACCOUNT"


@pytest.mark.parametrize(
    "operation",
    [
        update("campaign", name("campaigns", 1000033), tracking_url_template="https://x.example"),
        create("campaign_budget", name="x", amount_micros=10_000_000, type_="SMART_CAMPAIGN"),
        campaign(BUDGET, advertising_channel_type="PERFORMANCE_MAX"),
    ],
)
def test_what_the_sandbox_does_not_play_it_says(ads: Writable, operation: object) -> None:
    with pytest.raises(exceptions.MethodNotImplemented, match="does not play"):
        ads.mutate(operation)
    assert ads.world.mutates == []
