"""The body of ``POST /mcp/execute-tool``: strict, its user the token's, its Google token second."""

from typing import Any, Final

import pytest

from tests.support.api import USD, Api

CALL: Final[dict[str, Any]] = {"tool": "list_budgets", "params": {"customerId": USD}}
EXPIRED: Final = "sandbox-google-expired-1"


def post(api: Api, body: Any = None, *, text: str | None = None) -> Any:
    given: dict[str, Any] = {"json": body} if text is None else {"content": text}
    return api.send("POST", "/mcp/execute-tool", role="practitioner", **given)


@pytest.mark.parametrize(
    "user",
    ["manager@north.example", "WPP-1001", "practitioner+x@north.example", " ", ""],
)
def test_a_user_id_that_is_not_the_tokens_is_forbidden(api: Api, user: str) -> None:
    answer = post(api, {**CALL, "userId": user})

    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "FORBIDDEN"
    assert api.calls("google-ads") == {}


def test_the_tokens_own_user_id_is_accepted(api: Api) -> None:
    assert post(api, {**CALL, "userId": "practitioner@north.example"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**CALL, "approved_accounts_list": []}, "approved_accounts_list"),
        ({**CALL, "role": "admin"}, "role"),
        ({"params": {}}, "tool"),
        ({"tool": ""}, "tool"),
        ({"tool": "x" * 101}, "tool"),
        ({"tool": 7}, "tool"),
        ({**CALL, "params": []}, "params"),
        ({**CALL, "params": None}, "params"),
        ({**CALL, "userId": 7}, "userId"),
        ({**CALL, "approvedAccounts": "AQ"}, "approvedAccounts"),
        ({**CALL, "googleOAuthToken": 7}, "googleOAuthToken"),
        ({**CALL, "googleOAuthToken": "x" * 4_097}, "googleOAuthToken"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_member_that_is_not_as_agreed_is_named(api: Api, body: Any, field: str) -> None:
    answer = post(api, body)

    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["code"] == "INVALID_REQUEST"
    assert field in {detail["field"] for detail in error["details"]}
    assert "x" * 101 not in answer.text
    assert api.calls("google-ads") == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '"list_budgets"',
        "{",
        '{"tool":"list_budgets","tool":"list_campaigns"}',
        '{"tool":"list_budgets","params":{"customerId":"1000000101","customerId":"1000000104"}}',
        '{"tool":"list_budgets","params":{"pageSize":NaN}}',
        '{"tool":"list_budgets","params":{"pageSize":1e999}}',
        '{"tool":"\\ud800"}',
        '{"tool":"list_budgets","params":' + '{"a":' * 40 + "1" + "}" * 41,
    ],
    ids=lambda text: text[:60],
)
def test_what_is_not_one_strict_json_object_is_refused(api: Api, text: str) -> None:
    answer = post(api, text=text)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "INVALID_REQUEST"
    assert api.calls("google-ads") == {}


def test_a_body_over_a_megabyte_is_too_large(api: Api) -> None:
    answer = post(api, {**CALL, "params": {"customerId": USD, "x": "x" * 1_000_000}})

    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "PAYLOAD_TOO_LARGE"


def google(api: Api, header: str | None, body: str | None) -> tuple[int, dict[str, int]]:
    extra = {} if body is None else {"googleOAuthToken": body}
    answer = api.execute(
        "list_budgets", {"customerId": USD}, headers={"X-Google-Access-Token": header}, **extra
    )
    for token in (header, body):
        assert not token or token not in answer.text
    return answer.status_code, api.calls("google-ads")


def test_the_google_token_of_the_body_counts_where_there_is_no_header(api: Api) -> None:
    good = api.box.world.google_token("practitioner")

    assert google(api, None, good) == (200, {"google-ads:Search": 1})


def test_the_header_wins_over_the_body(api: Api) -> None:
    good = api.box.world.google_token("practitioner")

    assert google(api, good, EXPIRED)[0] == 200
    assert google(api, EXPIRED, good)[0] == 424


def test_one_parameter_in_both_spellings_is_refused(api: Api) -> None:
    answer = post(api, {**CALL, "params": {"customerId": USD, "customer_id": USD}})

    assert answer.status_code == 400
    assert "two spellings" in answer.json()["error"]["message"]


def test_there_is_no_tool_of_this_name(api: Api) -> None:
    answer = post(api, {"tool": "list_budgets ", "params": {}})

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "There is no tool of this name"
