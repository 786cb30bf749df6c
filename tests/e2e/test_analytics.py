"""Google Analytics over HTTP: what is answered, and what it costs in calls."""

import subprocess
import sys
from typing import Any

import pytest

from tests.support.api import USD, Api
from wpp_mcp.models.accounts import Api as Product
from wpp_mcp.tools.registry import catalogue

ASTER, DUNE = "300000001", "300000004"
ONE_READ = {"dynamodb:BatchGetItem": 1, "dynamodb:TransactWriteItems": 1}
CPC = {
    "filter": {
        "fieldName": "sessionSourceMedium",
        "stringFilter": {"matchType": "EXACT", "value": "google / cpc"},
    }
}
READS: dict[str, tuple[dict[str, Any], str]] = {
    "run_analytics_report": ({"metrics": ["sessions"]}, "RunReport"),
    "get_realtime_users": ({"dimensions": ["country"]}, "RunRealtimeReport"),
    "get_analytics_metadata": ({}, "GetMetadata"),
    "get_property_details": ({}, "GetProperty"),
}


def data_of(api: Api, tool: str, role: str = "practitioner", **params: Any) -> dict[str, Any]:
    answer = api.execute(tool, params, role=role)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


@pytest.mark.parametrize("tool", sorted(READS))
def test_a_granted_property_is_read_in_two_storage_calls_and_one_of_google(
    api: Api, tool: str
) -> None:
    params, method = READS[tool]
    data_of(api, "list_budgets", customerId=USD)  # warm: the directory pairing is known
    api.box.calls.clear()

    data = data_of(api, tool, propertyId=f"properties/{ASTER}", **params)

    assert data["account"] == ASTER
    assert data["returnedRows"] == len(data["rows"]) > 0
    assert api.calls("dynamodb") == ONE_READ
    assert api.calls("google") == {f"google-analytics:{method}": 1}


@pytest.mark.parametrize("spelling", [ASTER, f"properties/{ASTER}", f" {ASTER} "])
@pytest.mark.parametrize("name", ["propertyId", "property_id"])
def test_spellings_of_the_property(api: Api, spelling: str, name: str) -> None:
    assert data_of(api, "get_property_details", **{name: spelling})["account"] == ASTER


def test_both_spellings_inside_parameters(api: Api) -> None:
    days = {"startDate": "2daysAgo", "endDate": "yesterday"}
    snake = {"start_date": "2daysAgo", "end_date": "yesterday"}
    one = data_of(
        api, "run_analytics_report", propertyId=ASTER, metrics=["sessions"], dateRanges=[days]
    )
    other = data_of(
        api, "run_analytics_report", property_id=ASTER, metrics=["sessions"], date_ranges=[snake]
    )

    assert one["rows"] == other["rows"]


@pytest.mark.parametrize("era", ["rpc", "modern"])
def test_both_protocol_eras_list_and_read(api: Api, era: str) -> None:
    send = getattr(api, era)
    listed = send("tools/list").json()["result"]["tools"]
    call = {
        "name": "run_analytics_report",
        "arguments": {"propertyId": ASTER, "metrics": ["sessions"]},
    }
    body = send("tools/call", call).json()["result"]["structuredContent"]

    mine = {n for n, t in catalogue().items() if t.api is Product.ANALYTICS}
    assert mine <= {tool["name"] for tool in listed}
    assert len(mine) == 6
    assert body["data"]["account"] == ASTER


def test_the_story_of_the_ads_and_the_site_is_one(api: Api) -> None:
    clicks = sum(
        data_of(api, "get_campaign_performance", customerId=customer)["totals"]["clicks"]
        for customer in (USD, "1000000102")
    )
    report = data_of(
        api,
        "run_analytics_report",
        propertyId=ASTER,
        dimensions=["sessionCampaignName"],
        metrics=["sessions", "keyEvents", "totalRevenue"],
        dimensionFilter=CPC,
    )

    assert 0.85 * clicks <= report["totals"]["sessions"] <= 0.95 * clicks
    assert report["currency"] == "USD"
    assert report["totals"]["totalRevenue"] > 0


def test_rows_come_in_pages_of_ours_and_of_google(api: Api) -> None:
    question = {
        "propertyId": ASTER,
        "dimensions": ["date"],
        "metrics": ["sessions"],
        "dateRanges": [{"startDate": "2026-10-01", "endDate": "2026-10-31"}],
        "orderBys": [{"dimension": {"dimensionName": "date"}}],
        "limit": 20,
        "pageSize": 15,
    }
    first = data_of(api, "run_analytics_report", **question)
    second = data_of(api, "run_analytics_report", **question, pageToken=first["nextPageToken"])
    rest = data_of(api, "run_analytics_report", **question, offset=20)

    days = [row["date"] for data in (first, second, rest) for row in data["rows"]]
    assert days == [f"202610{n:02d}" for n in range(1, 32)]
    assert first["totalRows"] == rest["totalRows"] == 31
    assert first["notes"] == ["31 rows match; these are 1 to 20. Ask with offset 20 for the next."]
    assert rest["notes"] == ["31 rows match; these are 21 to 31."]
    beyond = data_of(api, "run_analytics_report", **question, offset=31)
    assert beyond["notes"] == ["31 rows match and offset leaves out all of them."]


def test_the_quota_stands_in_the_answer_of_who_asks(api: Api) -> None:
    asked = {"propertyId": ASTER, "metrics": ["sessions"]}

    with_quota = data_of(api, "run_analytics_report", **asked, returnPropertyQuota=True)
    assert with_quota["quota"]["tokensPerDay"]["remaining"] > 0
    assert "quota" not in data_of(api, "run_analytics_report", **asked)


def test_lists_hold_granted_properties_and_their_accounts_alone(api: Api) -> None:
    for role, number, name in (
        ("practitioner", ASTER, "Aster Outdoor"),
        ("other-practitioner", DUNE, "Dune Motors"),
    ):
        api.box.calls.clear()
        properties = data_of(api, "list_analytics_properties", role)
        assert api.calls("google") == {}
        accounts = data_of(api, "list_analytics_accounts", role)

        assert [row["propertyId"] for row in properties["rows"]] == [number]
        assert [row["accountName"] for row in accounts["rows"]] == [name]
        assert [row["propertyIds"] for row in accounts["rows"]] == [[number]]
        assert api.calls("google") == {
            "google-analytics:GetAccount": 1,
            "google-analytics:GetProperty": 1,
        }


def test_metadata_says_what_fits(api: Api) -> None:
    data = data_of(
        api,
        "get_analytics_metadata",
        propertyId=ASTER,
        kind="metric",
        withDimensions=["itemName"],
        compatibleOnly=True,
    )

    assert [row["name"] for row in data["rows"]] == ["itemRevenue", "itemsPurchased", "itemsViewed"]
    assert {row["compatible"] for row in data["rows"]} == {True}
    found = data_of(api, "get_analytics_metadata", propertyId=ASTER, contains="key event")
    assert "keyEvents" in {row["name"] for row in found["rows"]}


def test_details_of_a_property(api: Api) -> None:
    (row,) = data_of(api, "get_property_details", propertyId=ASTER)["rows"]

    assert row == {
        "propertyId": ASTER,
        "displayName": "Aster Outdoor - aster.example",
        "accountId": "200000001",
        "propertyType": "PROPERTY_TYPE_ORDINARY",
        "serviceLevel": "GOOGLE_ANALYTICS_STANDARD",
        "industry": "HOBBIES_AND_LEISURE",
        "timeZone": "America/New_York",
        "currency": "USD",
        "createdAt": "2021-03-22T09:30:00.000Z",
    }


def test_knowing_the_tools_loads_no_library_of_google() -> None:
    program = (
        "import sys\n"
        "from wpp_mcp.tools.registry import catalogue\n"
        "from wpp_mcp.tools.schemas import input_schema\n"
        "tools = [input_schema(t) for t in catalogue().values()]\n"
        "bad = [m for m in sys.modules if m.split('.')[0] in ('google', 'grpc', 'proto')]\n"
        "sys.exit(str(bad) if bad or not tools else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
