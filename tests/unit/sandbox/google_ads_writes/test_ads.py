"""What the played Google Ads refuses and takes about ads."""

from typing import Any

import pytest

from tests.unit.support.emulated_writes import (
    Writable,
    create,
    name,
    refused,
    remove,
    search_ad,
    update,
)

GROUP = name("adGroups", 1000004)


SHOPPING_GROUP = name("adGroups", 1000030)


AD = name("adGroupAds", 1000004, 1000068)


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
        (
            {"headlines": texts("a", "b", f"{{KeyWord:{'x' * 31}}}")},
            "string_length_error.TOO_LONG",
            "headlines[2].text",
        ),
        (
            {"headlines": texts("a", "b", f"{{{'x' * 29}}}")},
            "string_length_error.TOO_LONG",
            "headlines[2].text",
        ),
        ({"path2": "x"}, "ad_error.CANNOT_SET_PATH2_WITHOUT_PATH1", "path2"),
    ],
)
def test_contents_of_ads(
    unchanged: Writable, content: dict[str, Any], code: str, field: str
) -> None:
    assert refused(unchanged, search_ad(GROUP, **content)) == (
        code,
        f"ad.responsive_search_ad.{field}",
    )


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
def test_where_ads_lead(unchanged: Writable, url: str, code: str) -> None:
    expected = (f"url_field_error.{code}", "ad.final_urls[0]")
    assert refused(unchanged, search_ad(GROUP, ad={"final_urls": [url]})) == expected


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
def test_ads(unchanged: Writable, operation: Any, code: str, field: str) -> None:
    assert refused(unchanged, operation) == (code, field)


def test_an_ad_is_paused_enabled_and_removed(ads: Writable) -> None:
    ads.mutate(update("ad_group_ad", AD, status="PAUSED"))
    (row,) = ads.rows(
        "SELECT ad_group_ad.status FROM ad_group_ad WHERE ad_group_ad.ad.id = 1000068"
    )
    assert row.ad_group_ad.status == 3
    ads.mutate(remove("ad_group_ad", AD))
    code = ads.code(update("ad_group_ad", AD, status="ENABLED"))
    assert code == "ad_group_ad_error.CANNOT_OPERATE_ON_REMOVED_ADGROUPAD"


def test_three_enabled_ads_and_all_pinned(ads: Writable) -> None:
    operation = search_ad(
        GROUP,
        headlines=pinned("HEADLINE_1", "HEADLINE_2", "HEADLINE_3"),
        descriptions=texts("x" * 90, "靴" * 45),
        path1="a",
        path2="b",
    )
    operation.ad_group_ad_operation.create.status = 2
    names = ads.names(operation, operation)
    assert len(set(names)) == 2
    limit = "resource_count_limit_exceeded_error.RESOURCE_LIMIT"
    assert ads.code(operation) == limit
    ads.mutate(update("ad_group_ad", AD, status="PAUSED"))
    ads.mutate(operation)
    assert ads.code(update("ad_group_ad", AD, status="ENABLED")) == limit
