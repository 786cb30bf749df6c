"""One write to the played Google Ads: all or nothing, temporary ids, what a request has to be."""

import grpc
from google.ads.googleads.v26.enums.types.response_content_type import ResponseContentTypeEnum

from tests.unit.support.emulated_writes import (
    Writable,
    name,
    partial_errors,
    remove,
    update,
    whole_campaign,
)

BUDGET = name("campaignBudgets", 1000002)


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


def test_the_whole_resource_comes_back_where_asked(ads: Writable) -> None:
    whole = ResponseContentTypeEnum.ResponseContentType.MUTABLE_RESOURCE.value
    answers = ads.mutate(*whole_campaign(), response_content_type=whole).mutate_operation_responses
    assert answers[0].campaign_budget_result.campaign_budget.amount_micros == 50_000_000
    assert answers[3].ad_group_criterion_result.ad_group_criterion.keyword.text == "mars trips"
    assert len({answer.WhichOneof("response") for answer in answers}) == 8
