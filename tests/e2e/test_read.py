"""The main job over HTTP: a governed read, with what it costs in calls."""

import pytest

from tests.support.api import EUR, NOT_GRANTED, USD, Api


def test_a_granted_account_is_read_in_two_storage_calls(api: Api) -> None:
    api.execute("list_budgets", {"customerId": USD})  # warm: the directory pairing is known
    api.box.calls.clear()

    answer = api.execute("get_campaign_performance", {"customerId": "100-000-0101"})

    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert data["account"] == USD
    assert data["currency"] == "USD"
    assert data["returnedRows"] == len(data["rows"]) > 0
    assert data["totals"]["clicks"] == sum(row["clicks"] for row in data["rows"])
    assert api.calls("dynamodb") == {"dynamodb:BatchGetItem": 1, "dynamodb:TransactWriteItems": 1}
    assert api.calls("google-ads") == {"google-ads:Search": 1}


def test_a_foreign_account_is_refused_in_three_storage_calls_without_google(api: Api) -> None:
    api.execute("list_budgets", {"customerId": USD})
    api.box.calls.clear()

    answer = api.execute("get_campaign_performance", {"customerId": NOT_GRANTED})

    assert answer.status_code == 403
    error = answer.json()["error"]
    assert error["code"] == "ACCOUNT_NOT_AUTHORIZED"
    assert error["requestedAccount"] == NOT_GRANTED
    assert error["approvedAccounts"] == [USD, EUR, "1000000103"]
    assert sum(api.calls("dynamodb").values()) == 3
    assert api.calls("google-ads") == {}


@pytest.mark.parametrize("era", ["rpc", "modern"])
def test_both_protocol_eras_read_and_refuse_alike(api: Api, era: str) -> None:
    send = getattr(api, era)
    name = {"name": "list_budgets"}

    done = send("tools/call", {**name, "arguments": {"customerId": USD}}).json()["result"]
    refused = send("tools/call", {**name, "arguments": {"customerId": NOT_GRANTED}}).json()[
        "result"
    ]

    assert done["structuredContent"]["data"]["account"] == USD
    assert refused["isError"] is True
    assert refused["structuredContent"]["error"]["code"] == "ACCOUNT_NOT_AUTHORIZED"
