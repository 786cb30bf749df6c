"""A refresh token in the body of execute-tool: exchanged for the call, and forgotten."""

import pytest

from sandbox.faults import FaultKind
from sandbox.google_oauth import REFRESH, TARGET
from tests.support.api import NOT_GRANTED, USD, Api
from tests.support.logs import CapturedLog

NO_HEADER = {"X-Google-Access-Token": None}
MINE = f"{REFRESH}practitioner"


def test_a_refresh_token_is_exchanged_once_and_serves_the_call(
    api: Api, captured: CapturedLog
) -> None:
    answer = api.execute(
        "list_budgets", {"customerId": USD}, headers=NO_HEADER, googleOAuthToken=MINE
    )

    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["account"] == USD
    assert api.calls("google") == {TARGET: 1, "google-ads:Search": 1}
    assert MINE not in answer.text + captured.getvalue()


def test_it_is_the_users_own_access_that_comes_of_it(api: Api) -> None:
    answer = api.execute(
        "list_budgets",
        {"customerId": USD},
        headers=NO_HEADER,
        googleOAuthToken=f"{REFRESH}other-practitioner",
    )

    assert answer.json()["error"]["code"] == "GOOGLE_ACCESS_DENIED"


def test_the_header_wins(api: Api) -> None:
    answer = api.execute("list_budgets", {"customerId": USD}, googleOAuthToken=MINE)

    assert answer.status_code == 200
    assert api.calls("google") == {"google-ads:Search": 1}


def test_a_revoked_one_asks_for_a_new_connection(api: Api) -> None:
    answer = api.execute(
        "list_budgets", {"customerId": USD}, headers=NO_HEADER, googleOAuthToken=f"{REFRESH}nobody"
    )

    assert answer.status_code == 424
    error = answer.json()["error"]
    assert (error["code"], error["action"]) == ("GOOGLE_AUTH_EXPIRED", "Reconnect Google")
    assert api.calls("google-ads") == {}
    assert api.audit()[0]["error"] == "GOOGLE_AUTH_EXPIRED"


def test_an_endpoint_that_is_down_is_not_the_users_fault(api: Api) -> None:
    api.box.faults.arm(TARGET, FaultKind.UNAVAILABLE, 10)

    answer = api.execute(
        "list_budgets", {"customerId": USD}, headers=NO_HEADER, googleOAuthToken=MINE
    )

    assert answer.json()["error"]["code"] == "GOOGLE_UNAVAILABLE"
    assert 1 <= api.calls(TARGET)[TARGET] <= 3


@pytest.mark.parametrize(
    ("tool", "params"),
    [("list_budgets", {"customerId": NOT_GRANTED}), ("list_accessible_accounts", {})],
)
def test_nothing_is_exchanged_that_is_not_needed(
    api: Api, tool: str, params: dict[str, str]
) -> None:
    api.execute(tool, params, headers=NO_HEADER, googleOAuthToken=MINE)

    assert api.calls("google") == {}


def test_a_refresh_token_does_not_travel_in_a_header(api: Api) -> None:
    headers = {"X-Google-Access-Token": MINE}

    answer = api.execute("list_budgets", {"customerId": USD}, headers=headers)

    assert answer.status_code == 400
    assert "googleOAuthToken" in answer.json()["error"]["message"]
    assert api.calls("google") == {}
