"""What the played Google Ads refuses about keywords, ads and labels, and what it takes."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.sandbox.writing import (
    Writable,
    create,
    name,
    remove,
    search_ad,
    update,
    writable,
)

GROUP = name("adGroups", 1000004)
RUNNING = name("campaigns", 1000003)
SHOPPING_GROUP = name("adGroups", 1000030)
KEYWORD = name("adGroupCriteria", 1000004, 1000005)
NEGATIVE = name("adGroupCriteria", 1000004, 1000089)
CAMPAIGN_NEGATIVE = name("campaignCriteria", 1000003, 1000083)
AD = name("adGroupAds", 1000004, 1000068)
LABEL = name("labels", 1000080)
WORDS = "one two three four five six seven eight nine ten"


@pytest.fixture(scope="module")
def ads() -> Iterator[Writable]:
    """One for all: validating changes nothing."""
    with writable() as running:
        yield running
        assert running.world.mutates == []


@pytest.fixture
def own() -> Iterator[Writable]:
    with writable() as running:
        yield running


def refused(ads: Writable, operation: Any) -> tuple[str, str]:
    """Return code and field of the one error of what is to be refused."""
    ((code, place),) = ads.refused(operation, validate_only=True)
    return code, place.partition("_operation.")[2].partition(".")[2]


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
def test_texts_of_keywords(ads: Writable, text: str, code: str) -> None:
    assert refused(ads, keyword(text)) == (code, "keyword.text")
    assert refused(ads, keyword(text, negative=True)) == (code, "keyword.text")
    assert refused(ads, negative(text)) == (code, "keyword.text")


@pytest.mark.parametrize("text", ["x" * 80, WORDS, "straße", "a&b", "c++ 'or' \"d\"", "価格 比較"])
def test_texts_that_are_keywords(ads: Writable, text: str) -> None:
    ads.mutate(keyword(text), keyword(text, negative=True), negative(text), validate_only=True)


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
def test_keywords(ads: Writable, operation: Any, code: str, field: str) -> None:
    assert refused(ads, operation) == (code, field)


def test_a_bid_comes_and_goes(own: Writable) -> None:
    read = (
        "SELECT ad_group_criterion.cpc_bid_micros, ad_group_criterion.effective_cpc_bid_micros, "
        "ad_group_criterion.final_urls, ad_group_criterion.status, ad_group.cpc_bid_micros "
        "FROM keyword_view WHERE ad_group_criterion.criterion_id = 1000005"
    )
    own.mutate(
        update(
            "ad_group_criterion",
            KEYWORD,
            cpc_bid_micros=2_000_000,
            final_urls=["https://www.aster.example/x"],
            status="PAUSED",
        )
    )
    (row,) = own.rows(read)
    assert row.ad_group_criterion.effective_cpc_bid_micros == 2_000_000
    assert list(row.ad_group_criterion.final_urls) == ["https://www.aster.example/x"]
    own.mutate(update("ad_group_criterion", KEYWORD, mask="cpc_bid_micros,final_urls"))
    (row,) = own.rows(read)
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
    own: Writable, kind: str, named: str, again: Any
) -> None:
    own.mutate(remove(kind, named))
    code = own.code(remove(kind, named))
    assert code == "context_error.OPERATION_NOT_PERMITTED_FOR_REMOVED_RESOURCE"
    assert own.names(again) == [named]


def test_negative_keywords_are_no_rows_of_keyword_view(own: Writable) -> None:
    query = "SELECT ad_group_criterion.negative FROM {} WHERE ad_group.id = 1000004"
    assert len(own.rows(query.format("keyword_view"))) == 4
    assert len(own.rows(query.format("ad_group_criterion"))) == 5


def texts(*written: str) -> list[dict[str, str]]:
    return [{"text": text} for text in written]


def pinned(*places: str) -> list[dict[str, str]]:
    return [{"text": f"Text {n}", "pinned_field": place} for n, place in enumerate(places)]


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        ({"headlines": texts("a", "b")}, "collection_size_error.TOO_FEW", "headlines"),
        (
            {"headlines": texts(*map(str, range(16)))},
            "collection_size_error.TOO_MANY",
            "headlines",
        ),
        ({"descriptions": texts("a")}, "collection_size_error.TOO_FEW", "descriptions"),
        ({"descriptions": texts(*"abcde")}, "collection_size_error.TOO_MANY", "descriptions"),
        (
            {"headlines": texts("a", "b", "x" * 31)},
            "string_length_error.TOO_LONG",
            "headlines[2].text",
        ),
        (
            {"headlines": texts("a", "b", "靴" * 16)},
            "string_length_error.TOO_LONG",
            "headlines[2].text",
        ),
        (
            {"descriptions": texts("a", "x" * 91)},
            "string_length_error.TOO_LONG",
            "descriptions[1].text",
        ),
        ({"headlines": texts("a", "", "c")}, "field_error.REQUIRED", "headlines[1].text"),
        ({"headlines": texts("a", "b", "A")}, "asset_error.DUPLICATE_ASSET", "headlines"),
        (
            {"headlines": pinned("HEADLINE_1", "DESCRIPTION_1", "HEADLINE_2")},
            "asset_link_error.INVALID_PINNED_FIELD",
            "headlines[1].pinned_field",
        ),
        (
            {"headlines": pinned("HEADLINE_1", "HEADLINE_1", "HEADLINE_2")},
            "asset_link_error.NOT_ENOUGH_AVAILABLE_ASSET_LINKS_FOR_VALID_COMBINATION",
            "headlines",
        ),
        ({"path1": "x" * 16}, "string_length_error.TOO_LONG", "path1"),
        ({"path2": "x"}, "ad_error.CANNOT_SET_PATH2_WITHOUT_PATH1", "path2"),
    ],
)
def test_contents_of_ads(ads: Writable, content: dict[str, Any], code: str, field: str) -> None:
    assert refused(ads, search_ad(GROUP, **content)) == (code, f"ad.responsive_search_ad.{field}")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("www.aster.example/x", "MISSING_PROTOCOL_IN_FINAL_URL"),
        ("javascript:alert(1)", "MISSING_PROTOCOL_IN_FINAL_URL"),
        ("ftp://www.aster.example", "INVALID_PROTOCOL_IN_FINAL_URL"),
        ("https:///x", "MISSING_HOST_IN_FINAL_URL"),
        ("https://localhost/x", "INVALID_TLD_IN_FINAL_URL"),
        ("https://192.0.2.1/x", "INVALID_TLD_IN_FINAL_URL"),
        ("https://user@www.aster.example/", "MALFORMED_FINAL_URL"),
        ("https://www.aster.example/a b", "MALFORMED_FINAL_URL"),
        ("https://www.aster.example:x/", "MALFORMED_FINAL_URL"),
        (f"https://www.aster.example/{'x' * 2048}", "MALFORMED_FINAL_URL"),
    ],
)
def test_where_ads_lead(ads: Writable, url: str, code: str) -> None:
    expected = (f"url_field_error.{code}", "ad.final_urls[0]")
    assert refused(ads, search_ad(GROUP, ad={"final_urls": [url]})) == expected


@pytest.mark.parametrize(
    ("operation", "code", "field"),
    [
        (search_ad(GROUP, ad={"final_urls": []}), "field_error.REQUIRED", "ad.final_urls"),
        (
            search_ad(SHOPPING_GROUP),
            "operation_access_denied_error.OPERATION_NOT_PERMITTED_FOR_CAMPAIGN_TYPE",
            "ad",
        ),
        (create("ad_group_ad", ad_group=GROUP), "field_error.REQUIRED", "ad"),
        (
            update(
                "ad_group_ad", AD, mask="ad.final_urls", ad={"final_urls": ["https://x.example"]}
            ),
            "field_error.IMMUTABLE_FIELD",
            "ad.final_urls",
        ),
        (update("ad_group_ad", AD, ad_group=GROUP), "field_error.IMMUTABLE_FIELD", "ad_group"),
        (
            update("ad_group_ad", name("adGroupAds", 1000004, 1), status="PAUSED"),
            "mutate_error.RESOURCE_NOT_FOUND",
            "resource_name",
        ),
    ],
)
def test_ads(ads: Writable, operation: Any, code: str, field: str) -> None:
    assert refused(ads, operation) == (code, field)


def test_an_ad_is_paused_enabled_and_removed(own: Writable) -> None:
    own.mutate(update("ad_group_ad", AD, status="PAUSED"))
    (row,) = own.rows(
        "SELECT ad_group_ad.status FROM ad_group_ad WHERE ad_group_ad.ad.id = 1000068"
    )
    assert row.ad_group_ad.status == 3
    own.mutate(remove("ad_group_ad", AD))
    code = own.code(update("ad_group_ad", AD, status="ENABLED"))
    assert code == "ad_group_ad_error.CANNOT_OPERATE_ON_REMOVED_ADGROUPAD"


def test_three_enabled_ads_and_all_pinned(own: Writable) -> None:
    operation = search_ad(
        GROUP,
        headlines=pinned("HEADLINE_1", "HEADLINE_2", "HEADLINE_3"),
        descriptions=texts("x" * 90, "靴" * 45),
        path1="a",
        path2="b",
    )
    operation.ad_group_ad_operation.create.status = 2
    names = own.names(operation, operation)
    assert len(set(names)) == 2
    limit = "resource_count_limit_exceeded_error.RESOURCE_LIMIT"
    assert own.code(operation) == limit
    own.mutate(update("ad_group_ad", AD, status="PAUSED"))
    own.mutate(operation)
    assert own.code(update("ad_group_ad", AD, status="ENABLED")) == limit


@pytest.mark.parametrize(
    ("operation", "code", "field"),
    [
        (create("label"), "field_error.REQUIRED", "name"),
        (create("label", name="ALWAYS on"), "label_error.DUPLICATE_NAME", "name"),
        (create("label", name="x" * 81), "string_length_error.TOO_LONG", "name"),
        (
            create("label", name="x", text_label={"background_color": "red"}),
            "string_format_error.INVALID_FORMAT",
            "text_label.background_color",
        ),
        (
            create("label", name="x", text_label={"description": "x" * 201}),
            "string_length_error.TOO_LONG",
            "text_label.description",
        ),
        (update("label", LABEL, name="Seasonal"), "label_error.DUPLICATE_NAME", "name"),
        (update("label", LABEL, status="REMOVED"), "field_error.IMMUTABLE_FIELD", "status"),
        (
            create("campaign_label", campaign=RUNNING, label=LABEL),
            "campaign_error.CAMPAIGN_LABEL_ALREADY_EXISTS",
            "",
        ),
        (
            create("campaign_label", campaign=RUNNING, label=name("labels", 5)),
            "mutate_error.RESOURCE_NOT_FOUND",
            "label",
        ),
        (create("campaign_label", campaign=RUNNING), "field_error.REQUIRED", "label"),
        (
            remove("campaign_label", name("campaignLabels", 1000003, 1000081)),
            "campaign_error.CAMPAIGN_LABEL_DOES_NOT_EXIST",
            "",
        ),
    ],
)
def test_labels(ads: Writable, operation: Any, code: str, field: str) -> None:
    assert refused(ads, operation) == (code, field)


def test_a_removed_label_comes_off_everywhere(own: Writable) -> None:
    own.mutate(
        update("label", LABEL, mask="text_label.background_color",
               text_label={"background_color": "#00ff00"})
    )  # fmt: skip
    assert own.account().labels[1000080].color == "#00ff00"
    own.mutate(remove("label", LABEL))
    assert not [pair for pair in own.account().campaign_labels if pair[1] == 1000080]
    code = own.code(create("campaign_label", campaign=RUNNING, label=LABEL))
    assert code == "label_error.CANNOT_APPLY_INACTIVE_LABEL"
    own.mutate(create("label", name="Always on"))
