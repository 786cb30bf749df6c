"""I5: the auditor writes nothing and calls no tool; everybody reads what is theirs to read."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.security.stored import bearer, items
from tests.support.api import USD, Api
from wpp_mcp.models.caller import Scope
from wpp_mcp.storage.tables import Table

EVERY_SCOPE: Final = tuple(Scope)
LOG: Final = "/mcp/audit-logs"
UNTOUCHED: Final = [t for t in Table if t not in (Table.AUDIT_LOGS, Table.IDEMPOTENCY)]
"""All but the auditor's own entries and the counter of its calls."""


def over_http(api: Api, headers: dict[str, str]) -> dict[str, Any]:
    answer = api.execute("list_budgets", {"customerId": USD}, role="auditor", headers=headers)
    return dict(answer.json())


def over_mcp(era: str) -> Callable[[Api, dict[str, str]], dict[str, Any]]:
    call = {"name": "list_accessible_accounts", "arguments": {}}

    def send(api: Api, headers: dict[str, str]) -> dict[str, Any]:
        answer = getattr(api, era)("tools/call", call, role="auditor", headers=headers)
        return dict(answer.json()["result"]["structuredContent"])

    return send


@pytest.mark.parametrize(
    "call", [over_http, over_mcp("rpc"), over_mcp("modern")], ids=["http", "rpc", "modern"]
)
def test_an_auditor_calls_no_tool_whatever_the_token_says(
    api: Api, call: Callable[[Api, dict[str, str]], dict[str, Any]]
) -> None:
    body = call(api, bearer(api.box, "auditor", *EVERY_SCOPE))

    assert body["error"]["code"] == "FORBIDDEN"
    assert api.calls("google-ads") == {}
    (entry,) = api.audit("auditor", limit="1")
    assert (entry["operationId"], entry["result"]) == (body["operationId"], "blocked")


@pytest.mark.parametrize("era", ["rpc", "modern"])
def test_an_auditor_is_offered_no_tool(api: Api, era: str) -> None:
    headers = bearer(api.box, "auditor", *EVERY_SCOPE)

    listed = api.send("GET", "/mcp/tools/list", role="auditor", headers=headers).json()
    offered = getattr(api, era)("tools/list", role="auditor", headers=headers).json()

    assert listed.get("tools", []) == []
    assert offered.get("result", {}).get("tools", []) == []


def test_an_auditor_leaves_every_table_as_it_was(api: Api) -> None:
    before = {table: items(api.box, table) for table in UNTOUCHED}
    headers = bearer(api.box, "auditor", *EVERY_SCOPE)

    reads = [
        api.send("GET", LOG, role="auditor", params={"verify": "true"}),
        api.send("GET", LOG, role="auditor", params={"accountId": USD}),
        api.send("GET", LOG, role="auditor", params={"agency": "south"}),
    ]
    over_http(api, headers)
    api.send("GET", "/mcp/tools/list", role="auditor", headers=headers)
    api.rpc("tools/list", role="auditor", headers=headers)

    assert [answer.status_code for answer in reads] == [200, 200, 200]
    assert {table: items(api.box, table) for table in UNTOUCHED} == before


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_audit_log_can_only_be_read(api: Api, method: str) -> None:
    headers = bearer(api.box, "admin", *EVERY_SCOPE)

    answer = api.send(method, LOG, role="admin", headers=headers, json={"entries": []})

    assert answer.status_code == 404


NORTH, SOUTH = "practitioner@north.example", "other-practitioner@south.example"
OPEN, SHUT = True, False
WHO_MAY_READ: Final = [
    ("practitioner", {}, OPEN),
    ("practitioner", {"userId": NORTH}, OPEN),
    ("practitioner", {"userId": SOUTH}, SHUT),
    ("practitioner", {"userId": "manager@north.example"}, SHUT),
    ("practitioner", {"userId": NORTH.upper()}, SHUT),
    ("practitioner", {"agency": "north"}, SHUT),
    ("practitioner", {"accountId": USD}, SHUT),
    ("practitioner", {"operationId": "op_1"}, SHUT),
    ("manager", {}, OPEN),
    ("manager", {"agency": "north"}, OPEN),
    ("manager", {"agency": "south"}, SHUT),
    ("manager", {"userId": NORTH}, OPEN),
    ("auditor", {"userId": SOUTH}, OPEN),
    ("auditor", {"agency": "south"}, OPEN),
    ("admin", {"userId": SOUTH}, OPEN),
    ("admin", {"accountId": "1000000201"}, OPEN),
]


@pytest.mark.parametrize(("role", "query", "may"), WHO_MAY_READ, ids=str)
def test_who_may_ask_for_whose_entries(
    api: Api, role: str, query: dict[str, str], may: bool
) -> None:
    answer = api.send("GET", LOG, role=role, params=query)

    assert answer.status_code == (200 if may else 403), answer.text
    assert ("entries" in answer.json()) is may


@pytest.fixture
def both_agencies(api: Api) -> Api:
    """An entry of a practitioner of each agency, on the same account."""
    assert api.execute("list_budgets", {"customerId": USD}).status_code == 200
    refused = api.execute("list_budgets", {"customerId": USD}, role="other-practitioner")
    assert refused.status_code == 403
    return api


@pytest.mark.parametrize(
    ("role", "agencies"),
    [
        ("manager", {"north"}),
        ("other-manager", {"south"}),
        ("auditor", {"north", "south"}),
        ("second-admin", {"north", "south"}),
    ],
)
def test_of_an_accounts_entries_a_manager_sees_those_of_the_agency(
    both_agencies: Api, role: str, agencies: set[str]
) -> None:
    answer = both_agencies.send("GET", LOG, role=role, params={"accountId": "100-000-0101"})

    assert {entry["agency"] for entry in answer.json()["entries"]} == agencies


@pytest.mark.parametrize("query", [{"userId": SOUTH}, {"operationId": "theirs"}], ids=str)
def test_a_manager_sees_nothing_of_another_agencys_person(
    both_agencies: Api, query: dict[str, str]
) -> None:
    theirs = both_agencies.audit("other-practitioner", limit="1")[0]["operationId"]
    asked = {name: theirs if value == "theirs" else value for name, value in query.items()}

    own = both_agencies.send("GET", LOG, role="other-manager", params=asked).json()
    answer = both_agencies.send("GET", LOG, role="manager", params=asked)

    assert own["entries"]
    assert answer.json().get("entries", []) == []
    assert SOUTH not in answer.text


@pytest.mark.parametrize(
    ("role", "user", "may"),
    [
        ("practitioner", NORTH, OPEN),
        ("manager", "manager@north.example", OPEN),
        ("manager", SOUTH, SHUT),
        ("manager", NORTH, SHUT),
        ("practitioner", SOUTH, SHUT),
        ("auditor", SOUTH, OPEN),
        ("admin", SOUTH, OPEN),
    ],
)
def test_who_may_verify_whose_chain(both_agencies: Api, role: str, user: str, may: bool) -> None:
    """A chain is verified whole, and may hold what a person did for another agency."""
    answer = both_agencies.send("GET", LOG, role=role, params={"userId": user, "verify": "true"})

    assert answer.status_code == (200 if may else 403), answer.text
    assert ("chain" in answer.json()) is may


def test_keys_and_macs_stay_inside(api: Api) -> None:
    api.execute("list_budgets", {"customerId": USD})

    for entry in api.audit():
        assert not {"mac", "keyId", "expirationTime"} & set(entry)


def test_pages_add_up_to_the_whole_and_their_token_is_bound(api: Api) -> None:
    for _ in range(5):
        api.execute("list_accessible_accounts", role="manager")
    email = "manager@north.example"
    whole = [e["operationId"] for e in api.audit("manager", limit="200")]

    found: list[str] = []
    query = {"userId": email, "limit": "2"}
    token = ""
    while True:
        page = api.send(
            "GET", LOG, role="auditor", params={**query, **({"pageToken": token} if token else {})}
        ).json()
        found += [e["operationId"] for e in page["entries"]]
        if "nextPageToken" not in page:
            break
        token = page["nextPageToken"]
        assert len(found) <= len(whole)

    assert found == whole
    stolen = api.send(
        "GET", LOG, role="auditor", params={"userId": NORTH, "limit": "2", "pageToken": token}
    )
    assert stolen.status_code == 400
