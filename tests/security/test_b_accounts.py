"""B1 to B3, B9 and B11: an account that is not granted is refused however it is named."""

from typing import Any

import pytest

from sandbox.box import Sandbox
from tests.security.stored import forget_audit
from tests.support.api import FOREIGN, MANAGER_ACCOUNT, NOT_GRANTED, USD, Api
from wpp_mcp.tools.registry import OneAccount, catalogue

UNKNOWN = "9999999999"
ACCOUNT_TOOLS = sorted(n for n, t in catalogue().items() if isinstance(t.reach, OneAccount))
NEEDED: dict[str, dict[str, Any]] = {
    "search_google_ads": {"query": "SELECT campaign.id FROM campaign"},
}
WAYS = ("execute", "rpc", "modern")
DASHED = f"{NOT_GRANTED[:3]}-{NOT_GRANTED[3:6]}-{NOT_GRANTED[6:]}"


def digits_from(zero: int, account: str) -> str:
    """The account in the decimal digits of another script, whose zero is given."""
    return "".join(chr(zero + int(digit)) for digit in account)


ARABIC = digits_from(0x0660, NOT_GRANTED)


@pytest.fixture(autouse=True)
def a_fresh_audit(box: Sandbox) -> None:
    """Keep the audit small."""
    forget_audit(box)


def body_of(api: Api, way: str, tool: str, params: dict[str, Any]) -> dict[str, Any]:
    """Call a tool over one of the channels and return its answer's body."""
    if way == "execute":
        body: dict[str, Any] = api.execute(tool, params).json()
        return body
    answer = getattr(api, way)("tools/call", {"name": tool, "arguments": params})
    result = answer.json()["result"]
    assert result["isError"] is not result["structuredContent"]["success"]
    structured: dict[str, Any] = result["structuredContent"]
    return structured


def uses(api: Api) -> dict[str, Any]:
    """When each grant was used last."""
    table = f"{api.box.table_prefix}approved-accounts"
    items = api.box.aws.plain("dynamodb").scan(TableName=table)["Items"]
    return {i["userId"]["S"] + i["accountKey"]["S"]: i.get("lastUsedAt") for i in items}


def refused(
    api: Api, way: str, tool: str, params: dict[str, Any], account: str = NOT_GRANTED
) -> dict[str, Any]:
    """Call, and check everything that a refusal has to be and not to be."""
    before = uses(api)
    api.box.calls.clear()

    body = body_of(api, way, tool, params)

    assert body["success"] is False
    assert "data" not in body
    error: dict[str, Any] = body["error"]
    assert (error["code"], error["requestedAccount"]) == ("ACCOUNT_NOT_AUTHORIZED", account), error
    assert api.calls("google-ads") == {}
    assert uses(api) == before
    (entry,) = api.audit(limit="1")
    assert entry["operationId"] == body["operationId"]
    assert (entry["tool"], entry["result"], entry["action"]) == (
        tool,
        "blocked",
        catalogue()[tool].action.value,
    )
    assert entry["error"] == "ACCOUNT_NOT_AUTHORIZED"
    touched = account if account.isdecimal() else params["customerId"]
    assert entry["accountId"] == f"Google Ads:{touched}"
    return error


@pytest.mark.parametrize("tool", ACCOUNT_TOOLS)
@pytest.mark.parametrize("account", [NOT_GRANTED, FOREIGN, MANAGER_ACCOUNT, UNKNOWN])
def test_an_account_that_google_shows_but_nobody_granted_is_refused(
    api: Api, tool: str, account: str
) -> None:
    refused(api, "execute", tool, {"customerId": account, **NEEDED.get(tool, {})}, account)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("spelling", ["customerId", "customer_id"])
def test_every_channel_and_spelling_of_the_parameter_refuses(
    api: Api, way: str, spelling: str
) -> None:
    refused(api, way, "list_budgets", {spelling: NOT_GRANTED})


CONDITIONS = [
    f"customer.id = {NOT_GRANTED}",
    f"customer.id = '{NOT_GRANTED}'",
    f"customer.id = '{DASHED}'",
    f"customer.id IN ({USD}, {NOT_GRANTED})",
    f"customer.id != {NOT_GRANTED}",
    f"customer.resource_name = 'customers/{NOT_GRANTED}'",
    f"campaign.resource_name = 'customers/{NOT_GRANTED}/campaigns/1'",
    f"campaign.resource_name = 'Customers/{DASHED}/campaigns/1'",
    f"campaign.resource_name = 'customers%2F{NOT_GRANTED}%2Fcampaigns%2F1'",
    f"campaign.resource_name = 'customers%252f{NOT_GRANTED}%252fcampaigns%252f1'",
    f"campaign.resource_name = '%63ustomers/%31{NOT_GRANTED[1:]}/campaigns/1'",
    f"campaign.resource_name = 'customers/{ARABIC}/campaigns/1'",
    f"campaign.resource_name = 'customers\uff0f{NOT_GRANTED}\uff0fcampaigns/1'",
    f"campaign.resource_name = 'cust\u200bomers/{NOT_GRANTED}/campaigns/1'",
    f"campaign.resource_name IN ('customers/{USD}/campaigns/1', 'customers/{NOT_GRANTED}')",
    f"campaign.name LIKE '%customers/{NOT_GRANTED}/%'",
    f"campaign_budget.resource_name REGEXP_MATCH 'customers/[1]{NOT_GRANTED[1:]}/.*'",
]


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("form", ["text", "parts"])
def test_a_query_on_a_granted_account_that_names_another_is_refused(
    api: Api, condition: str, form: str
) -> None:
    asked: dict[str, Any] = {"query": f"SELECT campaign.id FROM campaign WHERE {condition}"}
    if form == "parts":
        asked = {"fields": ["campaign.id"], "resource": "campaign", "conditions": [condition]}
    refused(api, "execute", "search_google_ads", {"customerId": USD, **asked})


@pytest.mark.parametrize(
    "resource", ["customer_client", "customer_client_link", "customer_manager_link"]
)
@pytest.mark.parametrize("way", WAYS)
def test_what_lists_the_accounts_around_this_one_is_refused(
    api: Api, resource: str, way: str
) -> None:
    query = f"SELECT {resource}.resource_name FROM {resource}"
    refused(api, way, "search_google_ads", {"customerId": USD, "query": query}, resource)


ELSEWHERE: list[dict[str, Any]] = [
    {"loginCustomerId": MANAGER_ACCOUNT},
    {"login_customer_id": MANAGER_ACCOUNT},
    {"login-customer-id": MANAGER_ACCOUNT},
    {"LOGIN_CUSTOMER_ID": MANAGER_ACCOUNT},
    {"linkedCustomerId": MANAGER_ACCOUNT},
    {"customerIds": [USD, MANAGER_ACCOUNT]},
    {"campaignIds": ["1", f"customers/{MANAGER_ACCOUNT}/campaigns/1"]},
    {"items": [{"customerId": USD}, {"customerId": MANAGER_ACCOUNT}]},
    {"filter": {"scope": {"customer": {"customerId": MANAGER_ACCOUNT}}}},
    {"filter": {"resourceName": f"customers/{MANAGER_ACCOUNT}/campaigns/1"}},
    {"filter": {"resourceName": f"customers%2F{MANAGER_ACCOUNT}"}},
    {"customer": int(MANAGER_ACCOUNT)},
]


@pytest.mark.parametrize("extra", ELSEWHERE, ids=str)
@pytest.mark.parametrize("way", ["execute", "modern"])
def test_an_account_named_anywhere_else_in_the_parameters_is_refused(
    api: Api, extra: dict[str, Any], way: str
) -> None:
    refused(api, way, "get_campaign_performance", {"customerId": USD, **extra}, MANAGER_ACCOUNT)


@pytest.mark.parametrize(
    "tool", [name for name, t in catalogue().items() if not isinstance(t.reach, OneAccount)]
)
def test_a_tool_without_an_account_refuses_one_that_is_named_all_the_same(
    api: Api, tool: str
) -> None:
    body = api.execute(tool, {"resource": "campaign", "customerId": NOT_GRANTED}).json()

    assert body["error"]["code"] == "ACCOUNT_NOT_AUTHORIZED"
    assert api.calls("google-ads") == {}


def test_too_many_accounts_in_one_call_are_refused_before_any_is_used(api: Api) -> None:
    many = [f"10000{number:05d}" for number in range(40)]

    first = api.execute("list_budgets", {"customerId": USD, "customerIds": many})
    own = api.execute("list_budgets", {"customerId": USD, "customerIds": [USD] * 40})

    assert first.json()["error"]["code"] == "ACCOUNT_NOT_AUTHORIZED"
    assert own.json()["error"]["code"] == "INVALID_REQUEST"
    assert api.calls("google-ads") == {}


@pytest.mark.parametrize("spelling", ["100-000-0101", f" {USD} ", " 100-000-0101"])
def test_spellings_of_a_granted_account_are_normalised_and_read(api: Api, spelling: str) -> None:
    answer = api.execute("list_budgets", {"customerId": spelling})

    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["account"] == USD


@pytest.mark.parametrize("spelling", [DASHED, f" {NOT_GRANTED} ", f"{DASHED} "])
def test_spellings_of_a_foreign_account_are_normalised_and_refused(api: Api, spelling: str) -> None:
    refused(api, "execute", "list_budgets", {"customerId": spelling})


@pytest.mark.parametrize(
    "spelling",
    [
        ARABIC,
        digits_from(0x0660, USD),
        digits_from(0xFF10, USD),
        int(USD),
        float(USD),
        "1000-000-101",
        "100-0000101",
        "10000001010",
        f"{USD}\n",
        f"{USD}\u00a0",
        f"customers/{USD}",
        f"{USD},{NOT_GRANTED}",
        "",
        None,
        True,
        [USD],
        {"id": USD},
    ],
    ids=repr,
)
def test_other_spellings_are_not_valid_and_nothing_is_guessed(api: Api, spelling: Any) -> None:
    answer = api.execute("list_budgets", {"customerId": spelling})

    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["code"] == "INVALID_REQUEST"
    assert "customerId" in {detail["field"].split(".")[0] for detail in error["details"]}
    assert api.calls("google-ads") == {}


def test_a_foreign_account_as_a_number_is_refused_like_its_text(api: Api) -> None:
    refused(api, "execute", "list_budgets", {"customerId": int(NOT_GRANTED)})


@pytest.mark.parametrize("way", WAYS)
def test_a_refusal_does_not_tell_whether_the_account_exists(api: Api, way: str) -> None:
    shapes = []
    for account in (NOT_GRANTED, FOREIGN, UNKNOWN):
        body = body_of(api, way, "list_budgets", {"customerId": account})
        body.pop("operationId")
        shapes.append(repr(body).replace(account, "ACCOUNT"))

    assert shapes[0] == shapes[1] == shapes[2]
    assert NOT_GRANTED not in shapes[2]


def test_a_query_refusal_does_not_tell_whether_the_account_exists(api: Api) -> None:
    texts = []
    for account in (NOT_GRANTED, UNKNOWN):
        query = f"SELECT campaign.id FROM campaign WHERE customer.id = {account}"
        body = api.execute("search_google_ads", {"customerId": USD, "query": query}).json()
        texts.append(repr(body["error"]).replace(account, "ACCOUNT"))

    assert texts[0] == texts[1]


def test_the_catalogue_of_accounts_holds_only_granted_ones_over_each_channel(api: Api) -> None:
    for way in WAYS:
        body = body_of(api, way, "list_accessible_accounts", {"api": "Google Ads"})
        listed = [row["accountId"] for row in body["data"]["rows"]]
        assert listed == ["1000000101", "1000000102", "1000000103"]
        assert body["data"]["totalRows"] == 3


def test_the_audit_log_is_no_second_path_to_another_agencys_account(api: Api) -> None:
    api.execute("list_budgets", {"customerId": "1000000201"}, role="other-practitioner")
    found = api.send(
        "GET", "/mcp/audit-logs", role="manager", params={"accountId": "1000000201"}
    ).json()
    seen = api.send(
        "GET", "/mcp/audit-logs", role="other-manager", params={"accountId": "1000000201"}
    ).json()

    assert found["entries"] == []
    assert [entry["agency"] for entry in seen["entries"]] == ["south"]
