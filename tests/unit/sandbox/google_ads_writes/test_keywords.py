"""What the played Google Ads refuses and takes about keywords."""

from typing import Any

import pytest

from tests.unit.support.emulated_writes import (
    Writable,
    create,
    name,
    refused,
    remove,
    update,
)

GROUP = name("adGroups", 1000004)


RUNNING = name("campaigns", 1000003)


SHOPPING_GROUP = name("adGroups", 1000030)


KEYWORD = name("adGroupCriteria", 1000004, 1000005)


NEGATIVE = name("adGroupCriteria", 1000004, 1000089)


CAMPAIGN_NEGATIVE = name("campaignCriteria", 1000003, 1000083)


WORDS = "one two three four five six seven eight nine ten"


def keyword(text: str = "mars trips", match_type: str = "EXACT", **more: Any) -> Any:
    fields = {"ad_group": GROUP, "keyword": {"text": text, "match_type": match_type}, **more}
    return create("ad_group_criterion", **fields)


def negative(text: str = "mars", **more: Any) -> Any:
    usual = {"campaign": RUNNING, "negative": True}
    fields = usual | {"keyword": {"text": text, "match_type": "BROAD"}} | more
    return create("campaign_criterion", **fields)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x" * 81, "criterion_error.KEYWORD_TEXT_TOO_LONG"),
        (f"{WORDS} eleven", "criterion_error.KEYWORD_HAS_TOO_MANY_WORDS"),
        ("", "field_error.REQUIRED"),
        ("  ", "field_error.REQUIRED"),
        *((f"a{sign}b", "criterion_error.KEYWORD_HAS_INVALID_CHARS") for sign in "!@%,*(){}<>\n\0"),
        ("a\u200bb", "criterion_error.KEYWORD_HAS_INVALID_CHARS"),
    ],
)
def test_texts_of_keywords(unchanged: Writable, text: str, code: str) -> None:
    assert refused(unchanged, keyword(text)) == (code, "keyword.text")
    assert refused(unchanged, keyword(text, negative=True)) == (code, "keyword.text")
    assert refused(unchanged, negative(text)) == (code, "keyword.text")


@pytest.mark.parametrize("text", ["x" * 80, WORDS, "straße", "a&b", "c++ 'or' \"d\"", "価格 比較"])
def test_texts_that_are_keywords(unchanged: Writable, text: str) -> None:
    unchanged.mutate(
        keyword(text), keyword(text, negative=True), negative(text), validate_only=True
    )


@pytest.mark.parametrize(
    ("operation", "code", "field"),
    [
        (
            keyword(ad_group=name("adGroups", 9)),
            "mutate_error.RESOURCE_NOT_FOUND",
            "ad_group",
        ),
        (keyword(match_type="UNSPECIFIED"), "field_error.REQUIRED", "keyword.match_type"),
        (keyword("BOOTS price"), "mutate_error.RESOURCE_ALREADY_EXISTS", ""),
        (
            keyword("repair", "BROAD", negative=True),
            "mutate_error.RESOURCE_ALREADY_EXISTS",
            "",
        ),
        (keyword(cpc_bid_micros=1), "bidding_error.BID_TOO_SMALL", "cpc_bid_micros"),
        (
            keyword(negative=True, cpc_bid_micros=10_000),
            "criterion_error.FIELD_INCOMPATIBLE_WITH_NEGATIVE_TARGETING",
            "cpc_bid_micros",
        ),
        (
            keyword(negative=True, status="PAUSED"),
            "criterion_error.FIELD_INCOMPATIBLE_WITH_NEGATIVE_TARGETING",
            "status",
        ),
        (
            keyword(ad_group=SHOPPING_GROUP),
            "ad_group_criterion_error.CANNOT_ADD_CRITERIA_TYPE",
            "keyword",
        ),
        (
            keyword(final_urls=["www.aster.example"]),
            "url_field_error.MISSING_PROTOCOL_IN_FINAL_URL",
            "final_urls[0]",
        ),
        (
            create("ad_group_criterion", ad_group=GROUP),
            "ad_group_criterion_error.CONCRETE_TYPE_REQUIRED",
            "",
        ),
        (
            update("ad_group_criterion", KEYWORD, mask="keyword.text", keyword={"text": "x"}),
            "field_error.IMMUTABLE_FIELD",
            "keyword.text",
        ),
        (
            update("ad_group_criterion", KEYWORD, mask="keyword", keyword={"text": "x"}),
            "field_error.IMMUTABLE_FIELD",
            "keyword",
        ),
        (
            update("ad_group_criterion", KEYWORD, negative=True),
            "field_error.IMMUTABLE_FIELD",
            "negative",
        ),
        (
            update("ad_group_criterion", KEYWORD, status="REMOVED"),
            "enum_error.ENUM_VALUE_NOT_PERMITTED",
            "status",
        ),
        (
            update("ad_group_criterion", NEGATIVE, status="PAUSED"),
            "ad_group_criterion_error.CANT_UPDATE_NEGATIVE",
            "",
        ),
        (
            remove("ad_group_criterion", name("adGroupCriteria", 1000009, 1000005)),
            "mutate_error.RESOURCE_NOT_FOUND",
            "",
        ),
        (negative("FREE"), "mutate_error.RESOURCE_ALREADY_EXISTS", ""),
        (
            negative(negative=False),
            "criterion_error.CANNOT_ADD_CRITERIA_TYPE",
            "negative",
        ),
        (
            negative(status="ENABLED"),
            "campaign_criterion_error.CANNOT_SET_STATUS_FOR_EXCLUDED_CRITERIA",
            "status",
        ),
        (
            update("campaign_criterion", CAMPAIGN_NEGATIVE, status="PAUSED"),
            "campaign_criterion_error.CANNOT_UPDATE_NEGATIVE_CRITERION",
            "",
        ),
    ],
)
def test_keywords(unchanged: Writable, operation: Any, code: str, field: str) -> None:
    assert refused(unchanged, operation) == (code, field)


def test_a_bid_comes_and_goes(ads: Writable) -> None:
    read = (
        "SELECT ad_group_criterion.cpc_bid_micros, ad_group_criterion.effective_cpc_bid_micros, "
        "ad_group_criterion.final_urls, ad_group_criterion.status, ad_group.cpc_bid_micros "
        "FROM keyword_view WHERE ad_group_criterion.criterion_id = 1000005"
    )
    ads.mutate(
        update(
            "ad_group_criterion",
            KEYWORD,
            cpc_bid_micros=2_000_000,
            final_urls=["https://www.aster.example/x"],
            status="PAUSED",
        )
    )
    (row,) = ads.rows(read)
    assert row.ad_group_criterion.effective_cpc_bid_micros == 2_000_000
    assert list(row.ad_group_criterion.final_urls) == ["https://www.aster.example/x"]
    ads.mutate(update("ad_group_criterion", KEYWORD, mask="cpc_bid_micros,final_urls"))
    (row,) = ads.rows(read)
    assert not row.ad_group_criterion.HasField("cpc_bid_micros")
    assert row.ad_group_criterion.effective_cpc_bid_micros == row.ad_group.cpc_bid_micros
    assert not row.ad_group_criterion.final_urls


@pytest.mark.parametrize(
    ("kind", "named", "again"),
    [
        ("ad_group_criterion", KEYWORD, keyword("Boots price")),
        ("ad_group_criterion", NEGATIVE, keyword("repair", "BROAD", negative=True)),
        ("campaign_criterion", CAMPAIGN_NEGATIVE, negative("free")),
    ],
)
def test_what_was_removed_comes_back_with_its_id(
    ads: Writable, kind: str, named: str, again: Any
) -> None:
    ads.mutate(remove(kind, named))
    code = ads.code(remove(kind, named))
    assert code == "context_error.OPERATION_NOT_PERMITTED_FOR_REMOVED_RESOURCE"
    assert ads.names(again) == [named]


def test_negative_keywords_are_no_rows_of_keyword_view(ads: Writable) -> None:
    query = "SELECT ad_group_criterion.negative FROM {} WHERE ad_group.id = 1000004"
    assert len(ads.rows(query.format("keyword_view"))) == 4
    assert len(ads.rows(query.format("ad_group_criterion"))) == 5
