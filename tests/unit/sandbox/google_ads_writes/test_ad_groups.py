"""What the played Google Ads refuses and takes about ad groups."""

from typing import Any

import pytest

from tests.unit.support.emulated_writes import (
    Writable,
    create,
    name,
    refused,
    update,
)

RUNNING = name("campaigns", 1000003)


REMOVED = name("campaigns", 1000063)


GROUP = name("adGroups", 1000004)


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
def test_new_ad_groups(unchanged: Writable, fields: dict[str, Any], code: str, field: str) -> None:
    usual = {"name": "Group", "campaign": RUNNING, **fields}
    operation = create("ad_group", **{k: v for k, v in usual.items() if v is not None})
    assert refused(unchanged, operation) == (code, field)


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
def test_changed_ad_groups(
    unchanged: Writable, fields: dict[str, Any], code: str, field: str
) -> None:
    assert refused(unchanged, update("ad_group", GROUP, **fields)) == (code, field)
