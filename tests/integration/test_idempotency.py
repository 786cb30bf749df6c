"""``omaRequestId``: the same request is answered once for 24 hours, another one is a conflict."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from tests.support.api import EUR, USD, Api
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.accounts import Api as Product
from wpp_mcp.storage.approved_accounts import ApprovedAccounts
from wpp_mcp.storage.items import decode, encode

SEARCH = "google-ads:Search"
USER = "practitioner@north.example"


def read(api: Api, request_id: Any, account: str = USD, **more: Any) -> Any:
    return api.execute("list_budgets", {"customerId": account}, omaRequestId=request_id, **more)


def code_of(answer: Any) -> str:
    body = answer.json()
    return "SUCCESS" if body["success"] else str(body["error"]["code"])


def test_the_same_request_gets_the_same_answer_without_google(api: Api) -> None:
    first = read(api, "same-1")
    api.box.calls.clear()
    second = read(api, "same-1")

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json() == first.json()
    assert api.calls("google-ads") == {}
    entries = [e for e in api.audit() if e.get("omaRequestId") == "same-1"]
    assert [e["result"] for e in entries] == ["success", "success"]


@pytest.mark.parametrize(
    "other",
    [
        lambda api: read(api, "other-1", EUR),
        lambda api: api.execute(
            "list_budgets", {"customerId": USD, "pageSize": 1}, omaRequestId="other-1"
        ),
        lambda api: api.execute("list_campaigns", {"customerId": USD}, omaRequestId="other-1"),
    ],
    ids=["account", "parameter", "tool"],
)
def test_the_id_with_another_request_is_a_conflict(api: Api, other: Any) -> None:
    read(api, "other-1")
    api.box.calls.clear()

    answer = other(api)

    assert (answer.status_code, code_of(answer)) == (409, "CONFLICT")
    assert "data" not in answer.json()
    assert api.calls("google-ads") == {}
    assert code_of(read(api, "other-1")) == "SUCCESS"


def test_another_spelling_of_the_same_request_is_the_same(api: Api) -> None:
    first = read(api, "spelling-1")
    same = api.execute("list_budgets", {"customer_id": USD}, omaRequestId="spelling-1")

    assert same.json() == first.json()


def test_the_id_of_another_user_is_another_id(api: Api) -> None:
    mine = read(api, "shared-1")
    theirs = api.execute(
        "list_budgets",
        {"customerId": "1000000201"},
        role="other-practitioner",
        omaRequestId="shared-1",
    )

    assert (mine.status_code, theirs.status_code) == (200, 200)
    assert theirs.json()["data"]["account"] == "1000000201"
    assert read(api, "shared-1").json() == mine.json()


@pytest.mark.parametrize(
    ("later", "google"),
    [(timedelta(hours=23, minutes=58), {}), (timedelta(hours=24, minutes=1), {SEARCH: 1})],
)
def test_an_answer_is_remembered_for_24_hours(
    api: Api, later: timedelta, google: dict[str, int]
) -> None:
    request_id = f"day-{int(later.total_seconds())}"
    first = read(api, request_id)
    api.box.clock.advance(later)
    api.box.calls.clear()

    second = read(api, request_id)

    assert second.status_code == 200
    assert api.calls("google-ads") == google
    assert (second.json()["operationId"] == first.json()["operationId"]) is (not google)


def test_after_24_hours_the_id_is_free_for_another_request(api: Api) -> None:
    read(api, "free-1")
    api.box.clock.advance(timedelta(hours=24, minutes=1))

    assert code_of(read(api, "free-1", EUR)) == "SUCCESS"
    assert code_of(read(api, "free-1", USD)) == "CONFLICT"


def test_the_same_request_at_the_same_moment_has_one_answer(api: Api) -> None:
    read(api, "warm-1")
    headers = api.box.headers("practitioner")

    def call(_: int) -> tuple[str, Any]:
        with Api(api.box, paced=False) as client:
            answer = read(client, "at-once-1", role="", headers=headers)
            return code_of(answer), answer.json().get("operationId")

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(call, range(6)))

    codes = Counter(code for code, _ in answers)
    assert set(codes) <= {"SUCCESS", "AUDIT_UNAVAILABLE"}, codes
    assert codes["SUCCESS"] >= 1
    assert len({operation for code, operation in answers if code == "SUCCESS"}) == 1


def test_a_failure_may_be_repeated_under_its_id(api: Api) -> None:
    expired = read(api, "again-1", headers={"X-Google-Access-Token": "sandbox-google-expired-1"})
    done = read(api, "again-1")

    assert code_of(expired) == "GOOGLE_AUTH_EXPIRED"
    assert code_of(done) == "SUCCESS"
    assert read(api, "again-1").json() == done.json()


def test_a_remembered_answer_is_not_for_somebody_who_lost_the_account(api: Api) -> None:
    key = ApprovedAccounts.key(USER, AccountRef(Product.GOOGLE_ADS, EUR))
    table = f"{api.box.table_prefix}approved-accounts"
    read(api, "revoked-1", EUR)
    item = api.box.aws.plain("dynamodb").get_item(TableName=table, Key=encode(key.attributes()))
    grant = decode(item["Item"])
    api.box.seeder.put(key, {**grant, "status": "REVOKED"})
    try:
        answer = read(api, "revoked-1", EUR)
    finally:
        api.box.seeder.put(key, grant)

    assert code_of(answer) == "ACCOUNT_NOT_AUTHORIZED"
    assert "data" not in answer.json()
    assert code_of(read(api, "revoked-1", EUR)) == "SUCCESS"


@pytest.mark.parametrize("request_id", ["", "a b", "x" * 101, "id\n", "id#1", 7, ["id"]], ids=repr)
def test_an_id_that_is_not_one_is_refused(api: Api, request_id: Any) -> None:
    answer = read(api, request_id)

    assert (answer.status_code, code_of(answer)) == (400, "INVALID_REQUEST")
    assert "omaRequestId" in answer.json()["error"]["message"]


def test_without_an_id_each_call_asks_google(api: Api) -> None:
    first = api.execute("list_budgets", {"customerId": USD}).json()
    second = api.execute("list_budgets", {"customerId": USD}).json()

    assert first["operationId"] != second["operationId"]
    assert api.calls("google-ads") == {SEARCH: 2}
