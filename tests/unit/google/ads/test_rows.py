from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.ads import row
from wpp_mcp.google.ads import rows
from wpp_mcp.google.ads.rows import is_amount, plain_rows, wire_name


def leaves(message: Any, prefix: str = "", above: tuple[str, ...] = ()) -> Iterator[str]:
    for field in message.fields:
        below = field.message_type
        if below is None or field.is_repeated:
            # GAQL selects a list as a whole.
            yield f"{prefix}{field.name}"
        elif below.full_name not in above and len(above) < 4:
            yield from leaves(below, f"{prefix}{field.name}.", (*above, below.full_name))


PATHS = sorted(set(leaves(row().DESCRIPTOR)))
FIELDS = [
    *("campaign.id", "campaign.name", "campaign.status", "campaign.network_settings"),
    *("campaign.network_settings.target_google_search", "ad_group_ad.ad.type"),
    *("ad_group_ad.ad.final_urls", "metrics.cost_micros", "metrics.average_cpc"),
    *("metrics.clicks", "metrics.ctr", "campaign_budget.amount_micros", "segments.device"),
]


def one(message: Any, *fields: str) -> dict[str, Any]:
    (found,) = plain_rows([message], fields)
    return found


def filled() -> Any:
    message = row()
    message.campaign.id = 7
    message.campaign.name = "Brand \u202e"
    message.campaign.status = 2
    message.campaign.network_settings.target_google_search = True
    message.ad_group_ad.ad.type_ = 2
    message.ad_group_ad.ad.final_urls.extend(["https://a.example", "https://b.example"])
    message.metrics.cost_micros = 1_234_567
    message.metrics.average_cpc = 250_000.4
    message.metrics.clicks = 0
    message.metrics.ctr = 0.25
    message.campaign_budget.amount_micros = -1
    message.segments.device = 9_999
    return message


def test_a_row_is_plain() -> None:
    assert one(filled(), *(name for name in FIELDS if name != "campaign.network_settings")) == {
        "campaign.id": 7,
        "campaign.name": "Brand \u202e",
        "campaign.status": "ENABLED",
        "campaign.network_settings.target_google_search": True,
        "ad_group_ad.ad.type": "TEXT_AD",
        "ad_group_ad.ad.final_urls": ["https://a.example", "https://b.example"],
        "metrics.cost": Decimal("1.234567"),
        "metrics.average_cpc": Decimal("0.25"),
        "metrics.clicks": 0,
        "metrics.ctr": 0.25,
        "campaign_budget.amount": Decimal("-0.000001"),
        "segments.device": "UNKNOWN",
    }


def test_a_message_is_text() -> None:
    found = one(filled(), "campaign.network_settings")
    assert found == {"campaign.network_settings": "target_google_search: true\n"}


def test_what_google_left_out_is_none() -> None:
    found = one(row(), "campaign.id", "metrics.cost_micros", "metrics.clicks", "campaign.status")
    assert found == {
        "campaign.id": None,
        "metrics.cost": None,
        "metrics.clicks": None,
        "campaign.status": "UNSPECIFIED",
    }


@given(st.sets(st.sampled_from(PATHS), max_size=20))
def test_every_field_of_the_api_can_be_read(paths: set[str]) -> None:
    gaql = {path.replace("type_", "type") if path.endswith(".type_") else path for path in paths}
    assert set(one(row(), *gaql)) == {wire_name(path) for path in gaql}


def test_a_field_that_does_not_exist_is_an_error() -> None:
    with pytest.raises((AttributeError, KeyError)):
        one(row(), "campaign.nothing")


def test_every_named_amount_exists_in_the_api() -> None:
    assert {name for name in rows._MICROS_WITHOUT_SUFFIX if name not in PATHS} == set()


@pytest.mark.parametrize(
    "name", ["average_cpc", "average_cpm", "average_cost", "trueview_average_cpv"]
)
def test_averages_of_cost_are_amounts(name: str) -> None:
    assert f"metrics.{name}" in PATHS
    assert is_amount(f"metrics.{name}")


def test_no_two_fields_share_a_wire_name() -> None:
    names: dict[str, list[str]] = {}
    for path in PATHS:
        names.setdefault(wire_name(path), []).append(path)
    assert {name: paths for name, paths in names.items() if len(paths) > 1} == {}


@pytest.mark.parametrize(
    ("path", "amount", "name"),
    [
        ("metrics.cost_micros", True, "metrics.cost"),
        ("metrics.average_cpc", True, "metrics.average_cpc"),
        ("metrics.clicks", False, "metrics.clicks"),
        ("ad_group.average_cpc", False, "ad_group.average_cpc"),
    ],
)
def test_amounts_by_name(path: str, amount: bool, name: str) -> None:
    assert (is_amount(path), wire_name(path)) == (amount, name)
