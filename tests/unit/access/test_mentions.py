from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.json_values import json_values, texts
from wpp_mcp.access.mentions import mentioned
from wpp_mcp.models.accounts import AccountRef, Api

ids = st.from_regex(r"[0-9]{10}", fullmatch=True)
NAMES = [
    *("customerId", "customer_id", "customerIds", "CUSTOMER_ID", "customer-id", "customer"),
    *("loginCustomerId", "login_customer_id", "linkedCustomer", "clientCustomerId"),
    *("managerCustomerId", "customers", "login-customer-id"),
]


def found(value: Any) -> set[str]:
    return {account.account_id for account in mentioned(value)}


def test_a_mention_is_a_google_ads_account() -> None:
    assert list(mentioned({"customerId": "123-456-7890"})) == [
        AccountRef(Api.GOOGLE_ADS, "1234567890")
    ]


@given(ids, st.sampled_from(NAMES), st.lists(st.sampled_from("dl"), max_size=5), texts)
def test_a_member_counts_at_any_depth(digits: str, name: str, around: list[str], key: str) -> None:
    value: Any = {name: digits}
    for layer in around:
        value = {key: value} if layer == "d" else ["x", value]
    assert digits in found(value)


@given(ids, texts, texts, st.sampled_from(NAMES))
def test_a_resource_name_counts_inside_any_text(
    digits: str, before: str, after: str, name: str
) -> None:
    text = f"{before} customers/{digits}/{after}"
    assert digits in found({"anything": [text]})
    assert digits in found({name: text})


@given(json_values)
def test_only_what_is_named_counts(value: Any) -> None:
    def digits(inner: Any) -> str:
        return "".join(filter(str.isdigit, str(inner)))

    for account in mentioned({"q": value}):
        assert account.account_id in digits(value)


@pytest.mark.parametrize(
    "value",
    [
        {"customerIds": ["1111111111", "222-222-2222"]},
        {"customerId": [["1111111111"], 2222222222]},
        {"customerIds": {"a": "1"}, "q": "customers/1111111111,customers/2222222222"},
        {"q": "customers%2F1111111111%2Fcampaigns%2F5 CUSTOMERS / 222-222-2222"},
        {"operations": [{"update": {"resourceName": f"customers/{n * 10}/x/1"}} for n in "12"]},
    ],
)
def test_every_account_of_a_call_is_found(value: Any) -> None:
    assert found(value) == {"1111111111", "2222222222"}


@pytest.mark.parametrize(
    "value",
    [
        {"campaignId": "1234567890"},
        {"customerId": True},
        {"customerId": "12345"},
        {"q": "customers/12345678901"},
        {"q": "the number 1234567890"},
        {"customerName": "1234567890"},
        None,
        [],
    ],
)
def test_what_is_no_account_is_not_found(value: Any) -> None:
    assert found(value) == set()
