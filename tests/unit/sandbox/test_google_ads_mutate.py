"""Writes to the played Google Ads as a whole: all or nothing, temporary ids, access, faults."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import grpc
import pytest
from google.ads.googleads.errors import GoogleAdsException
from google.ads.googleads.v26.enums.types.response_content_type import ResponseContentTypeEnum
from google.api_core import exceptions

from sandbox.faults import FaultKind
from tests.unit.sandbox.writing import (
    DE,
    MANAGER_ACCOUNT,
    SOUTH,
    US,
    Writable,
    campaign,
    create,
    errors_of,
    name,
    partial_errors,
    remove,
    search_ad,
    update,
    writable,
)

BUDGET = name("campaignBudgets", 1000002)


@pytest.fixture
def ads() -> Iterator[Writable]:
    with writable() as running:
        yield running


def whole_campaign() -> list:
    return [
        create(
            "campaign_budget",
            resource_name=name("campaignBudgets", -1),
            name="New",
            amount_micros=50_000_000,
            explicitly_shared=False,
        ),
        campaign(name("campaignBudgets", -1), resource_name=name("campaigns", -2)),
        create(
            "ad_group",
            resource_name=name("adGroups", -3),
            campaign=name("campaigns", -2),
            name="Group",
            cpc_bid_micros=1_000_000,
        ),
        create(
            "ad_group_criterion",
            ad_group=name("adGroups", -3),
            keyword={"text": "mars trips", "match_type": "PHRASE"},
        ),
        create(
            "campaign_criterion",
            campaign=name("campaigns", -2),
            negative=True,
            keyword={"text": "free", "match_type": "BROAD"},
        ),
        search_ad(name("adGroups", -3)),
        create("label", resource_name=name("labels", -4), name="Cruises"),
        create("campaign_label", campaign=name("campaigns", -2), label=name("labels", -4)),
    ]


def test_one_request_builds_a_campaign_with_all_it_needs(ads: Writable) -> None:
    last = ads.account().last_id
    names = ads.names(*whole_campaign())

    budget, new, group, keyword, negative, ad, label, link = names
    ids = [int(one.rpartition("/")[2].rpartition("~")[2]) for one in names[:-1]]
    assert ids == list(range(last + 1, last + 8))
    assert link == name("campaignLabels", ids[1], ids[6])
    (row,) = ads.rows(
        "SELECT campaign.name, campaign.status, campaign.labels, campaign.bidding_strategy_type, "
        "campaign.network_settings.target_content_network, campaign_budget.amount_micros, "
        "campaign_budget.reference_count, metrics.impressions FROM campaign "
        f"WHERE campaign.resource_name = '{new}'"
    )
    assert (row.campaign.name, row.campaign_budget.resource_name) == (
        "Interplanetary cruises",
        budget,
    )
    assert (row.campaign_budget.amount_micros, row.campaign_budget.reference_count) == (
        50_000_000,
        1,
    )
    assert (list(row.campaign.labels), row.metrics.impressions) == ([label], 0)
    (row,) = ads.rows(
        "SELECT ad_group_criterion.keyword.text, ad_group_criterion.effective_cpc_bid_micros, "
        f"ad_group.name FROM keyword_view WHERE ad_group.resource_name = '{group}'"
    )
    assert row.ad_group_criterion.resource_name == keyword
    assert row.ad_group_criterion.keyword.text == "mars trips"
    assert row.ad_group_criterion.effective_cpc_bid_micros == 1_000_000
    (row,) = ads.rows(
        "SELECT ad_group_ad.ad.responsive_search_ad.headlines, ad_group_ad.ad.final_urls, "
        f"ad_group_ad.status FROM ad_group_ad WHERE ad_group.resource_name = '{group}'"
    )
    assert row.ad_group_ad.resource_name == ad
    headlines = row.ad_group_ad.ad.responsive_search_ad.headlines
    assert headlines[0].text == "Boots number 0"
    (row,) = ads.rows(
        "SELECT campaign_criterion.negative, campaign_criterion.keyword.text "
        f"FROM campaign_criterion WHERE campaign.resource_name = '{new}'"
    )
    assert (row.campaign_criterion.resource_name, row.campaign_criterion.negative) == (
        negative,
        True,
    )
    (row,) = ads.rows(
        f"SELECT label.name FROM campaign_label WHERE campaign.resource_name = '{new}'"
    )
    assert (row.label.name, row.campaign_label.resource_name) == ("Cruises", link)


def test_validating_only_answers_nothing_and_changes_nothing(ads: Writable) -> None:
    before = ads.account().last_id
    response = ads.mutate(*whole_campaign(), validate_only=True)
    assert not response.ByteSize()
    assert (ads.account().last_id, ads.account().changes, ads.world.mutates) == (before, (), [])
    assert ads.calls.snapshot() == {"google-ads:Mutate.validate": 1}
    assert ads.code(*whole_campaign(), whole_campaign()[6], validate_only=True)


def test_all_or_nothing_and_every_error_is_told(ads: Writable) -> None:
    good = update("campaign_budget", BUDGET, amount_micros=70_000_000)
    bad = update("campaign_budget", name("campaignBudgets", 1000001), amount_micros=-1)
    gone = remove("campaign", name("campaigns", 99))
    before = ads.account().budgets[1000002].amount_micros

    assert ads.refused(good, bad, gone) == [
        (
            "campaign_budget_error.NEGATIVE_MONEY_AMOUNT",
            "mutate_operations[1].campaign_budget_operation.update.amount_micros",
        ),
        ("mutate_error.RESOURCE_NOT_FOUND", "mutate_operations[2].campaign_operation.remove"),
    ]
    assert ads.account().budgets[1000002].amount_micros == before
    assert ads.world.mutates == []


def test_partial_failure_does_what_can_be_done(ads: Writable) -> None:
    operations = whole_campaign()
    operations[0].campaign_budget_operation.create.amount_micros = 1
    response = ads.mutate(*operations, partial_failure=True)

    errors = partial_errors(response)
    assert errors[0][0] == "campaign_budget_error.MONEY_AMOUNT_LESS_THAN_CURRENCY_MINIMUM_CPC"
    assert errors[1] == (
        "new_resource_creation_error.TEMP_ID_RESOURCE_HAD_ERRORS",
        "mutate_operations[1].campaign_operation.create.campaign_budget",
    )
    assert [int(place.split("[")[1].split("]")[0]) for _, place in errors] == [0, 1, 2, 3, 4, 5, 7]
    (label,) = [a for a in response.mutate_operation_responses if a.WhichOneof("response")]
    assert response.mutate_operation_responses[6] == label
    assert "Cruises" in {one.name for one in ads.account().labels.values()}
    assert ads.world.mutates[0].resource_names[6] == label.label_result.resource_name
    assert not any(c.name == "Interplanetary cruises" for c in ads.account().campaigns.values())


def test_partial_failure_of_everything_changes_nothing(ads: Writable) -> None:
    response = ads.mutate(remove("campaign", name("campaigns", 99)), partial_failure=True)
    assert partial_errors(response)[0][0] == "mutate_error.RESOURCE_NOT_FOUND"
    assert response.partial_failure_error.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert ads.world.mutates == []


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


def test_a_mask_may_name_the_resource_and_hides_what_it_does_not_name(ads: Writable) -> None:
    ads.mutate(
        update(
            "campaign_budget",
            BUDGET,
            mask="resource_name,amount_micros",
            amount_micros=70_000_000,
            total_amount_micros=5,
        )
    )
    budget = ads.account().budgets[1000002]
    assert (budget.amount_micros, budget.total_amount_micros) == (70_000_000, None)


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


def test_the_whole_resource_comes_back_where_asked(ads: Writable) -> None:
    whole = ResponseContentTypeEnum.ResponseContentType.MUTABLE_RESOURCE.value
    answers = ads.mutate(*whole_campaign(), response_content_type=whole).mutate_operation_responses
    assert answers[0].campaign_budget_result.campaign_budget.amount_micros == 50_000_000
    assert answers[3].ad_group_criterion_result.ad_group_criterion.keyword.text == "mars trips"
    assert len({answer.WhichOneof("response") for answer in answers}) == 8


@pytest.mark.parametrize("target", ["google-ads:Mutate", "google-ads:Mutate.validate"])
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.UNAVAILABLE, exceptions.ServiceUnavailable),
        (FaultKind.THROTTLED, exceptions.ResourceExhausted),
        (FaultKind.DENIED, GoogleAdsException),
        (FaultKind.AUTH_EXPIRED, GoogleAdsException),
        (FaultKind.TIMEOUT, exceptions.DeadlineExceeded),
    ],
)
def test_ordered_faults_change_nothing(ads: Writable, target: str, kind: FaultKind, error) -> None:
    ads.faults.arm(target, kind)
    validate = target.endswith("validate")
    with pytest.raises(error):
        ads.mutate(create("label", name="One"), validate_only=validate, timeout=0.3)
    assert ads.world.mutates == []
    assert not ads.faults.waiting()
    assert ads.calls.snapshot() == {target: 1}


def test_a_time_out_after_the_work_is_done(ads: Writable) -> None:
    ads.faults.arm("google-ads:Mutate", FaultKind.TIMEOUT_AFTER_APPLY)
    with pytest.raises(exceptions.DeadlineExceeded):
        ads.mutate(create("label", name="One"), timeout=0.3)
    assert "One" in {label.name for label in ads.account().labels.values()}
    assert len(ads.world.mutates) == 1


def test_fifty_at_once_lose_nothing(ads: Writable) -> None:
    def work(number: int) -> None:
        ads.mutate(create("label", name=f"Label {number}"))
        ads.rows("SELECT label.name FROM label")

    ads.service()
    threads = [threading.Thread(target=work, args=(n,)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = {label.name for label in ads.account().labels.values()}
    assert {f"Label {n}" for n in range(50)} < names
    assert len(ads.account().labels) == 53
    assert len({one.resource_names for one in ads.world.mutates}) == 50


def test_a_pause_ends_traffic_after_its_day_and_the_past_stays(ads: Writable) -> None:
    by_day = (
        "SELECT segments.date, metrics.clicks FROM campaign WHERE campaign.id = 1000003 "
        "AND segments.date BETWEEN '2026-11-15' AND '2026-11-30' ORDER BY segments.date"
    )

    def days() -> dict[str, int]:
        return {row.segments.date: row.metrics.clicks for row in ads.rows(by_day)}

    before = days()
    assert max(before) == "2026-11-21"
    ads.mutate(update("campaign", name("campaigns", 1000003), status="PAUSED"))
    ads.now += timedelta(days=3)
    assert days() == before
    ads.mutate(update("campaign", name("campaigns", 1000003), status="ENABLED"))
    ads.now += timedelta(days=2)
    after = days()
    assert {day: after[day] for day in before} == before
    assert sorted(set(after) - set(before)) == ["2026-11-24", "2026-11-25", "2026-11-26"]
