"""What an assistant sees and does of operations: its own user's, and what a manager may see."""

import base64
from typing import Any, Final

import pytest

from tests.security.stored import PRACTITIONER, entries
from tests.security.watched import WatchedSandbox
from tests.support import operations
from tests.support.api import Api
from wpp_mcp.models import strict_json
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.states import Status

HIDDEN = ("tokenHashes", "attempt", "releasedTo", operations.TOKEN)


@pytest.fixture(autouse=True)
def as_it_was(attacker: Api, watched: WatchedSandbox) -> None:
    watched.seeder.world(watched.world)


def rows(answer: Any) -> list[dict[str, Any]]:
    """The rows of an answer that went well."""
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]["rows"]
    return found


def test_an_assistant_sees_how_its_users_operation_stands(
    attacker: Api, watched: WatchedSandbox
) -> None:
    record = operations.putting(watched)
    answer = attacker.execute("get_operation", {"operationId": record.operation_id})
    [row] = rows(answer)
    assert (row["status"], row["digest"]) == ("PREVIEWED", record.digest)
    assert row["next"].startswith("Paula North has to approve it, on its page or in OMA, until ")
    for hidden in HIDDEN:
        assert hidden not in answer.text
    assert operations.tokens.hash_of(operations.TOKEN) not in answer.text


@pytest.mark.parametrize("role", ["other-practitioner", "other-manager"])
def test_b5_nobody_else_sees_it_or_takes_it_back(
    attacker: Api, watched: WatchedSandbox, role: str
) -> None:
    record = operations.putting(watched)
    for tool in ("get_operation", "cancel_operation"):
        answer = attacker.execute(tool, {"operationId": record.operation_id}, role=role)
        assert (answer.status_code, answer.json()["error"]["message"]) == (
            404,
            "There is no such operation",
        )
    assert operations.read(watched, record) == record


def test_the_requester_takes_an_operation_back_once(attacker: Api, watched: WatchedSandbox) -> None:
    record = operations.putting(watched, risk=Risk.HIGH)
    asked = {"operationId": record.operation_id}
    assert attacker.execute("cancel_operation", asked, role="manager").status_code == 403
    answer = attacker.execute("cancel_operation", asked)
    assert (answer.status_code, answer.json()["status"]) == (200, "CANCELLED")
    again = attacker.execute("cancel_operation", asked)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "CONFLICT")
    assert "took it back" in again.json()["error"]["message"]
    assert operations.read(watched, record).status is Status.CANCELLED
    made = [
        (e["tool"], e["step"], e["result"])
        for e in entries(watched, "practitioner@north.example")
        if e["operationId"] == record.operation_id
    ]
    assert made == [
        ("cancel_operation", "cancelled", "success"),
        ("cancel_operation", "cancelled", "failure"),
    ]


def test_what_is_being_carried_out_is_not_taken_back(
    attacker: Api, watched: WatchedSandbox
) -> None:
    record = operations.putting(watched, status=Status.EXECUTING)
    answer = attacker.execute("cancel_operation", {"operationId": record.operation_id})
    assert answer.json()["error"]["code"] == "OPERATION_IN_PROGRESS"
    assert operations.read(watched, record) == record


def test_lists_are_ones_own_and_a_managers_begin_with_what_waits(
    attacker: Api, watched: WatchedSandbox
) -> None:
    own = operations.putting(watched, status=Status.SUCCEEDED)
    waits = operations.putting(watched, risk=Risk.HIGH)
    foreign = operations.putting(watched, role="other-practitioner", risk=Risk.HIGH)

    mine = {row["operationId"] for row in rows(attacker.execute("list_operations"))}
    assert {own.operation_id, waits.operation_id} <= mine
    assert foreign.operation_id not in mine
    theirs = rows(attacker.execute("list_operations", {"view": "agency"}, role="manager"))
    states = [row["status"] for row in theirs]
    # What has expired and was not swept stands among those that wait.
    open_first = [state in ("AWAITING_APPROVAL", "EXPIRED", "APPROVED") for state in states]
    assert open_first[0]
    assert states.index("SUCCEEDED") > states.index("AWAITING_APPROVAL")
    assert foreign.operation_id not in {row["operationId"] for row in theirs}
    for role, view in (("practitioner", "agency"), ("manager", "admin")):
        refused = attacker.execute("list_operations", {"view": view}, role=role)
        assert refused.json()["error"]["code"] == "FORBIDDEN"


def test_pages_of_a_list_go_on_and_belong_to_their_question(
    attacker: Api, watched: WatchedSandbox
) -> None:
    made = {operations.putting(watched).operation_id for _ in range(3)}
    seen: list[str] = []
    token: str | None = None
    for _ in range(50):
        query = {"limit": "2", **({"pageToken": token} if token else {})}
        page = attacker.send("GET", "/operations", role="practitioner", params=query).json()
        assert len(page["operations"]) <= 2
        seen += [one["operationId"] for one in page["operations"]]
        token = page.get("nextPageToken")
        if token is None:
            break
    assert made <= set(seen)
    assert len(seen) == len(set(seen))

    first = attacker.send("GET", "/operations", role="practitioner", params={"limit": "2"}).json()
    token = first["nextPageToken"]
    for role, query in (
        ("other-practitioner", {}),
        ("practitioner", {"status": "SUCCEEDED"}),
        ("manager", {"view": "agency"}),
    ):
        params = {"limit": "2", "pageToken": token, **query}
        answer = attacker.send("GET", "/operations", role=role, params=params)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_REQUEST")


PLACES: Final[dict[str, Any]] = {
    "another key": {"x": "y"},
    "a part of the key": {"operationId": "op"},
    "no texts": {"operationId": 1, "userId": "{me}", "createdAt": "2026"},
    "somebody else's": {"operationId": "op", "userId": "other", "createdAt": "2026"},
    "a list": [],
    "a text": "x",
}


@pytest.mark.parametrize("start", PLACES.values(), ids=PLACES)
def test_a_made_up_place_in_a_list_is_refused(attacker: Api, start: Any) -> None:
    me = PRACTITIONER
    if isinstance(start, dict):
        start = {name: me if value == "{me}" else value for name, value in start.items()}
    said = {"of": {"userId": me, "status": ""}, "phase": 0, "start": start}
    token = base64.urlsafe_b64encode(strict_json.canonical(said)).decode()

    answer = attacker.send("GET", "/operations", role="practitioner", params={"pageToken": token})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_REQUEST")


def test_the_entry_does_not_tell_whether_there_is_such_an_operation(
    attacker: Api, watched: WatchedSandbox
) -> None:
    foreign = operations.putting(watched).operation_id
    for asked in (foreign, foreign[:-4] + "0000"):
        answer = attacker.send("GET", f"/operations/{asked}", role="other-practitioner")
        assert answer.status_code == 404
        assert attacker.audit("other-practitioner")[0]["operationId"] == asked


def test_they_are_in_every_choice_of_toolsets(attacker: Api, watched: WatchedSandbox) -> None:
    listed = attacker.rpc("tools/list", headers={"X-MCP-Toolsets": "search-console"}).json()
    names = {tool["name"] for tool in listed["result"]["tools"]}
    assert {"get_operation", "list_operations", "cancel_operation", "confirm_operation"} <= names
