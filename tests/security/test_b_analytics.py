"""B1 to B3, B9 and G1 for Analytics: a property that is not granted is refused however named."""

import json
import unicodedata
from typing import Any

import pytest

from tests.support.api import USD, Api
from wpp_mcp.models.accounts import Api as Product
from wpp_mcp.tools.registry import OneAccount, catalogue

ASTER, BIRCH, CEDAR, DUNE = "300000001", "300000002", "300000003", "300000004"
TOOLS = sorted(
    name
    for name, tool in catalogue().items()
    if tool.api is Product.ANALYTICS and isinstance(tool.reach, OneAccount)
)
NEEDED = {"run_analytics_report": {"metrics": ["sessions"]}}
ARABIC = "".join(chr(0x0660 + int(digit)) for digit in BIRCH)


def refused(api: Api, tool: str, params: dict[str, Any], number: str = BIRCH) -> dict[str, Any]:
    """Call, and check everything that a refusal has to be and not to be."""
    api.execute("list_budgets", {"customerId": USD})  # warm
    api.box.calls.clear()

    answer = api.execute(tool, params)

    assert answer.status_code == 403, answer.text
    body: dict[str, Any] = answer.json()
    error = body["error"]
    assert (error["code"], error["requestedAccount"]) == ("ACCOUNT_NOT_AUTHORIZED", number)
    assert error["approvedAccounts"] == [ASTER]
    assert sum(api.calls("dynamodb").values()) == 3
    assert api.calls("google") == {}
    (entry,) = api.audit(limit="1")
    assert (entry["tool"], entry["result"]) == (tool, "blocked")
    assert entry["accountId"] == f"Analytics:{number}"
    return body


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("number", [BIRCH, CEDAR, "999999999"])
def test_a_property_that_google_shows_but_nobody_granted_is_refused(
    api: Api, tool: str, number: str
) -> None:
    refused(api, tool, {"propertyId": number, **NEEDED.get(tool, {})}, number)


@pytest.mark.parametrize(
    "params",
    [
        {"propertyId": f"properties/{BIRCH}"},
        {"propertyId": f" {BIRCH} "},
        {"property_id": BIRCH},
        {"propertyId": ASTER, "property": f"properties/{BIRCH}"},
        {"propertyId": ASTER, "propertyIds": [ASTER, BIRCH]},
        {"propertyId": ASTER, "filter": {"scope": {"propertyId": int(BIRCH)}}},
        {"propertyId": ASTER, "items": [{"name": f"properties/{BIRCH}/metadata"}]},
        {"propertyId": ASTER, "items": [f"properties%2F{BIRCH}"]},
        {
            "propertyId": ASTER,
            "dimensionFilter": {
                "filter": {
                    "fieldName": "pagePath",
                    "inListFilter": {"values": ["/", f"properties/{BIRCH}"]},
                }
            },
        },
    ],
    ids=str,
)
def test_however_it_is_named(api: Api, params: dict[str, Any]) -> None:
    refused(api, "run_analytics_report", {"metrics": ["sessions"], **params})


@pytest.mark.parametrize("spelling", [ARABIC, int(ASTER), f"{ASTER}\n", "", None, [ASTER], "0"])
def test_other_spellings_are_not_valid_and_nothing_is_guessed(api: Api, spelling: Any) -> None:
    answer = api.execute("get_property_details", {"propertyId": spelling})

    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"] == "INVALID_REQUEST"
    assert api.calls("google") == {}


def test_a_refusal_does_not_tell_whether_the_property_exists(api: Api) -> None:
    shapes = []
    for number in (BIRCH, "999999999"):
        body = refused(api, "get_property_details", {"propertyId": number}, number)
        body.pop("operationId")
        shapes.append(repr(body).replace(number, "NUMBER"))

    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("tool", ["list_analytics_accounts", "list_analytics_properties"])
def test_lists_refuse_a_property_that_is_named_all_the_same(api: Api, tool: str) -> None:
    body = api.execute(tool, {"propertyId": BIRCH}).json()

    assert body["error"]["code"] == "ACCOUNT_NOT_AUTHORIZED"
    assert api.calls("google") == {}


@pytest.mark.parametrize(
    "dimensions",
    [
        ["pageTitle"],
        ["sessionCampaignName"],
        ["sessionGoogleAdsAccountName"],
        ["unifiedScreenName"],
    ],
    ids=str,
)
def test_texts_of_strangers_come_clean_and_marked(api: Api, dimensions: list[str]) -> None:
    tool = "get_realtime_users" if dimensions == ["unifiedScreenName"] else "run_analytics_report"
    params: dict[str, Any] = {"propertyId": DUNE, "dimensions": dimensions}
    if tool == "run_analytics_report":
        params["metrics"] = ["sessions"]
    answer = api.execute(tool, params, role="other-practitioner")
    data = answer.json()["data"]

    texts = [row[dimensions[0]] for row in data["rows"]]
    assert any("SYSTEM" in t or "Ignore all previous" in t for t in texts)
    for text in texts:
        assert len(text) <= 510
        assert not {unicodedata.category(c) for c in text} & {"Cc", "Cf", "Co", "Cn"}
    assert data["contentBegins"]["mark"] == data["contentEnds"]["mark"]
    members = list(json.loads(answer.text)["data"])
    assert members.index("contentBegins") < members.index("rows") < members.index("contentEnds")
