"""Google unavailable, throttled, refusing: reads are tried three times at most, then it is said."""

from typing import Any, Final

import pytest

from sandbox.faults import FaultKind
from tests.support.api import USD, Api

SEARCH: Final = "google-ads:Search"
FIELDS: Final = "google-ads:SearchGoogleAdsFields"
MAX_TRIES: Final = 3
CALLS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    SEARCH: ("list_budgets", {"customerId": USD}),
    FIELDS: ("get_resource_metadata", {"resource": "campaign"}),
}


def execute(api: Api, target: str, **more: Any) -> Any:
    tool, params = CALLS[target]
    return api.execute(tool, params, **more)


def audited(api: Api) -> tuple[str, str | None]:
    entry = api.audit(limit="1")[0]
    return entry["result"], entry.get("error")


@pytest.mark.parametrize("target", CALLS)
@pytest.mark.parametrize("times", [1, 2])
def test_a_read_survives_google_missing_once_or_twice(
    api: Api, waits: list[float], target: str, times: int
) -> None:
    api.box.faults.arm(target, FaultKind.UNAVAILABLE, times)

    answer = execute(api, target)

    assert answer.status_code == 200, answer.text
    assert api.calls("google-ads") == {target: times + 1}
    assert len(waits) == times
    assert all(0 <= wait <= 1 for wait in waits)
    assert audited(api) == ("success", None)


@pytest.mark.parametrize("target", CALLS)
@pytest.mark.parametrize("armed", [MAX_TRIES, MAX_TRIES + 5])
def test_a_read_is_tried_three_times_and_no_more(
    api: Api, waits: list[float], target: str, armed: int
) -> None:
    api.box.faults.arm(target, FaultKind.UNAVAILABLE, armed)

    answer = execute(api, target)

    assert answer.status_code == 503
    error = answer.json()["error"]
    assert (error["code"], error["action"]) == ("GOOGLE_UNAVAILABLE", "Try again later")
    assert "data" not in answer.json()
    assert api.calls("google-ads") == {target: MAX_TRIES}
    assert len(api.box.faults.waiting().get(target, [])) == armed - MAX_TRIES
    assert len(waits) == MAX_TRIES - 1
    assert audited(api) == ("failure", "GOOGLE_UNAVAILABLE")


def test_googles_word_on_when_to_come_back_counts(api: Api, waits: list[float]) -> None:
    api.box.faults.arm(SEARCH, FaultKind.THROTTLED)

    answer = execute(api, SEARCH)

    assert answer.status_code == 200
    assert api.calls("google-ads") == {SEARCH: 2}
    assert [1.0 <= wait <= 1.5 for wait in waits] == [True]


def test_a_quota_that_stays_used_up_is_said_with_when_to_come_back(
    api: Api, waits: list[float]
) -> None:
    api.box.faults.arm(SEARCH, FaultKind.THROTTLED, 3)

    answer = execute(api, SEARCH)

    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "GOOGLE_QUOTA_EXCEEDED"
    assert answer.json()["error"]["retryAfterSeconds"] == 1
    assert answer.headers["Retry-After"] == "1"
    assert api.calls("google-ads") == {SEARCH: 3}
    assert all(wait >= 1 for wait in waits)
    assert audited(api) == ("failure", "GOOGLE_QUOTA_EXCEEDED")


@pytest.mark.parametrize(
    ("kind", "status", "code", "action"),
    [
        (FaultKind.DENIED, 403, "GOOGLE_ACCESS_DENIED", "Ask the account's owner for access"),
        (FaultKind.AUTH_EXPIRED, 424, "GOOGLE_AUTH_EXPIRED", "Reconnect Google"),
    ],
)
@pytest.mark.parametrize("way", ["execute", "rpc", "modern"])
def test_a_refusal_of_google_is_said_at_once_and_not_tried_again(
    api: Api, waits: list[float], kind: FaultKind, status: int, code: str, action: str, way: str
) -> None:
    api.box.faults.arm(SEARCH, kind, 3)

    if way == "execute":
        answer = execute(api, SEARCH)
        assert answer.status_code == status
        error = answer.json()["error"]
    else:
        tool, arguments = CALLS[SEARCH]
        answer = getattr(api, way)("tools/call", {"name": tool, "arguments": arguments})
        result = answer.json()["result"]
        assert (answer.status_code, result["isError"]) == (200, True)
        error = result["structuredContent"]["error"]

    assert (error["code"], error["action"]) == (code, action)
    assert api.calls("google-ads") == {SEARCH: 1}
    assert waits == []
    assert audited(api) == ("failure", code)


@pytest.mark.parametrize("token", ["sandbox-google-expired-1", "sandbox-google-token-nobody"])
def test_a_google_token_that_google_does_not_take(api: Api, token: str) -> None:
    answer = execute(api, SEARCH, headers={"X-Google-Access-Token": token})

    assert answer.status_code == 424
    assert answer.json()["error"]["code"] == "GOOGLE_AUTH_EXPIRED"
    assert token not in answer.text
    assert api.calls("google-ads") == {SEARCH: 1}


@pytest.mark.parametrize("given", [None, ""])
def test_a_call_without_a_google_token_never_leaves(api: Api, given: str | None) -> None:
    answer = execute(api, SEARCH, headers={"X-Google-Access-Token": given})

    assert answer.status_code == 424
    error = answer.json()["error"]
    assert error["code"] == "GOOGLE_AUTH_EXPIRED"
    assert "X-Google-Access-Token" in error["action"]
    assert api.calls("google-ads") == {}
    assert audited(api) == ("failure", "GOOGLE_AUTH_EXPIRED")


def test_what_needs_no_google_works_without_a_token_and_without_google(api: Api) -> None:
    api.box.faults.arm(SEARCH, FaultKind.UNAVAILABLE, 10)

    answer = api.execute("list_accessible_accounts", headers={"X-Google-Access-Token": None})

    assert answer.status_code == 200
    assert api.calls("google-ads") == {}


def test_googles_words_about_a_wrong_query_are_kept(api: Api) -> None:
    query = "SELECT campaign.nmae FROM campaign"

    answer = api.execute("search_google_ads", {"customerId": USD, "query": query})

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "GOOGLE_INVALID_REQUEST"
    (detail,) = error["details"]["google"]
    assert detail["code"] == "query_error.UNRECOGNIZED_FIELD"
    assert "campaign.nmae" in detail["message"] == error["message"]
    assert api.calls("google-ads") == {SEARCH: 1}
