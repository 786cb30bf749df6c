"""B4, B6 to B9: a grant counts before its end and while it stands, and only use is use."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from sandbox.box import Sandbox
from sandbox.clock import SandboxClock
from tests.security.stored import PRACTITIONER, drop, grant_key, put_grant, stored
from tests.support.api import CATALOGUE, EUR, NOT_GRANTED, USD, Api
from wpp_mcp.models.time import iso
from wpp_mcp.storage.directory import Directory
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.tables import Table

GRANT = grant_key(NOT_GRANTED)
Change = Callable[[dict[str, Any]], None]


@pytest.fixture(autouse=True)
def as_it_was(box: Sandbox) -> Iterator[None]:
    """Leave the practitioner with the grants of the world and no others."""
    yield
    box.seeder.world(box.world)
    drop(box, GRANT)


def code_of(answer: Any) -> str:
    body = answer.json()
    return "SUCCESS" if body["success"] else str(body["error"]["code"])


@pytest.mark.parametrize(
    ("left", "outcome"),
    [
        (timedelta(seconds=-1), "ACCOUNT_NOT_AUTHORIZED"),
        (timedelta(milliseconds=-1), "ACCOUNT_NOT_AUTHORIZED"),
        (timedelta(), "ACCOUNT_NOT_AUTHORIZED"),
        (timedelta(milliseconds=1), "SUCCESS"),
    ],
)
@pytest.mark.parametrize("tool", ["list_budgets", "get_search_terms_report"])
def test_a_grant_counts_before_its_end_and_not_at_it(
    api: Api, monkeypatch: pytest.MonkeyPatch, tool: str, left: timedelta, outcome: str
) -> None:
    now = api.box.clock().replace(microsecond=0) + timedelta(seconds=90)
    put_grant(api.box, NOT_GRANTED, now + left)
    monkeypatch.setattr(SandboxClock, "__call__", lambda _: now)

    answer = api.execute(tool, {"customerId": NOT_GRANTED})

    assert code_of(answer) == outcome
    assert api.calls("google-ads") == ({"google-ads:Search": 1} if outcome == "SUCCESS" else {})


@pytest.mark.parametrize("status", ["REVOKED", "EXPIRED", "PENDING", "active", ""])
def test_only_an_active_grant_counts(api: Api, status: str) -> None:
    put_grant(api.box, NOT_GRANTED, api.box.clock() + timedelta(days=1), status=status)

    answer = api.execute("list_campaigns", {"customerId": NOT_GRANTED})

    assert code_of(answer) == "ACCOUNT_NOT_AUTHORIZED"
    assert NOT_GRANTED not in answer.json()["error"]["approvedAccounts"]
    assert api.calls("google-ads") == {}


@pytest.mark.parametrize("way", ["execute", "rpc", "modern"])
def test_a_revoked_grant_is_refused_on_the_very_next_call_a_bound_of_zero_seconds(
    box: Sandbox, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.clock.advance(timedelta(seconds=60))
    put_grant(box, NOT_GRANTED, box.clock() + timedelta(days=1))
    now = box.clock()
    monkeypatch.setattr(SandboxClock, "__call__", lambda _: now)

    def call(api: Api) -> dict[str, Any]:
        params = {"customerId": NOT_GRANTED}
        if way == "execute":
            return dict(api.execute("list_budgets", params).json())
        answer = getattr(api, way)("tools/call", {"name": "list_budgets", "arguments": params})
        return dict(answer.json()["result"]["structuredContent"])

    with Api(box, paced=False) as api:
        before = call(api)
        put_grant(box, NOT_GRANTED, box.clock() + timedelta(days=1), status="REVOKED")
        after = call(api)

    assert before["success"] is True
    assert after["error"]["code"] == "ACCOUNT_NOT_AUTHORIZED"
    assert after["error"]["approvedAccounts"] == [USD, EUR, CATALOGUE]


def revoked(grant: dict[str, Any]) -> None:
    grant["status"] = "REVOKED"


def cut_short(grant: dict[str, Any]) -> None:
    grant["expiresAt"] = "2000-01-01T00:00:00.000Z"


@pytest.mark.parametrize("change", [revoked, cut_short, None], ids=["revoked", "cut", "deleted"])
@pytest.mark.parametrize("tool", ["list_budgets", "search_google_ads"])
def test_a_grant_that_goes_while_google_answers_lets_no_answer_leave(
    api: Api, monkeypatch: pytest.MonkeyPatch, tool: str, change: Change | None
) -> None:
    box = api.box
    put_grant(box, NOT_GRANTED, box.clock() + timedelta(days=1))
    search = box._google.ads._search.search

    def meanwhile(request: Any, headers: Any) -> Any:
        grant = stored(box, GRANT)
        if change is None:
            drop(box, GRANT)
        else:
            change(grant)
            box.seeder.put(GRANT, grant)
        return search(request, headers)

    monkeypatch.setattr(box._google.ads._search, "search", meanwhile)
    params = {"customerId": NOT_GRANTED}
    if tool == "search_google_ads":
        params["query"] = "SELECT campaign.name FROM campaign"

    answer = api.execute(tool, params)

    assert code_of(answer) == "ACCOUNT_NOT_AUTHORIZED"
    assert "data" not in answer.json()
    assert api.calls("google-ads") == {"google-ads:Search": 1}
    entries = [e for e in api.audit() if e["operationId"] == answer.json()["operationId"]]
    assert [(e["result"], e["error"]) for e in entries] == [("blocked", "ACCOUNT_NOT_AUTHORIZED")]
    if change is not None:
        assert "lastUsedAt" not in stored(box, GRANT)


def test_a_grant_whose_time_ends_while_google_answers_lets_no_answer_leave(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = api.box
    put_grant(box, NOT_GRANTED, box.clock() + timedelta(seconds=5))
    search = box._google.ads._search.search

    def slowly(request: Any, headers: Any) -> Any:
        box.clock.advance(timedelta(seconds=10))
        return search(request, headers)

    monkeypatch.setattr(box._google.ads._search, "search", slowly)

    answer = api.execute("list_budgets", {"customerId": NOT_GRANTED})

    assert code_of(answer) == "ACCOUNT_NOT_AUTHORIZED"
    assert "data" not in answer.json()
    assert "lastUsedAt" not in stored(box, GRANT)


def test_only_an_answer_counts_as_use_of_a_grant(api: Api) -> None:
    put_grant(api.box, NOT_GRANTED, api.box.clock() + timedelta(days=1))
    wrong = {"query": f"SELECT campaign.id FROM campaign WHERE customer.id = {USD}"}

    api.execute("search_google_ads", {"customerId": NOT_GRANTED, **wrong})
    api.execute("list_budgets", {"customerId": NOT_GRANTED, "loginCustomerId": "1000000001"})
    api.execute("list_budgets", {"customerId": NOT_GRANTED, "pageSize": 0})
    api.execute("list_budgets", {"customerId": NOT_GRANTED}, headers={"X-Google-Access-Token": ""})
    assert "lastUsedAt" not in stored(api.box, GRANT)

    before = api.box.clock()
    done = api.execute("list_budgets", {"customerId": NOT_GRANTED})

    assert done.status_code == 200, done.text
    assert stored(api.box, GRANT)["lastUsedAt"] >= iso(before)


def test_a_refused_call_does_not_touch_a_grant_that_has_ended(api: Api) -> None:
    put_grant(api.box, NOT_GRANTED, api.box.clock() - timedelta(seconds=1))
    before = stored(api.box, GRANT)

    answer = api.execute("list_budgets", {"customerId": NOT_GRANTED})

    assert code_of(answer) == "ACCOUNT_NOT_AUTHORIZED"
    assert stored(api.box, GRANT) == before


def listed(api: Api) -> list[str]:
    body = api.execute("list_accessible_accounts").json()
    return [row["accountId"] for row in body["data"]["rows"] if row["api"] == "Google Ads"]


def test_lists_hold_the_grants_that_count_now_and_no_others(api: Api) -> None:
    later = api.box.clock() + timedelta(days=1)
    put_grant(api.box, NOT_GRANTED, later)
    assert listed(api) == [USD, EUR, CATALOGUE, NOT_GRANTED]

    put_grant(api.box, NOT_GRANTED, later, status="REVOKED")
    assert listed(api) == [USD, EUR, CATALOGUE]

    put_grant(api.box, NOT_GRANTED, api.box.clock() + timedelta(seconds=1))
    assert listed(api) == [USD, EUR, CATALOGUE]  # the client lets a second pass before it calls

    key = grant_key(f"{NOT_GRANTED}#3")
    drop(api.box, GRANT)
    record = {**stored(api.box, grant_key(USD)), "accountId": NOT_GRANTED, "accountKey": key.sort}
    api.box.seeder.put(key, record)
    assert listed(api) == [USD, EUR, CATALOGUE]
    assert code_of(api.execute("list_budgets", {"customerId": NOT_GRANTED})) == (
        "ACCOUNT_NOT_AUTHORIZED"
    )


def test_somebody_without_grants_sees_no_account_and_no_tool_that_needs_one(api: Api) -> None:
    names = {t["name"] for t in api.send("GET", "/mcp/tools/list", role="admin").json()["tools"]}
    listed = api.modern("tools/list", role="admin").json()["result"]["tools"]
    rows = api.execute("list_accessible_accounts", role="admin").json()["data"]["rows"]

    assert names == {
        "get_resource_metadata",
        "list_accessible_accounts",
        "list_analytics_accounts",
        "list_analytics_properties",
        "list_properties",
        # Of one's own operations, of which there are none.
        *("cancel_operation", "confirm_operation", "get_operation", "list_operations"),
        "preview_rollback",
    }
    assert {tool["name"] for tool in listed} == names
    assert rows == []


def test_a_grant_of_another_person_with_the_same_account_is_not_ones_own(api: Api) -> None:
    put_grant(api.box, NOT_GRANTED, api.box.clock() + timedelta(days=1))

    mine = api.execute("list_budgets", {"customerId": NOT_GRANTED})
    other = api.execute("list_budgets", {"customerId": NOT_GRANTED}, role="manager")

    assert code_of(mine) == "SUCCESS"
    assert code_of(other) == "ACCOUNT_NOT_AUTHORIZED"
    assert other.json()["error"]["approvedAccounts"] == []


@pytest.mark.parametrize("account", [USD, NOT_GRANTED])
def test_a_damaged_grant_grants_nothing(api: Api, account: str) -> None:
    good = stored(api.box, grant_key(USD))
    key = grant_key(account)
    damaged = {n: v for n, v in good.items() if n != "expiresAt"}
    api.box.seeder.put(key, damaged | {"accountId": account, "accountKey": key.sort})

    answer = api.execute("list_budgets", {"customerId": account})

    assert code_of(answer) == "STORAGE_UNAVAILABLE"
    assert api.calls("google-ads") == {}


def test_a_grant_of_a_product_that_is_not_served_grants_nothing_and_stops_nothing(
    api: Api,
) -> None:
    elsewhere = {**stored(api.box, grant_key(USD)), "api": "BigQuery", "accountId": NOT_GRANTED}
    key = Key(Table.APPROVED_ACCOUNTS, PRACTITIONER, f"BigQuery:{NOT_GRANTED}")
    api.box.seeder.put(key, elsewhere | {"accountKey": key.sort})

    refused = api.execute("list_budgets", {"customerId": NOT_GRANTED})

    assert code_of(refused) == "ACCOUNT_NOT_AUTHORIZED"
    assert listed(api) == [USD, EUR, CATALOGUE]


def test_a_person_who_is_disabled_loses_every_grant_at_once(api: Api) -> None:
    key = Directory.user_key(PRACTITIONER)
    record = stored(api.box, key)
    api.box.seeder.put(key, {**record, "status": "DISABLED"})
    try:
        answer = api.execute("list_budgets", {"customerId": USD})
    finally:
        api.box.seeder.put(key, record)

    assert answer.status_code == 401
    assert api.calls("google-ads") == {}
    assert code_of(api.execute("list_budgets", {"customerId": USD})) == "SUCCESS"
